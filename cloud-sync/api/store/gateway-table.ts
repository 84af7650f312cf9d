import {EMPTY_STATE_HASH} from '../../../protocols/cloud/grant-state.js';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';
import {FixedQuery} from './fixed-query.js';

export interface GatewayRow {
  readonly gw: string;
  readonly boot: string | null;
  readonly firmware: string | null;
  readonly seenWall: number | null;
  /** What the cloud wants the gateway to hold. */
  readonly cfgVer: number;
  readonly cfgHash: string;
  /** What the gateway last said it holds. */
  readonly heldVer: number;
  readonly heldHash: string | null;
  /** 1: changes did not lead to the promised state, so it needs the whole. */
  readonly misfit: number;
  readonly revVer: number;
  readonly heldRev: number;
}

/** Whose gateways, and which part of the list. */
export interface GatewaysAsked {
  readonly tenant: string;
  /** Of these sites alone; undefined: of all that the tenant has. */
  readonly sites: ReadonlySet<string> | undefined;
  /** Those that serve no site yet too. */
  readonly unbound: boolean;
  /** After this id; undefined: from the first. */
  readonly after: string | undefined;
  readonly limit: number;
}

const COLUMNS = [
  'gw',
  'boot',
  'firmware',
  'seen_wall as seenWall',
  'cfg_ver as cfgVer',
  'cfg_hash as cfgHash',
  'held_ver as heldVer',
  'held_hash as heldHash',
  'misfit',
  'rev_ver as revVer',
  'held_rev as heldRev',
] as const;

/** One row per gateway. */
export class GatewayTable {
  /** An update that changes nothing locks on both databases; SQLite knows no FOR UPDATE. */
  readonly #lock = new FixedQuery((db, {gw}: {readonly gw: string}) =>
    db
      .updateTable('gateway')
      .set(({ref}) => ({command_n: ref('command_n')}))
      .where('gw', '=', gw)
      .returning(COLUMNS),
  );

  /** Those that are there already stay as they are. */
  async add(db: CloudReader, gateways: readonly string[]): Promise<void> {
    if (gateways.length === 0) return;
    const rows = gateways.map(gw => ({gw, cfg_hash: EMPTY_STATE_HASH}));
    await db
      .insertInto('gateway')
      .values(rows)
      .onConflict(clash => clash.doNothing())
      .execute();
  }

  get(db: CloudReader, gateway: string): Promise<GatewayRow | undefined> {
    return db.selectFrom('gateway').select(COLUMNS).where('gw', '=', gateway).executeTakeFirst();
  }

  all(db: CloudReader): Promise<readonly GatewayRow[]> {
    return db.selectFrom('gateway').select(COLUMNS).orderBy('gw').execute();
  }

  /** Those of a tenant, by id. */
  of(db: CloudReader, asked: GatewaysAsked): Promise<readonly GatewayRow[]> {
    const {tenant, sites, unbound, after, limit} = asked;
    return db
      .selectFrom('gateway')
      .select(COLUMNS)
      .where(({eb, or, selectFrom}) => {
        const bound = selectFrom('site_gateway').select('gw');
        const his = bound
          .where('tenant', '=', tenant)
          .$if(sites !== undefined, query => query.where('site', 'in', ['', ...(sites ?? [])]));
        return or([eb('gw', 'in', his), ...(unbound ? [eb('gw', 'not in', bound)] : [])]);
      })
      .$if(after !== undefined, query => query.where('gw', '>', after ?? ''))
      .orderBy('gw')
      .limit(limit)
      .execute();
  }

  /** Those of `gateways` that exist, at most 1000. */
  some(db: CloudReader, gateways: readonly string[]): Promise<readonly GatewayRow[]> {
    return db.selectFrom('gateway').select(COLUMNS).where('gw', 'in', gateways).execute();
  }

  /** The row, which no other transaction changes before the end of this one. */
  lock(tx: CloudTransaction, gateway: string): Promise<GatewayRow | undefined> {
    return this.#lock.first(tx, {gw: gateway});
  }

  async setSeen(
    db: CloudReader,
    gateway: string,
    {boot, firmware, wallMs}: {boot: string; firmware: string; wallMs: number},
  ): Promise<void> {
    const seen = {boot, firmware, seen_wall: wallMs};
    await db.updateTable('gateway').set(seen).where('gw', '=', gateway).execute();
  }

  async setHeld(
    db: CloudReader,
    gateway: string,
    held: {readonly ver: number; readonly hash: string; readonly misfit: number},
  ): Promise<void> {
    const columns = {held_ver: held.ver, held_hash: held.hash, misfit: held.misfit};
    await db.updateTable('gateway').set(columns).where('gw', '=', gateway).execute();
  }

  async setHeldRevocations(db: CloudReader, gateway: string, ver: number): Promise<void> {
    await db.updateTable('gateway').set({held_rev: ver}).where('gw', '=', gateway).execute();
  }

  /** Next number of the gateway's command counter. */
  async nextCommand(tx: CloudTransaction, gateway: string): Promise<number> {
    const row = await tx
      .updateTable('gateway')
      .set(({eb}) => ({command_n: eb('command_n', '+', 1)}))
      .where('gw', '=', gateway)
      .returning('command_n as n')
      .executeTakeFirstOrThrow();
    return row.n;
  }
}
