import {EMPTY_STATE_HASH} from '../../../protocols/cloud/grant-state.js';
import type {CloudDatabase} from './cloud-database.js';

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
  readonly revVer: number;
  readonly heldRev: number;
}

export interface FaultRow {
  readonly kind: string;
  readonly raisedWall: number;
  readonly detail: string;
}

const COLUMNS = `gw, boot, firmware, seen_wall AS seenWall, cfg_ver AS cfgVer, cfg_hash AS cfgHash,
  held_ver AS heldVer, held_hash AS heldHash, rev_ver AS revVer, held_rev AS heldRev`;

/** One row per gateway, and the faults of its link as state. */
export class GatewayTable {
  readonly #prepare;

  constructor(database: CloudDatabase) {
    const {connection} = database;
    this.#prepare = {
      add: connection.prepare('INSERT OR IGNORE INTO gateway (gw, cfg_hash) VALUES (?, ?)'),
      get: connection.prepare(`SELECT ${COLUMNS} FROM gateway WHERE gw = ?`),
      all: connection.prepare(`SELECT ${COLUMNS} FROM gateway ORDER BY gw`),
      seen: connection.prepare(
        'UPDATE gateway SET boot = ?, firmware = ?, seen_wall = ? WHERE gw = ?',
      ),
      held: connection.prepare('UPDATE gateway SET held_ver = ?, held_hash = ? WHERE gw = ?'),
      heldRev: connection.prepare('UPDATE gateway SET held_rev = ? WHERE gw = ?'),
      nextCommand: connection.prepare(
        'UPDATE gateway SET command_n = command_n + 1 WHERE gw = ? RETURNING command_n AS n',
      ),
      raise: connection.prepare(
        'INSERT OR IGNORE INTO fault (gw, kind, raised_wall, detail) VALUES (?, ?, ?, ?)',
      ),
      clear: connection.prepare('DELETE FROM fault WHERE gw = ? AND kind = ?'),
      faults: connection.prepare(
        'SELECT kind, raised_wall AS raisedWall, detail FROM fault WHERE gw = ? ORDER BY kind',
      ),
    };
  }

  add(gateway: string): void {
    this.#prepare.add.run(gateway, EMPTY_STATE_HASH);
  }

  get(gateway: string): GatewayRow | undefined {
    return this.#prepare.get.get(gateway) as GatewayRow | undefined;
  }

  all(): readonly GatewayRow[] {
    return this.#prepare.all.all() as GatewayRow[];
  }

  setSeen(gateway: string, boot: string, firmware: string, wallMs: number): void {
    this.#prepare.seen.run(boot, firmware, wallMs, gateway);
  }

  setHeld(gateway: string, ver: number, hash: string): void {
    this.#prepare.held.run(ver, hash, gateway);
  }

  setHeldRevocations(gateway: string, ver: number): void {
    this.#prepare.heldRev.run(ver, gateway);
  }

  /** Next number of the gateway's command counter. */
  nextCommand(gateway: string): number {
    return (this.#prepare.nextCommand.get(gateway) as {n: number}).n;
  }

  /** True when the fault is new. */
  raise(gateway: string, kind: string, wallMs: number, detail: string): boolean {
    return this.#prepare.raise.run(gateway, kind, wallMs, detail).changes > 0;
  }

  /** True when it stood. */
  clear(gateway: string, kind: string): boolean {
    return this.#prepare.clear.run(gateway, kind).changes > 0;
  }

  faults(gateway: string): readonly FaultRow[] {
    return this.#prepare.faults.all(gateway) as FaultRow[];
  }
}
