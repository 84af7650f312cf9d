import type {RightsGiver} from '../../cloud-sync/api/orders/order-frame.js';
import type {GrantWish} from '../../cloud-sync/api/orders/order-type.js';
import type {GrantStore} from '../../edge/store/grant-store.js';
import {toHex} from '../../protocols/base/bytes.js';
import {UsageError} from '../../protocols/base/errors.js';
import {HOUR_MS} from '../../protocols/base/units.js';
import {
  type GrantOp,
  type GrantStateRow,
  hashWith,
  hashWithout,
} from '../../protocols/cloud/grant-state.js';
import {codeSalt} from '../../protocols/credential/keypad-code.js';
import type {Grant} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';
import {quickDigest} from '../scenarios/shower-right.js';

export interface SoakCode {
  readonly grant: string;
  readonly digits: string;
  /** Set aside for it. */
  readonly budgetFen: number;
}

interface Right extends SoakCode {
  readonly rows: readonly GrantStateRow[];
}

/** The door of a gateway that is reached. */
type GrantInlet = Pick<GrantStore, 'current' | 'applyDelta' | 'touch'>;

const EPOCH = 1;
const FIRST_NUMBER = 7000;

/**
 * Rights as codes want them, and the way to their gateway: by the very door that the cloud's take, in one step
 * for all that changed while nobody was reached.
 */
export class SoakRights implements RightsGiver {
  readonly #site: string;
  readonly #inlet: () => GrantInlet | undefined;
  readonly #rights = new Map<string, Right>();
  readonly #orders = new Map<string, string>();
  /** Not told yet; undefined: it is over. By the key of its row. */
  readonly #news = new Map<string, GrantStateRow | undefined>();
  /** As the gateway has them. */
  readonly #told = new Map<string, GrantStateRow>();
  #count = 0;

  /** `inlet`: undefined while the gateway is not reached. */
  constructor(site: string, inlet: () => GrantInlet | undefined) {
    this.#site = site;
    this.#inlet = inlet;
  }

  grant(_: unknown, {id: order, holder}: {id: string; holder: string}, wish: GrantWish) {
    const right = this.#rights.get(order) ?? this.#newRight(order, holder, wish);
    this.#rights.set(order, right);
    for (const row of right.rows) this.#news.set(keyOf(row), row);
    return Promise.resolve(['gw-1']);
  }

  revoke(_: unknown, {id: order}: {id: string}) {
    const right = this.#rights.get(order);
    for (const row of right?.rows ?? []) this.#news.set(keyOf(row), undefined);
    this.#rights.delete(order);
    return Promise.resolve(right ? ['gw-1'] : []);
  }

  codeOf(order: string): SoakCode {
    const right = this.#rights.get(order);
    if (!right) throw new UsageError('sim/absent', `no right of ${order}`);
    return right;
  }

  orderOf(grant: string): string | undefined {
    return this.#orders.get(grant);
  }

  /** Whatever the gateway does not know yet. */
  tell(): void {
    const inlet = this.#inlet();
    if (!inlet || this.#news.size === 0) return;
    const {ver, hash: before} = inlet.current();
    const ops: GrantOp[] = [];
    let hash = before;
    for (const [key, row] of this.#news) {
      const former = this.#told.get(key);
      if (former) hash = hashWithout(hash, former);
      if (row) {
        hash = hashWith(hash, row);
        ops.push({op: 'put', ...row});
        this.#told.set(key, row);
      } else if (former) {
        ops.push({op: 'drop', table: former.table, id: former.row.id});
        this.#told.delete(key);
      }
    }
    this.#news.clear();
    if (ops.length === 0) return;
    const result = inlet.applyDelta({from: ver, to: ver + 1, ops, hash});
    if (result !== 'applied') throw new UsageError('sim/grants', `not applied: ${result}`);
    inlet.touch();
  }

  #newRight(order: string, holderId: string, wish: GrantWish): Right {
    this.#count += 1;
    const no = this.#count;
    const digits = `${10_000_000 + ((no * 7919) % 89_999_999)}`;
    const holder = asId<never>(holderId);
    const {validFrom, validUntil, points, entries, budget} = wish;
    const credential: GrantStateRow = {
      table: 'credential',
      row: {
        ...{kind: 'code', id: asId(`code-${no}`), holder, epoch: EPOCH, uses: 'one'},
        digest: toHex(quickDigest(digits, codeSalt(this.#site, EPOCH))),
        ...{state: 'active', rev: 1},
      },
    };
    const grant: Grant = {
      ...{id: asId(`right-${no}`), number: `${FIRST_NUMBER + no}`, kind: 'shower', holder},
      ...{holderMask: '', credentials: [asId<never>(`code-${no}`)], weekly: [], entries},
      ...{points: points.map(id => asId<never>(id)), validFrom, validUntil},
      ...(budget && {budget}),
      ...{state: 'active', rev: 1, leaseUntil: (validUntil + 72 * HOUR_MS) as never},
    };
    this.#orders.set(grant.id, order);
    const budgetFen = budget?.fen ?? 0;
    return {grant: grant.id, digits, budgetFen, rows: [credential, {table: 'grant', row: grant}]};
  }
}

function keyOf({table, row}: GrantStateRow): string {
  return `${table} ${row.id}`;
}
