import {sql} from 'kysely';
import {InternalError} from '../../../protocols/base/errors.js';
import {
  type GrantOp,
  type GrantStateRow,
  type GrantStateTable,
  hashWith,
  hashWithout,
} from '../../../protocols/cloud/grant-state.js';
import {grantOpSchema, grantStateRowSchema} from '../../../protocols/cloud/site-schemas.js';
import type {Grant} from '../../../protocols/site/grant.js';
import type {CredentialId} from '../../../protocols/site/ids.js';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';
import {grantQueries} from './grant-queries.js';
import type {SecretBox} from './secret-box.js';

export interface GrantChange {
  readonly ver: number;
  readonly op: GrantOp;
  /** State hash after this change. */
  readonly hash: string;
}

export interface RowKey {
  readonly table: GrantStateTable;
  readonly id: string;
}

export interface GrantPart {
  readonly rows: readonly GrantStateRow[];
  /** Nothing comes after them. */
  readonly isLast: boolean;
}

export interface GrantKey {
  readonly gateway: string;
  readonly id: string;
}

export interface Tombstone {
  readonly id: string;
  readonly wallMs: number;
  readonly endsWall: number | null;
}

/** A tombstone at one gateway. */
export interface Withdrawal {
  readonly gateway: string;
  readonly revokedWall: number;
  readonly ver: number;
  /** The gateway holds all tombstones up to here. */
  readonly heldRev: number;
  /** When the gateway was last heard. */
  readonly seenWall: number | null;
}

/** How far a gateway's line of versions is. */
export interface StateVersion {
  readonly ver: number;
  readonly hash: string;
}

/** What whoever writes has just read: the row as it was, and the gateway's state. */
export interface KnownRow {
  readonly before: GrantStateRow | undefined;
  readonly state?: StateVersion | undefined;
  /** The holder is locked and not frozen. */
  readonly isHolderActive?: boolean | undefined;
  /** Whose it is, where the gateway is not told; left out: as the row says, or as it was. */
  readonly owner?: string | undefined;
}

const MAX_CREDENTIALS = 64;
/** Beyond this many changes a gateway is sent the whole state instead. */
const MAX_CHANGES = 2000;
const DROP_EVERY = 50;

/** Grants and cards of each gateway as one line of versions. Rows are sealed: they hold card secrets.
 *  Who writes has locked the gateway's row in the same transaction. */
export class GrantTable {
  readonly #box: SecretBox;
  readonly #ask = grantQueries();

  constructor(box: SecretBox) {
    this.#box = box;
  }

  async get(
    db: CloudReader,
    gateway: string,
    section: GrantStateTable,
    id: string,
  ): Promise<GrantStateRow | undefined> {
    const found = await this.#ask.get.first(db, {gateway, section, id});
    return found && this.#openRow(found.row);
  }

  /** The rows after `after`, in the order of their keys, until `limit` is reached; at least one if there
   *  is any. */
  async part(
    db: CloudReader,
    gateway: string,
    after: RowKey | undefined,
    limit: {readonly rows: number; readonly chars: number},
  ): Promise<GrantPart> {
    const sealed = await db
      .selectFrom('grant_row')
      .select('row')
      .where('gw', '=', gateway)
      .$if(after !== undefined, query =>
        query.where(sql<boolean>`(section, id) > (${after?.table}, ${after?.id})`),
      )
      .orderBy('section')
      .orderBy('id')
      .limit(limit.rows + 1)
      .execute();
    const rows: GrantStateRow[] = [];
    let chars = 0;
    for (const {row} of sealed.slice(0, limit.rows)) {
      const text = this.#box.open(row);
      chars += text.length;
      if (rows.length > 0 && chars > limit.chars) break;
      rows.push(grantStateRowSchema.parse(JSON.parse(text)));
    }
    return {rows, isLast: rows.length === sealed.length};
  }

