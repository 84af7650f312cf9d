import {type ExpressionBuilder, sql} from 'kysely';
import {
  ASKED_FOR_MS,
  type CommandStand,
  type CommandState,
  type JournalPlace,
} from '../command-machine.js';
import type {CloudReader, CloudSchema, CloudTransaction} from './cloud-schema.js';

/** What may be ordered from afar. */
export const COMMAND_KINDS = ['open', 'close', 'pulse', 'stop'] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

export interface CommandRow extends CommandStand {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly point: string;
  readonly gateway: string;
  /** The arm that it is about, as the gateway names it. */
  readonly bay: string;
  readonly kind: CommandKind;
  /** Id of the key or the member. */
  readonly by: string;
  readonly reason: string;
  /** The shower that a stop is meant for. */
  readonly use?: string | null;
  /** `traceparent` of the request. */
  readonly trace: string;
}

/** Which commands, and which part of their list. */
export interface CommandsAsked {
  readonly tenant: string;
  /** Of these sites alone; undefined: of all that the tenant has. */
  readonly sites: ReadonlySet<string> | undefined;
  readonly site: string | undefined;
  readonly point: string | undefined;
  readonly state: CommandState | undefined;
  /** Before this id; undefined: from the newest. */
  readonly before: string | undefined;
  readonly limit: number;
}

const COLUMNS = [
  ...['id', 'tenant', 'site', 'point', 'gw as gateway', 'bay', 'kind', 'by', 'reason', 'trace'],
  'use_id as use',
  ...['ttl_ms as ttlMs', 'state', 'why', 'session', 'due_wall as dueWall'],
  ...['created_wall as createdWall', 'sent_wall as sentWall', 'delivered_wall as deliveredWall'],
  ...['closed_wall as closedWall', 'journal_epoch as journalEpoch', 'journal_head as journalHead'],
] as const;

interface Found {
  readonly journalEpoch: string | null;
  readonly journalHead: number | null;
}

/** Commands, with all that was heard of each. */
export class CommandTable {
  async add(tx: CloudTransaction, row: CommandRow): Promise<void> {
    const {id, tenant, site, point, gateway: gw, bay, kind, by, reason, trace, use = null} = row;
    const fixed = {id, tenant, site, point, gw, bay, kind, by, reason, trace, use_id: use};
    const {ttlMs: ttl_ms, createdWall: created_wall} = row;
    const values = {...fixed, ttl_ms, created_wall, ...standOf(row)};
    await tx.insertInto('command').values(values).execute();
  }

  async get(db: CloudReader, id: string): Promise<CommandRow | undefined> {
    const query = db.selectFrom('command').select(COLUMNS).where('id', '=', id);
    const found = await query.executeTakeFirst();
    return found && rowOf(found);
  }

  /** The row, which no other transaction changes before the end of this one. */
  async lock(tx: CloudTransaction, id: string): Promise<CommandRow | undefined> {
    const query = tx.updateTable('command').set(({ref}) => ({state: ref('state')}));
    const found = await query.where('id', '=', id).returning(COLUMNS).executeTakeFirst();
    return found && rowOf(found);
  }

  async setStand(tx: CloudTransaction, id: string, stand: CommandStand): Promise<void> {
    await tx.updateTable('command').set(standOf(stand)).where('id', '=', id).execute();
  }

  /** To whom something is to be sent. */
  async pendingGateways(db: CloudReader): Promise<readonly string[]> {
    const query = db.selectFrom('command').select('gw').distinct().where('state', '=', 'pending');
    return (await query.execute()).map(({gw}) => gw);
  }

  /** Not sent yet, the oldest first, of each of these gateways no more than `share`. */
  async pending(
    db: CloudReader,
    gateways: readonly string[],
    share: number,
  ): Promise<readonly CommandRow[]> {
    if (gateways.length === 0) return [];
    const placed = db
      .selectFrom('command')
      .select(COLUMNS)
      .select(sql<number>`row_number() over (partition by gw order by id)`.as('place'))
      .where('state', '=', 'pending')
      .where('gw', 'in', gateways)
      .as('placed');
    const query = db.selectFrom(placed).selectAll().where('placed.place', '<=', share);
    const found = await query.orderBy('placed.place').orderBy('placed.id').execute();
    return found.map(({place: _, ...row}) => rowOf(row));
  }

  /** Whose time has come, the longest due first. */
  async due(db: CloudReader, wallMs: number, limit: number): Promise<readonly CommandRow[]> {
    const query = db.selectFrom('command').select(COLUMNS).where('due_wall', '<=', wallMs);
    const found = await query.orderBy('due_wall').orderBy('id').limit(limit).execute();
    return found.map(rowOf);
  }

