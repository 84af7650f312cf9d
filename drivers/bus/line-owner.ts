import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {LinkError} from '../../protocols/base/errors.js';
import type {ByteLink} from '../port/byte-link.js';
import type {LineJob} from './line-turns.js';
import type {LinkCounters} from './link-counters.js';
import type {LineTiming} from './transaction-machine.js';
import type {WireTrace} from './wire-trace.js';

/** The owner of the devices on the line, as the line sees it. */
interface LineOwner {
  /** What the line should do when no job waits: a job, or the instant to ask again (may be infinite). */
  nextPoll(nowMs: Millis): LineJob | Millis;
  onLinkUp(): void;
  onLinkDown(reason: LinkError): void;
}

export interface LineMasterOptions {
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly timing: LineTiming;
  /** The adapter hears its own frames. */
  readonly echo: boolean;
  /** Most jobs that may wait in one lane. */
  readonly queueLimit: number;
  readonly counters: LinkCounters;
  readonly trace: WireTrace;
  readonly owner: LineOwner;
}
