import type {GrantsInlet} from '../../edge/runtime/grants-inlet.js';
import {UsageError} from '../../protocols/base/errors.js';
import {
  type GrantOp,
  type GrantStateRow,
  hashWith,
  hashWithout,
} from '../../protocols/cloud/grant-state.js';
import type {CardCredential, Credential, Grant} from '../../protocols/site/grant.js';
import type {GrantChannel} from './card-office.js';

/** Brings grants to a gateway without a cloud, by the very door that the cloud's would take. */
export class StoreChannel implements GrantChannel {
  readonly #inlet: () => GrantsInlet;
  readonly #rows = new Map<string, GrantStateRow>();
  #revocations = 0;

  constructor(inlet: () => GrantsInlet) {
    this.#inlet = inlet;
  }

  putCard(row: CardCredential): Promise<void> {
    return this.#put({table: 'credential', row});
  }

  putCredential(row: Credential): Promise<void> {
    return this.#put({table: 'credential', row});
  }

  putGrant(row: Grant): Promise<void> {
    return this.#put({table: 'grant', row});
  }

  revoke(id: string): Promise<void> {
    this.#revocations += 1;
    this.#inlet().applyRevocations(this.#revocations, [id]);
    return Promise.resolve();
  }

  revokeCard(id: string): Promise<void> {
    return this.revoke(id);
  }

  #put(entry: GrantStateRow): Promise<void> {
    const inlet = this.#inlet();
    const {ver, hash} = inlet.current();
    const key = `${entry.table} ${entry.row.id}`;
    const former = this.#rows.get(key);
    const op: GrantOp = {op: 'put', ...entry};
    const result = inlet.applyDelta({
      from: ver,
      to: ver + 1,
      ops: [op],
      hash: hashWith(former ? hashWithout(hash, former) : hash, entry),
    });
    if (result !== 'applied') throw new UsageError('sim/grants', `not applied: ${result}`);
    inlet.touch();
    this.#rows.set(key, entry);
    return Promise.resolve();
  }
}
