import {toHex} from '../../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../../protocols/cloud/chain.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import {FixedQuery} from '../store/fixed-query.js';
import type {LedgerEntryColumns} from './ledger-schema.js';
import type {Line} from './ledger-table.js';

/** How far the chain of a tenant goes. Who notes it elsewhere can prove later that nothing was changed. */
export interface ChainHead {
  /** 0: nothing is sealed yet. */
  readonly no: number;
  /** In hex. */
  readonly hash: string;
}

export type ChainCheck =
  | {readonly kind: 'whole'; readonly head: ChainHead}
  /** `no`: the first entry that is not as it was sealed. */
  | {
      readonly kind: 'broken';
      readonly no: number;
      readonly key: string | null;
      readonly why: 'missing' | 'changed';
    };

const NOT_BEGUN: ChainHead = {no: 0, hash: toHex(CHAIN_START)};
const AT_ONCE = 500;

/**
 * The entries of each tenant as a chain of hashes. An entry is sealed soon after its commit, in an order
 * that is the same for everybody: numbers given out inside of busy transactions would have gaps.
 */
export class LedgerChain {
  readonly #store: CloudStore;
  readonly #unsealed = new FixedQuery(db =>
    db.selectFrom('ledger_entry').select('tenant').distinct().where('no', 'is', null),
  );
  readonly #sealOne = new FixedQuery(
    (db, {id, no, hash}: {readonly id: string; readonly no: number; readonly hash: string}) =>
      db.updateTable('ledger_entry').set({no, h: hash}).where('id', '=', id),
  );

  constructor(store: CloudStore) {
    this.#store = store;
  }

  /** Seal what was committed since; gives how many. Workers take turns at a tenant. */
  async seal(): Promise<number> {
    const {rows: tenants} = await this.#store.read(db => this.#unsealed.run(db, {}));
    let count = 0;
    for (const {tenant} of tenants) {
      for (let sealed = AT_ONCE; sealed === AT_ONCE; count += sealed) {
        sealed = await this.#store.transaction(tx => this.#sealOf(tx, tenant));
      }
    }
    return count;
  }

  async head(db: CloudReader, tenant: string): Promise<ChainHead> {
    return (await this.#at(db, tenant)) ?? NOT_BEGUN;
  }

  /** How many entries wait for their seal, and since when the oldest of them. */
  async waiting(
    db: CloudReader,
    tenant: string,
  ): Promise<{readonly entries: number; readonly sinceWall: number | null}> {
    const {entries, since} = await db
      .selectFrom('ledger_entry')
      .select(({fn}) => [fn.countAll().as('entries'), fn.min('at_wall').as('since')])
      .where('tenant', '=', tenant)
      .where('no', 'is', null)
      .executeTakeFirstOrThrow();
    return {entries: Number(entries), sinceWall: since};
  }

  /** Walk the chain from its beginning. `noted`: a head written down elsewhere, which it must still have. */
  async verify(tenant: string, noted?: ChainHead): Promise<ChainCheck> {
    let before = NOT_BEGUN;
    for (;;) {
      const step = await this.#store.read(db => this.check(db, tenant, before, AT_ONCE));
      if (step.kind === 'broken') return step;
      const isNoted = noted && noted.no > before.no && noted.no <= step.head.no;
      if (isNoted && (await this.#hashAt(tenant, noted.no)) !== noted.hash) {
        return {kind: 'broken', no: noted.no, key: null, why: 'changed'};
      }
      if (step.head.no === before.no) break;
      before = step.head;
    }
    if (noted && noted.no > before.no) {
      return {kind: 'broken', no: before.no + 1, key: null, why: 'missing'};
    }
    return {kind: 'whole', head: before};
  }

  /** At most `limit` entries behind `before`, which is taken for true. */
  async check(
    db: CloudReader,
    tenant: string,
    before: ChainHead,
    limit: number,
  ): Promise<ChainCheck> {
    const rows = await db
      .selectFrom('ledger_entry')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('no', '>', before.no)
      .orderBy('no')
      .limit(limit)
      .execute();
    const lines = await linesOf(db, rows);
    let head = before;
    for (const row of rows) {
      const no = head.no + 1;
      if (row.no !== no) return {kind: 'broken', no, key: null, why: 'missing'};
      const hash = hashOf(head, row, lines.get(row.id) ?? []);
      if (hash !== row.h) return {kind: 'broken', no, key: row.key, why: 'changed'};
      head = {no, hash};
    }
    return {kind: 'whole', head};
  }

  async #sealOf(tx: CloudTransaction, tenant: string): Promise<number> {
    // An update that changes nothing locks on both databases.
    const lock = tx.updateTable('tenant').set(({ref}) => ({name: ref('name')}));
    await lock.where('id', '=', tenant).execute();
    let head = await this.head(tx, tenant);
    const rows = await tx
      .selectFrom('ledger_entry')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('no', 'is', null)
      .orderBy('id')
      .limit(AT_ONCE)
      .execute();
    const lines = await linesOf(tx, rows);
    for (const row of rows) {
      const no = head.no + 1;
      head = {no, hash: hashOf(head, row, lines.get(row.id) ?? [])};
      await this.#sealOne.run(tx, {id: row.id, no, hash: head.hash});
    }
    return rows.length;
  }

  async #at(db: CloudReader, tenant: string, no?: number): Promise<ChainHead | undefined> {
    let query = db
      .selectFrom('ledger_entry')
      .select(['no', 'h'])
      .where('tenant', '=', tenant)
      .where('no', 'is not', null);
    if (no !== undefined) query = query.where('no', '=', no);
    const row = await query.orderBy('no', 'desc').limit(1).executeTakeFirst();
    return row && {no: row.no ?? 0, hash: row.h ?? ''};
  }

  async #hashAt(tenant: string, no: number): Promise<string | undefined> {
    return (await this.#store.read(db => this.#at(db, tenant, no)))?.hash;
  }
}

async function linesOf(
  db: CloudReader,
  rows: readonly LedgerEntryColumns[],
): Promise<ReadonlyMap<string, readonly Line[]>> {
  const found = new Map<string, Line[]>(rows.map(({id}) => [id, []]));
  if (rows.length === 0) return found;
  const lines = await db
    .selectFrom('ledger_line')
    .select(['entry_id as id', 'account', 'amount_fen as amountFen'])
    .where('entry_id', 'in', [...found.keys()])
    .orderBy('entry_id')
    .orderBy('n')
    .execute();
  for (const {id, account, amountFen} of lines) found.get(id)?.push({account, amountFen});
  return found;
}

/** Everything that an entry says hangs on everything before it. */
function hashOf(before: ChainHead, row: LedgerEntryColumns, lines: readonly Line[]): string {
  const {tenant, id, key, kind, of_key, order_id, reason, fingerprint, at_wall} = row;
  const words = [tenant, id, key, kind, of_key, order_id, reason, fingerprint, at_wall];
  const moved = lines.map(({account, amountFen}) => [account, amountFen]);
  const body = JSON.stringify([...words, moved]);
  return toHex(chainHash(Buffer.from(before.hash, 'hex'), before.no + 1, body));
}
