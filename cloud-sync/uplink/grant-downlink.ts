import type {DownMessages} from '../../protocols/cloud/down-messages.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import type {ApplyResult, GrantStateSink} from './grant-state-sink.js';

interface Assembly {
  readonly ver: number;
  readonly hash: string;
  readonly n: number;
  readonly parts: Map<number, readonly GrantStateRow[]>;
}

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
  #assembly: Assembly | undefined;

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

  takeSnapshot(message: DownMessages['snap']): void {
    const {sink} = this.#options;
    const held = sink.current();
    if (message.ver < held.ver) {
      this.#report('applied');
      return;
    }
    if (message.ver === held.ver && message.hash === held.hash) {
      this.#report('applied');
      return;
    }
    const {parts, n} = this.#assemblyOf(message);
    parts.set(message.i, message.part);
    if (parts.size < n) return;
    const rows = Array.from({length: n}, (_, index) => parts.get(index) ?? []).flat();
    this.#assembly = undefined;
    this.#report(sink.applySnapshot({ver: message.ver, hash: message.hash, rows}));
  }

  #assemblyOf(message: DownMessages['snap']): Assembly {
    const open = this.#assembly;
    const {ver, hash, n} = message;
    if (open && open.ver === ver && open.hash === hash && open.n === n) return open;
    this.#assembly = {ver, hash, n, parts: new Map()};
    return this.#assembly;
  }

  #report(result: ApplyResult): void {
    const {ver, hash} = this.#options.sink.current();
    this.#options.reportGrants(result === 'applied' ? {ver, hash} : {ver, hash, err: result});
  }
}