  /** They wait, and were made later than it is now: the clock was set back. */
  async stranded(db: CloudReader, wallMs: number, limit: number): Promise<readonly CommandRow[]> {
    const query = db.selectFrom('command').select(COLUMNS).where('state', '=', 'pending');
    const found = await query.where('created_wall', '>', wallMs).limit(limit).execute();
    return found.map(rowOf);
  }

  /** When the next one has its time; undefined: none has. */
  async nextDue(db: CloudReader): Promise<number | undefined> {
    const query = db.selectFrom('command').select(({fn}) => fn.min('due_wall').as('due'));
    return (await query.executeTakeFirstOrThrow()).due ?? undefined;
  }

  /** Which of these gateways have something under way, or in doubt that their journal can end. */
  async askedOf(
    db: CloudReader,
    gateways: readonly string[],
    wallMs: number,
  ): Promise<readonly string[]> {
    const query = db.selectFrom('command').select('gw').distinct();
    const asked = query.where('gw', 'in', gateways).where(underWay(wallMs));
    return (await asked.execute()).map(({gw}) => gw);
  }

  /** What was sent to a gateway in another connection than `session`, the oldest first. */
  async sentBefore(
    db: CloudReader,
    {gateway, session}: {readonly gateway: string; readonly session: string | undefined},
    {wallMs, after, limit}: {wallMs: number; after: string; limit: number},
  ): Promise<readonly CommandRow[]> {
    const query = db.selectFrom('command').select(COLUMNS).where('gw', '=', gateway);
    let open = query.where(underWay(wallMs)).where('id', '>', after);
    if (session !== undefined) open = open.where('session', '!=', session);
    return (await open.orderBy('id').limit(limit).execute()).map(rowOf);
  }

  /** The newest first. */
  async page(db: CloudReader, asked: CommandsAsked): Promise<readonly CommandRow[]> {
    const {tenant, sites, site, point, state, before, limit} = asked;
    let query = db.selectFrom('command').select(COLUMNS).where('tenant', '=', tenant);
    if (sites) query = query.where('site', 'in', ['', ...sites]);
    if (site !== undefined) query = query.where('site', '=', site);
    if (point !== undefined) query = query.where('point', '=', point);
    if (state !== undefined) query = query.where('state', '=', state);
    if (before !== undefined) query = query.where('id', '<', before);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(rowOf);
  }

  /** Is all of the gateway's journal here up to where it stood when the command could begin no more? */
  async isJournalWhole(
    db: CloudReader,
    {gateway, createdWall}: CommandRow,
    {epoch, head}: JournalPlace,
  ): Promise<boolean> {
    const row = await db
      .selectFrom('epoch')
      .select(['no', 'known', 'started_wall'])
      .where('gw', '=', gateway)
      .where('epoch', '=', epoch)
      .executeTakeFirst();
    // A numbering that began later says nothing of what was before.
    if (!row || row.known < head || row.started_wall > createdWall) return false;
    const gap = await db
      .selectFrom('gap')
      .select('from_seq')
      .where('gw', '=', gateway)
      .where('epoch_no', '=', row.no)
      .where('marked_wall', '>=', createdWall)
      .limit(1)
      .executeTakeFirst();
    return gap === undefined;
  }
}

/** Something is still to be heard of it. What lies back too far nobody asks a journal for. */
function underWay(wallMs: number) {
  return ({eb, and, or}: ExpressionBuilder<CloudSchema, 'command'>) =>
    or([
      eb('state', 'in', ['sent', 'delivered']),
      and([
        eb('state', '=', 'unknown'),
        eb('delivered_wall', 'is', null),
        eb('journal_epoch', 'is', null),
        eb('created_wall', '>', wallMs - ASKED_FOR_MS),
      ]),
    ]);
}

function standOf(stand: CommandStand) {
  const {state, why, session, dueWall: due_wall, sentWall: sent_wall, journal} = stand;
  const {deliveredWall: delivered_wall, closedWall: closed_wall} = stand;
  return {
    ...{state, why, session, due_wall, sent_wall, delivered_wall, closed_wall},
    ...{journal_epoch: journal?.epoch ?? null, journal_head: journal?.head ?? null},
  };
}

function rowOf({journalEpoch, journalHead, ...same}: Found & object): CommandRow {
  const isAsked = journalEpoch !== null && journalHead !== null;
  const journal = isAsked ? {epoch: journalEpoch, head: journalHead} : null;
  return {...same, journal} as CommandRow;
}
