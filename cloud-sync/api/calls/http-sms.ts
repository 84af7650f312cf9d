import {errorText} from '../../../protocols/base/errors.js';
import type {NoticeMessage, NoticeOutcome, NoticePort} from './notice-port.js';

export interface HttpSmsOptions {
  /** Where messages are posted. */
  readonly url: string;
  /** Shown as a bearer. */
  readonly key: string;
  /** Must give up by itself when no answer comes. */
  readonly send: (request: Request) => Promise<Response>;
}

const MAX_ANSWER_CHARS = 4096;
/** What the provider may take later: too much at once, or his own trouble. */
const PASSING = new Set([408, 409, 425, 429]);

/**
 * An SMS provider that takes JSON `{id, to, text}` under a bearer key and answers `{id}`. It knows a message again
 * by `Idempotency-Key`. assumed: no provider's own dialect, only what all have in common; another one is a port
 * like this.
 */
export class HttpSms implements NoticePort {
  readonly #options: HttpSmsOptions;

  constructor(options: HttpSmsOptions) {
    this.#options = options;
  }

  async send({id, to, body}: NoticeMessage): Promise<NoticeOutcome> {
    const {url, key, send} = this.#options;
    const headers = {
      ...{authorization: `Bearer ${key}`, 'content-type': 'application/json'},
      'idempotency-key': id,
    };
    const text = JSON.stringify({id, to, text: body});
    try {
      const request = new Request(url, {method: 'POST', headers, body: text, redirect: 'error'});
      const response = await send(request);
      const answer = (await response.text()).slice(0, MAX_ANSWER_CHARS);
      if (response.ok) return {kind: 'sent', ref: refIn(answer)};
      const isFinal = response.status < 500 && !PASSING.has(response.status);
      return {kind: 'failed', why: `the provider answers ${response.status}`, isFinal};
    } catch (error) {
      return {kind: 'failed', why: errorText(error), isFinal: false};
    }
  }
}

function refIn(answer: string): string | null {
  try {
    const {id} = JSON.parse(answer) as {readonly id?: unknown};
    return typeof id === 'string' || typeof id === 'number' ? String(id).slice(0, 128) : null;
  } catch {
    return null;
  }
}