  /** What a holder has at a gateway already and may use, at most as much as one grant can name. */
  async credentialsOf(
    db: CloudReader,
    gateway: string,
    holder: string,
  ): Promise<readonly CredentialId[]> {
    const {rows: sealed} = await this.#ask.credentialsOf.run(db, {gateway, holder});
    const rows = sealed.map(({row}) => this.#openRow(row));
    const usable = rows.flatMap(({table, row}) =>
      table === 'credential' && row.holder === holder && row.state === 'active' ? [row.id] : [],
    );
    return usable.slice(0, MAX_CREDENTIALS);
  }

  /** Store the row as the next version, which it gives. A grant of a frozen holder is kept suspended,
   *  whoever issues it. `known`: the row as it was, for who has just read it. */
  async put(
    tx: CloudTransaction,
    gateway: string,
    entry: GrantStateRow,
    known?: KnownRow,
  ): Promise<number> {
    if (entry.table === 'grant' && isInForce(entry.row.state) && !known?.isHolderActive) {
      const {owner = entry.row.holder} = known ?? {};
      if (await this.isHolderFrozen(tx, owner)) return this.#suspend(tx, gateway, entry.row, owner);
    }
    return this.#store(tx, gateway, entry, {known, owner: known?.owner});
  }

  /** `frozen`: what it was before a freeze suspended it. `owner`: left out, as the row says, or as it was. */
  async #store(
    tx: CloudTransaction,
    gateway: string,
    entry: GrantStateRow,
    {
      frozen = null,
      known,
      owner,
    }: {
      readonly frozen?: string | null;
      readonly known?: KnownRow | undefined;
      readonly owner?: string | undefined;
    } = {},
  ): Promise<number> {
    const {id} = entry.row;
    const state = known?.state ?? (await this.#stateOf(tx, gateway));
    const before = known ? known.before : await this.get(tx, gateway, entry.table, id);
    const hash = hashWith(before ? hashWithout(state.hash, before) : state.hash, entry);
    const ver = state.ver + 1;
    const leaseUntil =
      entry.table === 'grant' && entry.row.state === 'active' ? entry.row.leaseUntil : null;
    const row = this.#box.seal(JSON.stringify(entry));
    const holder = owner ?? newHolder(before, entry);
    const kept = {row, leaseUntil, holder, frozen};
    await this.#ask.put.send(tx, {gateway, section: entry.table, id, ...kept});
    await this.#note(tx, gateway, {ver, hash, op: {op: 'put', ...entry}});
    return ver;
  }

  /** Take the row away as the next version; one that is not there is none. */
  async drop(
    tx: CloudTransaction,
    gateway: string,
    section: GrantStateTable,
    id: string,
  ): Promise<void> {
    const before = await this.get(tx, gateway, section, id);
    if (!before) return;
    const state = await this.#stateOf(tx, gateway);
    const query = tx.deleteFrom('grant_row').where('gw', '=', gateway);
    await query.where('section', '=', section).where('id', '=', id).execute();
    const hash = hashWithout(state.hash, before);
    const op: GrantOp = {op: 'drop', table: section, id};
    await this.#note(tx, gateway, {ver: state.ver + 1, hash, op});
  }

  /** Gateways that hold something of this holder. */
  async gatewaysOf(db: CloudReader, holder: string): Promise<readonly string[]> {
    const query = db.selectFrom('grant_row').select('gw').distinct().where('holder', '=', holder);
    return (await query.orderBy('gw').execute()).map(({gw}) => gw);
  }

  /** Suspend his grants, and remember what they were; gives how many. */
  async freezeHolder(tx: CloudTransaction, gateway: string, holder: string): Promise<number> {
    let count = 0;
    for (const {row} of await this.grantsOf(tx, gateway, holder)) {
      if (!isInForce(row.state)) continue;
      await this.#suspend(tx, gateway, {...row, rev: row.rev + 1}, holder);
      count += 1;
    }
    return count;
  }

  /** Give back what `freezeHolder` took, and nothing else; gives how many. */
  async thawHolder(tx: CloudTransaction, gateway: string, holder: string): Promise<number> {
    let count = 0;
    for (const {row, frozen} of await this.grantsOf(tx, gateway, holder)) {
      if (frozen === null || row.state !== 'suspended') continue;
      const state = frozen === 'offered' ? 'offered' : 'active';
      await this.put(tx, gateway, {table: 'grant', row: {...row, state, rev: row.rev + 1}});
      count += 1;
    }
    return count;
  }

  /** Move on to `ver` without a change, after a gateway turned out to be ahead of this database. */
  async skipTo(tx: CloudTransaction, gateway: string, ver: number): Promise<void> {
    const state = await this.#stateOf(tx, gateway);
    await dropChanges(tx, gateway, state.ver);
    await this.#ask.setState.send(tx, {gateway, ver, hash: state.hash});
  }

  /** Changes after version `ver`, ascending; empty when they are no longer known. */
  async changes(
    db: CloudReader,
    gateway: string,
    ver: number,
    limit: number,
  ): Promise<readonly GrantChange[]> {
    const query = db.selectFrom('grant_change').select(['ver', 'op', 'hash']);
    const rows = await query
      .where('gw', '=', gateway)
      .where('ver', '>', ver)
      .orderBy('ver')
      .limit(limit)
      .execute();
    if (rows[0]?.ver !== ver + 1) return [];
    return rows.map(row => ({
      ...row,
      op: grantOpSchema.parse(JSON.parse(this.#box.open(row.op))),
    }));
  }

  /** Grants whose lease ends before `wallMs`, a few at a time. */
  leasesBefore(db: CloudReader, wallMs: number): Promise<readonly GrantKey[]> {
    return db
      .selectFrom('grant_row')
      .select(['gw as gateway', 'id'])
      .where('section', '=', 'grant')
      .where('lease_until', '<', wallMs)
      .limit(500)
      .execute();
  }

  /** `endsWall`: when it would have ended by itself, null = never. False when it was revoked before. */
  async revoke(
    tx: CloudTransaction,
    gateway: string,
    {id, wallMs, endsWall}: Tombstone,
  ): Promise<boolean> {
    if (await this.isRevoked(tx, gateway, id)) return false;
    const {ver} = await tx
      .updateTable('gateway')
      .set(({eb}) => ({rev_ver: eb('rev_ver', '+', 1)}))
      .where('gw', '=', gateway)
      .returning('rev_ver as ver')
      .executeTakeFirstOrThrow();
    await tx
      .insertInto('revocation')
      .values({gw: gateway, id, ver, wall: wallMs, ends_wall: endsWall})
      .execute();
    return true;
  }

  /** A member who may use nothing at this time. He is locked, so that no freeze runs past what is issued. */
  async isHolderFrozen(tx: CloudTransaction, holder: string): Promise<boolean> {
    const row = await this.#ask.lockHolder.first(tx, {holder});
    return row !== undefined && row.status !== 'active';
  }

  async isRevoked(db: CloudReader, gateway: string, id: string): Promise<boolean> {
    return (await this.#ask.revocation.first(db, {gateway, id})) !== undefined;
  }

  revokedSince(
    db: CloudReader,
    gateway: string,
    ver: number,
    limit: number,
  ): Promise<readonly {readonly id: string; readonly ver: number}[]> {
    return db
      .selectFrom('revocation')
      .select(['id', 'ver'])
      .where('gw', '=', gateway)
      .where('ver', '>', ver)
      .orderBy('ver')
      .limit(limit)
      .execute();
  }

  /** Drop the tombstones of grants that ended before `wallMs`, once their gateway has said that it knows. */
  async forgetEnded(db: CloudReader, wallMs: number): Promise<void> {
    await db
      .deleteFrom('revocation')
      .where('ends_wall', '<', wallMs)
      .where(({eb, selectFrom}) =>
        eb(
          'ver',
          '<=',
          selectFrom('gateway as g').select('g.held_rev').whereRef('g.gw', '=', 'revocation.gw'),
        ),
      )
      .execute();
  }

  /** Where `id` was withdrawn, and whether the gateway has said that it knows. */
  withdrawals(db: CloudReader, id: string): Promise<readonly Withdrawal[]> {
    return db
      .selectFrom('revocation as r')
      .innerJoin('gateway as g', 'g.gw', 'r.gw')
      .select(['r.gw as gateway', 'r.wall as revokedWall', 'r.ver', 'g.held_rev as heldRev'])
      .select('g.seen_wall as seenWall')
      .where('r.id', '=', id)
      .orderBy('r.gw')
      .execute();
  }

  #suspend(tx: CloudTransaction, gateway: string, grant: Grant, owner: string): Promise<number> {
    const row = {...grant, state: 'suspended'} as const;
    return this.#store(tx, gateway, {table: 'grant', row}, {frozen: grant.state, owner});
  }

  /** His grants here, and what each was before a freeze. */
  async grantsOf(tx: CloudTransaction, gateway: string, holder: string) {
    const query = tx.selectFrom('grant_row').select(['row', 'frozen']).where('gw', '=', gateway);
    const mine = query.where('holder', '=', holder).where('section', '=', 'grant').orderBy('id');
    return (await mine.execute()).flatMap(({row, frozen}) => {
      const entry = this.#openRow(row);
      return entry.table === 'grant' ? [{row: entry.row, frozen}] : [];
    });
  }

  async #note(tx: CloudTransaction, gateway: string, {ver, hash, op}: GrantChange): Promise<void> {
    const sealed = this.#box.seal(JSON.stringify(op));
    await this.#ask.note.send(tx, {gateway, ver, op: sealed, hash});
    // Not each time: a few more than that are as good.
    if (ver % DROP_EVERY === 0) await dropChanges(tx, gateway, ver - MAX_CHANGES);
    await this.#ask.setState.send(tx, {gateway, ver, hash});
  }

  async #stateOf(tx: CloudTransaction, gateway: string): Promise<StateVersion> {
    const state = await this.#ask.state.first(tx, {gateway});
    if (state) return state;
    throw new InternalError('internal/unreachable', `gateway ${gateway} is not there`);
  }

  #openRow(sealed: string): GrantStateRow {
    return grantStateRowSchema.parse(JSON.parse(this.#box.open(sealed)));
  }
}

/** Null: the row names who it named before, so it is whose it was. */
function newHolder(before: GrantStateRow | undefined, entry: GrantStateRow): string | null {
  if (entry.table === 'issuer') return null;
  const isSame = before !== undefined && before.table !== 'issuer';
  return isSame && before.row.holder === entry.row.holder ? null : entry.row.holder;
}

function isInForce(state: Grant['state']): boolean {
  return state === 'active' || state === 'offered';
}

async function dropChanges(tx: CloudTransaction, gateway: string, upToVer: number): Promise<void> {
  const query = tx.deleteFrom('grant_change').where('gw', '=', gateway);
  await query.where('ver', '<=', upToVer).execute();
}
