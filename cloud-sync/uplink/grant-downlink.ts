import type {DownMessages} from '../../protocols/cloud/down-messages.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import type {ApplyResult, GrantStateSink} from './grant-state-sink.js';

export interface GrantDownlinkOptions {
  readonly sid: string;
  readonly sink: GrantStateSink;
  readonly reportGrants: (report: UpMessages['cfg']) => void;
  readonly reportRevocations: (report: UpMessages['rev']) => void;
}

/** Applies state from the cloud, signature already checked, and reports what is held afterwards. A
 *  state that does not fit is never half-applied: the report asks for a snapshot. @see sync.md 8 */
export class GrantDownlink {
  readonly #options: GrantDownlinkOptions;

  constructor(options: GrantDownlinkOptions) {
    this.#options = options;
  }

  takeRevocations(message: DownMessages['rev']): void {
    const {sink, reportRevocations} = this.#options;
    sink.applyRevocations(message.ver, message.ids);
    reportRevocations({ver: sink.revocations()});
  }

  takeDelta(message: DownMessages['cfg']): void {
    const {sink, sid} = this.#options;
    const held = sink.current();
    if (message.from === message.to) {
      const current = held.ver === message.to && held.hash === message.hash;
      // An old confirmation, recorded and played back, must not keep a cut-off gateway's leases alive.
      if (current && message.sid === sid) sink.touch();
      if (!current) this.#report(held.ver > message.to ? 'applied' : 'version');
      return;
    }
    if (message.to <= held.ver) {
      this.#report('applied');
      return;
    }
    this.#report(sink.applyDelta(message));
  }

  /** What does not come next changes nothing and is not answered: two answers to one part would have the
   *  next one sent twice, and so on to the end. */
  takePart({ver, hash, i, last, part}: DownMessages['snap']): void {
    const {sink} = this.#options;
    const held = sink.current();
    if (ver < held.ver || (ver === held.ver && hash === held.hash)) {
      this.#report('applied');
      return;
    }
    const result = sink.takePart({ver, hash, i, isLast: last, rows: part});
    if (result !== 'ignored') this.#report(result);
  }

  #report(result: ApplyResult | 'staged' | 'part'): void {
    const {ver, hash} = this.#options.sink.current();
    const staged = this.#options.sink.staged();
    const isFine = result === 'applied' || result === 'staged';
    this.#options.reportGrants({
      ...{ver, hash},
      ...(staged && {staged}),
      ...(isFine ? {} : {err: result}),
    });
  }
}
