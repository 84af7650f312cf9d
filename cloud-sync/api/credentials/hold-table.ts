import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export const HOLD_STATES = ['open', 'released', 'revoked'] as const;
export type HoldState = (typeof HOLD_STATES)[number];

/** Where and when a credential was used. */
export interface HeldUse {
  readonly site: string;
  readonly gateway: string;
  readonly point: string;
  readonly atWall: number;
}

/** A credential that a guard is to look at before it opens anything again. @see requirements E45 */
export interface Hold {
  readonly id: string;
  readonly tenant: string;
  readonly credential: string;
  /** What it goes back to when it is released. */
  readonly was: 'active' | 'suspended';
  readonly first: HeldUse;
  readonly second: HeldUse;
  /** So long one has at least from site to site. */
  readonly leastMs: number;
  readonly state: HoldState;
  readonly raisedWall: number;
  readonly closedWall: number | null;
  readonly closedBy: string | null;
  readonly note: string | null;
}

export interface HoldQuery {
  readonly tenant: string;
  readonly state?: HoldState | undefined;
  /** The only sites that the caller may see; undefined: all. */
  readonly sites?: readonly string[] | undefined;
  readonly after: string;
  readonly limit: number;
}

/** Credentials that were held for a guard. */
export class HoldTable {
  async add(tx: CloudTransaction, hold: Hold): Promise<void> {
    await tx.insertInto('credential_hold').values(columnsOf(hold)).execute();
  }

  async close(tx: CloudTransaction, hold: Hold): Promise<void> {
    const {state, closed_wall, closed_by, note} = columnsOf(hold);
    const query = tx.updateTable('credential_hold').set({state, closed_wall, closed_by, note});
    await query.where('id', '=', hold.id).execute();
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<Hold | undefined> {
    const query = db.selectFrom('credential_hold').selectAll().where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && holdOf(row);
  }

  /** The newest of a credential. */
  async latest(db: CloudReader, credential: string): Promise<Hold | undefined> {
    const query = db.selectFrom('credential_hold').selectAll();
    const own = query.where('credential_id', '=', credential).orderBy('id', 'desc');
    const row = await own.limit(1).executeTakeFirst();
    return row && holdOf(row);
  }

  async list(db: CloudReader, wanted: HoldQuery): Promise<readonly Hold[]> {
    const {tenant, state, sites, after, limit} = wanted;
    let query = db.selectFrom('credential_hold').selectAll().where('tenant', '=', tenant);
    query = query.where('id', '>', after);
    if (state !== undefined) query = query.where('state', '=', state);
    if (sites !== undefined) {
      const own = [...sites];
      query = query.where(({or, eb}) =>
        or([eb('first_site', 'in', own), eb('second_site', 'in', own)]),
      );
    }
    return (await query.orderBy('id').limit(limit).execute()).map(holdOf);
  }
}

type Row = ReturnType<typeof columnsOf>;

function columnsOf(hold: Hold) {
  const {id, tenant, credential: credential_id, was, first, second, state, note} = hold;
  return {
    ...{id, tenant, credential_id, was: was as string, state: state as string, note},
    ...{first_site: first.site, first_gw: first.gateway, first_point: first.point},
    ...{second_site: second.site, second_gw: second.gateway, second_point: second.point},
    ...{first_wall: first.atWall, second_wall: second.atWall, least_ms: hold.leastMs},
    ...{raised_wall: hold.raisedWall, closed_wall: hold.closedWall, closed_by: hold.closedBy},
  };
}

function holdOf(row: Row): Hold {
  const {id, tenant, note, first_gw, first_point, second_gw, second_point} = row;
  return {
    ...{id, tenant, credential: row.credential_id, was: row.was as Hold['was'], note},
    first: {
      ...{site: row.first_site, gateway: first_gw, point: first_point, atWall: row.first_wall},
    },
    second: {
      ...{site: row.second_site, gateway: second_gw, point: second_point},
      atWall: row.second_wall,
    },
    ...{leastMs: row.least_ms, state: row.state as HoldState, raisedWall: row.raised_wall},
    ...{closedWall: row.closed_wall, closedBy: row.closed_by},
  };
}
