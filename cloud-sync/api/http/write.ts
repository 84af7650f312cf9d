import {createHash} from 'node:crypto';
import type {Clock} from '../../../protocols/base/clock.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AnswerRow, AnswerTable} from '../tenancy/answer-table.js';
import type {ApiContext} from './api.js';
import type {Caller} from './caller.js';
import {refuse} from './problem.js';
import {CATALOGUE, Refusal} from './refusals.js';

export interface Written {
  readonly status: 200 | 201 | 202;
  readonly body: object;
  /** Shown beside the body in the first answer, and stored nowhere: a secret that was just made. */
  readonly secret?: object;
  /** Run once after the commit, not when an answer is repeated. */
  readonly after?: () => void;
}

export interface WriterOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly answers: AnswerTable;
}

const KEY = /^[\x21-\x7e]{1,128}$/;

/**
 * Does what a request with an Idempotency-Key wants, once: the key, everything that the work stores and
 * the answer are one transaction, so that there is no instant at which a second request could do it again.
 * A refusal undoes the work and is remembered too. @see ecosystem.md 3.1, idempotency
 */
export class RequestWriter {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /**
   * `ask`: reads and locks that the work wants to have done; they reach the database together with the key,
   * and must write nothing, for it may turn out to be taken.
   */
  async once<Known = undefined>(
    context: ApiContext,
    caller: Caller,
    body: unknown,
    work: (tx: CloudTransaction, known: Known) => Promise<Written>,
    ask?: (tx: CloudTransaction) => Promise<Known>,
  ): Promise<Response> {
    const key = context.req.header('idempotency-key') ?? '';
    if (!KEY.test(key)) throw new Refusal('idempotency_key_missing');
    const {method, path} = context.req;
    const fingerprint = fingerprintOf([method, path, body]);
    const asked = {tenant: caller.tenant, caller: caller.id, key, fingerprint};
    const outcome = await this.#run(asked, work, ask);
    if (outcome.kind === 'done') {
      const {body: stored, secret, status, after} = outcome.written;
      after?.();
      return context.json({...stored, ...secret}, status);
    }
    if (outcome.kind === 'refused') return refuse(context, outcome.refusal);
    if (outcome.row.fingerprint !== fingerprint) throw new Refusal('idempotency_key_reused');
    context.header('idempotency-replayed', 'true');
    return again(context, outcome.row);
  }

  async #run<Known>(
    asked: Asked,
    work: (tx: CloudTransaction, known: Known) => Promise<Written>,
    ask: ((tx: CloudTransaction) => Promise<Known>) | undefined,
  ): Promise<Outcome> {
    const {store, answers, clock} = this.#options;
    try {
      return await store.transaction(async (tx): Promise<Outcome> => {
        const row = {...asked, createdWall: clock.wallMs()};
        // The second of two at one instant waits here until the first has committed.
        const [claim, known] = await Promise.allSettled([answers.claim(tx, row), ask?.(tx)]);
        const isFirst = settledIn(claim);
        const isRefused = known.status === 'rejected' && known.reason instanceof Refusal;
        // Of a fault of the database nothing more can be asked; a refusal is that of another request.
        if (!isFirst && (isRefused || known.status === 'fulfilled')) {
          return found(await answers.get(tx, asked));
        }
        const written = await work(tx, settledIn(known) as Known);
        await answers.settle(tx, asked, {status: written.status, body: written.body});
        return {kind: 'done', written};
      });
    } catch (error) {
      // Who came too often may come again with the same key: it tells nothing of what he wants.
      if (!(error instanceof Refusal) || error.code === 'too_many_requests') throw error;
      return this.#remember(asked, error);
    }
  }

  #remember(asked: Asked, refusal: Refusal): Promise<Outcome> {
    const {store, answers, clock} = this.#options;
    return store.transaction(async (tx): Promise<Outcome> => {
      const isFirst = await answers.claim(tx, {...asked, createdWall: clock.wallMs()});
      if (!isFirst) return found(await answers.get(tx, asked));
      const {code, details} = refusal;
      await answers.settle(tx, asked, {status: CATALOGUE[code][0], body: {code, details}});
      return {kind: 'refused', refusal};
    });
  }
}

interface Asked {
  readonly tenant: string;
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: string;
}

type Outcome =
  | {readonly kind: 'done'; readonly written: Written}
  | {readonly kind: 'refused'; readonly refusal: Refusal}
  | {readonly kind: 'before'; readonly row: AnswerRow};

function settledIn<Value>(end: PromiseSettledResult<Value>): Value {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

function found(row: AnswerRow | undefined): Outcome {
  if (!row) throw new Refusal('idempotency_key_in_use', {retryAfterS: 1});
  return {kind: 'before', row};
}

function again(context: ApiContext, {status, body}: AnswerRow): Response {
  const held = JSON.parse(body);
  if (status >= 400) return refuse(context, new Refusal(held.code, held.details));
  return context.json(held, status as 200);
}

function fingerprintOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
