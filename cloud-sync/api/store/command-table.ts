import type {CloudDatabase} from './cloud-database.js';

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

const COLUMNS = `id, gw AS gateway, bay, "by", ttl_ms AS ttlMs, state, why,
  created_wall AS createdWall, closed_wall AS closedWall`;

/** Commands and the keys under which they were asked for. */
export class CommandTable {
  readonly #prepare;

  constructor(database: CloudDatabase) {
    const {connection} = database;
    this.#prepare = {
      add: connection.prepare(
        `INSERT INTO command (id, gw, bay, "by", ttl_ms, state, why, created_wall, closed_wall)
         VALUES (@id, @gateway, @bay, @by, @ttlMs, @state, @why, @createdWall, @closedWall)`,
      ),
      get: connection.prepare(`SELECT ${COLUMNS} FROM command WHERE id = ?`),
      close: connection.prepare(
        `UPDATE command SET state = ?, why = ?, closed_wall = ?
         WHERE id = ? AND gw = ? AND state IN ('sent', 'unknown')`,
      ),
      giveUp: connection.prepare(
        `UPDATE command SET state = 'unknown' WHERE id = ? AND state = 'sent'`,
      ),
      giveUpAll: connection.prepare(`UPDATE command SET state = 'unknown' WHERE state = 'sent'`),
      addKey: connection.prepare(
        'INSERT INTO idempotency (key, fingerprint, command, created_wall) VALUES (?, ?, ?, ?)',
      ),
      key: connection.prepare('SELECT fingerprint, command, answer FROM idempotency WHERE key = ?'),
      answer: connection.prepare('UPDATE idempotency SET answer = ? WHERE key = ?'),
      pruneKeys: connection.prepare('DELETE FROM idempotency WHERE created_wall < ?'),
    };
  }

  add(row: CommandRow): void {
    this.#prepare.add.run(row);
  }

  get(id: string): CommandRow | undefined {
    return this.#prepare.get.get(id) as CommandRow | undefined;
  }

  /** Close what still is open; a closed command never changes again. */
  close(
    gateway: string,
    id: string,
    state: CommandState,
    why: string | null,
    wallMs: number,
  ): boolean {
    return this.#prepare.close.run(state, why, wallMs, id, gateway).changes > 0;
  }

  giveUp(id: string): void {
    this.#prepare.giveUp.run(id);
  }

  /** After a restart nobody waits for these any more. */
  giveUpAll(): void {
    this.#prepare.giveUpAll.run();
  }

  addKey(key: string, fingerprint: string, command: string, wallMs: number): void {
    this.#prepare.addKey.run(key, fingerprint, command, wallMs);
  }

  key(key: string): IdempotencyRow | undefined {
    return this.#prepare.key.get(key) as IdempotencyRow | undefined;
  }

  setAnswer(key: string, answer: string): void {
    this.#prepare.answer.run(answer, key);
  }

  pruneKeys(beforeWallMs: number): void {
    this.#prepare.pruneKeys.run(beforeWallMs);
  }
}
