import type {CloudReader, CloudTransaction} from './cloud-schema.js';

export type CommandState =
  | 'sent'
  | 'done'
  | 'failed'
  | 'refused'
  | 'expired'
  | 'offline'
  | 'unknown';

export interface CommandRow {
  readonly id: string;
  readonly gateway: string;
  readonly bay: string;
  readonly by: string;
  readonly ttlMs: number;
  readonly state: CommandState;
  readonly why: string | null;
  readonly createdWall: number;
  readonly closedWall: number | null;
}

export interface IdempotencyRow {
  readonly fingerprint: string;
  readonly command: string;
  /** The answer as it was given; null while the first request still waits. */
  readonly answer: string | null;
}

export interface CommandClosing {
  readonly gateway: string;
  readonly id: string;
  readonly state: CommandState;
  readonly why: string | null;
}

const COLUMNS = [
  'id',
  'gw as gateway',
  'bay',
  'by',
  'ttl_ms as ttlMs',
  'state',
  'why',
  'created_wall as createdWall',
  'closed_wall as closedWall',
] as const;

/** Commands and the keys under which they were asked for. */
export class CommandTable {
  async add(db: CloudReader, row: CommandRow): Promise<void> {
    const {gateway: gw, ttlMs: ttl_ms, createdWall: created_wall, closedWall: closed_wall} = row;
    const {id, bay, by, state, why} = row;
    const columns = {id, gw, bay, by, ttl_ms, state, why, created_wall, closed_wall};
    await db.insertInto('command').values(columns).execute();
  }

  async get(db: CloudReader, id: string): Promise<CommandRow | undefined> {
    const query = db.selectFrom('command').select(COLUMNS).where('id', '=', id);
    return (await query.executeTakeFirst()) as CommandRow | undefined;
  }

  /** Close what still is open; a closed command never changes again. */
  async close(db: CloudReader, closing: CommandClosing, wallMs: number): Promise<boolean> {
    const {numUpdatedRows} = await db
      .updateTable('command')
      .set({state: closing.state, why: closing.why, closed_wall: wallMs})
      .where('id', '=', closing.id)
      .where('gw', '=', closing.gateway)
      .where('state', 'in', ['sent', 'unknown'])
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async giveUp(db: CloudReader, id: string): Promise<void> {
    const query = db.updateTable('command').set({state: 'unknown'}).where('state', '=', 'sent');
    await query.where('id', '=', id).execute();
  }

  /** Nobody can wait any more for what was to be over before `wallMs`. */
  async giveUpOverdue(db: CloudReader, wallMs: number): Promise<void> {
    await db
      .updateTable('command')
      .set({state: 'unknown'})
      .where('state', '=', 'sent')
      .where(({eb}) => eb('created_wall', '<', eb(eb.val(wallMs), '-', eb.ref('ttl_ms'))))
      .execute();
  }

  /** False when the key is taken. */
  async addKey(
    tx: CloudTransaction,
    key: string,
    order: {readonly fingerprint: string; readonly command: string; readonly wallMs: number},
  ): Promise<boolean> {
    const {fingerprint, command, wallMs} = order;
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('idempotency')
      .values({key, fingerprint, command, created_wall: wallMs})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  key(db: CloudReader, key: string): Promise<IdempotencyRow | undefined> {
    return db
      .selectFrom('idempotency')
      .select(['fingerprint', 'command', 'answer'])
      .where('key', '=', key)
      .executeTakeFirst();
  }

  async setAnswer(db: CloudReader, key: string, answer: string): Promise<void> {
    await db.updateTable('idempotency').set({answer}).where('key', '=', key).execute();
  }

  async pruneKeys(db: CloudReader, beforeWallMs: number): Promise<void> {
    await db.deleteFrom('idempotency').where('created_wall', '<', beforeWallMs).execute();
  }
}
