import {
  ASKED_FOR_MS,
  type CommandStand,
  type CommandState,
  type JournalPlace,
} from '../command-machine.js';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';

/** What may be ordered from afar. */
export const COMMAND_KINDS = ['open', 'close', 'pulse'] as const;
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
    const {id, tenant, site, point, gateway: gw, bay, kind, by, reason, trace} = row;
    const fixed = {id, tenant, site, point, gw, bay, kind, by, reason, trace};
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

  /** Of which something is still to be heard or done, the oldest first, and those in doubt, which stay so
   *  for days, behind all others. */
  async open(db: CloudReader, wallMs: number, limit: number): Promise<readonly CommandRow[]> {
    const found = await db
      .selectFrom('command')
      .select(COLUMNS)
      .where(({eb, and, or}) =>
        or([
          eb('state', 'in', ['pending', 'sent', 'delivered']),
          and([
            eb('state', '=', 'unknown'),
            eb('delivered_wall', 'is', null),
            eb('created_wall', '>', wallMs - ASKED_FOR_MS),
          ]),
        ]),
      )
      .orderBy(({eb}) => eb('state', '=', 'unknown'))
      .orderBy('id')
      .limit(limit)
      .execute();
    return found.map(rowOf);
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
