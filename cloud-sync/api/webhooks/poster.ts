import type {Millis} from '../../../protocols/base/clock.js';
import type {Attempted} from './webhook-rules.js';

/** Sends one message to one place. */
export interface Poster {
  post(message: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly timeoutMs: Millis;
  }): Promise<Attempted>;
  /** What is under way ends at once, as failed. */
  close(): void;
}
