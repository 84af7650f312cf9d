import type {ClientRequest} from 'node:http';
import {type RequestOptions, request} from 'node:https';
import type {LookupFunction} from 'node:net';
import type {Clock} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {nameLookup} from './name-lookup.js';
import type {Poster} from './poster.js';
import {isPublicAddress, targetFault} from './target-rules.js';
import type {Attempted} from './webhook-rules.js';

export interface HttpsPosterOptions {
  readonly clock: Clock;
  /** Certificates to trust besides the usual; for tests. */
  readonly ca?: string;
  /** What a name leads to; left out: what name servers say. */
  readonly lookup?: LookupFunction;
  /** Left out: only public addresses. */
  readonly mayReach?: (address: string) => boolean;
  /** Left out: 443. */
  readonly port?: number;
}

/** Of an answer only its status counts; no more than this is read of it. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Posts over HTTPS to public addresses alone. The address is judged when the connection is made, by the
 * very answer that it is made with: a name that leads elsewhere a moment later leads nowhere. A redirect
 * is not followed.
 */
export class HttpsPoster implements Poster {
  readonly #options: HttpsPosterOptions;
  readonly #find: LookupFunction;
  readonly #underWay = new Set<ClientRequest>();

  constructor(options: HttpsPosterOptions) {
    this.#options = options;
    this.#find = options.lookup ?? nameLookup();
  }

  post({url, headers, body, timeoutMs}: Parameters<Poster['post']>[0]): Promise<Attempted> {
    const fault = targetFault(url);
    if (fault) return Promise.resolve({kind: 'failed', why: fault});
    const {clock, ca, port} = this.#options;
    return new Promise(resolve => {
      const options: RequestOptions = {
        ...{
          method: 'POST',
          lookup: this.#lookup(),
          agent: false,
          ...(ca && {ca}),
          ...(port && {port}),
        },
        headers: {...headers, 'content-length': Buffer.byteLength(body), connection: 'close'},
      };
      const asked = request(url, options, answer => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) answer.destroy();
        });
        answer.on('error', () => {});
        answer.on('close', () => end({kind: 'answered', ...answerOf(answer)}));
      });
      const timer = clock.timer('webhook', timeoutMs, () => asked.destroy(new Error('no answer')));
      this.#underWay.add(asked);
      const end = (attempted: Attempted) => {
        timer.cancel();
        this.#underWay.delete(asked);
        resolve(attempted);
      };
      asked.on('error', error => end({kind: 'failed', why: errorText(error)}));
      asked.end(body);
    });
  }

  close(): void {
    for (const asked of this.#underWay) asked.destroy(new Error('the cloud is stopping'));
  }

  #lookup(): LookupFunction {
    const {mayReach = isPublicAddress} = this.#options;
    const find = this.#find;
    return (host, options, done) =>
      find(host, {...options, all: true}, (error, found) => {
        if (error) {
          done(error, '');
          return;
        }
        const all = Array.isArray(found) ? found : [];
        // One that is private among others that are not: somebody tries something.
        if (all.length === 0 || !all.every(({address}) => mayReach(address))) {
          done(new Error('its name leads into a private network'), '');
          return;
        }
        const [first] = all;
        if (options.all) done(null, all);
        else done(null, first?.address ?? '', first?.family ?? 4);
      });
  }
}

function answerOf({
  statusCode = 0,
  headers,
}: {
  readonly statusCode?: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}): {readonly status: number; readonly retryAfterS: number | undefined} {
  const after = headers['retry-after'];
  const isNumber = typeof after === 'string' && /^\d{1,6}$/.test(after);
  return {status: statusCode, retryAfterS: isNumber ? Number(after) : undefined};
}
