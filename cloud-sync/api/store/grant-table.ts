import {
  type GrantOp,
  type GrantStateRow,
  type GrantStateTable,
  hashWith,
  hashWithout,
} from '../../../protocols/cloud/grant-state.js';
import {grantOpSchema, grantStateRowSchema} from '../../../protocols/cloud/site-schemas.js';
import type {CloudDatabase} from './cloud-database.js';
import type {SecretBox} from './secret-box.js';

export interface GrantChange {
  readonly ver: number;
  readonly op: GrantOp;
  /** State hash after this change. */
  readonly hash: string;
}

/** Beyond this many changes a gateway is sent the whole state instead. */
const MAX_CHANGES = 2000;

/** Grants and cards of each gateway as one line of versions. Rows are sealed: they hold card secrets.
 *  Calls that write belong into one transaction. */
export class GrantTable {
  readonly #prepare;
  readonly #box: SecretBox;

  constructor(database: CloudDatabase, box: SecretBox) {
    const {connection} = database;
    this.#box = box;
    this.#prepare = {
      state: connection.prepare(
        'SELECT cfg_ver AS ver, cfg_hash AS hash FROM gateway WHERE gw = ?',
      ),
      setState: connection.prepare('UPDATE gateway SET cfg_ver = ?, cfg_hash = ? WHERE gw = ?'),
      get: connection.prepare('SELECT row FROM grant_row WHERE gw = ? AND section = ? AND id = ?'),
      all: connection.prepare('SELECT row FROM grant_row WHERE gw = ? ORDER BY section DESC, id'),
      put: connection.prepare(
        'INSERT OR REPLACE INTO grant_row (gw, section, id, row, lease_until) VALUES (?, ?, ?, ?, ?)',
      ),
      leases: connection.prepare('SELECT gw, row FROM grant_row WHERE lease_until < ? LIMIT 500'),
      addChange: connection.prepare(
        'INSERT INTO grant_change (gw, ver, op, hash) VALUES (?, ?, ?, ?)',
      ),
      pruneChanges: connection.prepare('DELETE FROM grant_change WHERE gw = ? AND ver <= ?'),
      dropChanges: connection.prepare('DELETE FROM grant_change WHERE gw = ?'),
      changes: connection.prepare(
        'SELECT ver, op, hash FROM grant_change WHERE gw = ? AND ver > ? ORDER BY ver LIMIT ?',
      ),
      revoke: connection.prepare(
        `INSERT OR IGNORE INTO revocation (gw, id, ver, wall)
         SELECT gw, ?, rev_ver + 1, ? FROM gateway WHERE gw = ?`,
      ),
      bumpRevocations: connection.prepare('UPDATE gateway SET rev_ver = rev_ver + 1 WHERE gw = ?'),
      isRevoked: connection.prepare('SELECT 1 FROM revocation WHERE gw = ? AND id = ?'),
      revoked: connection.prepare(
        'SELECT id, ver FROM revocation WHERE gw = ? AND ver > ? ORDER BY ver LIMIT ?',
      ),
    };
  }

  get(gateway: string, section: GrantStateTable, id: string): GrantStateRow | undefined {
    const found = this.#prepare.get.get(gateway, section, id) as {row: string} | undefined;
    return found && this.#openRow(found.row);
  }

  all(gateway: string): readonly GrantStateRow[] {
    return (this.#prepare.all.all(gateway) as {row: string}[]).map(({row}) => this.#openRow(row));
  }

  /** Store the row as the next version. */
  put(gateway: string, entry: GrantStateRow): void {
    const state = this.#prepare.state.get(gateway) as {ver: number; hash: string};
    const before = this.get(gateway, entry.table, entry.row.id);
    const hash = hashWith(before ? hashWithout(state.hash, before) : state.hash, entry);
    const ver = state.ver + 1;
    const leaseUntil =
      entry.table === 'grant' && entry.row.state === 'active' ? entry.row.leaseUntil : null;
    const sealed = this.#box.seal(JSON.stringify(entry));
    this.#prepare.put.run(gateway, entry.table, entry.row.id, sealed, leaseUntil);
    const op = this.#box.seal(JSON.stringify({op: 'put', ...entry}));
    this.#prepare.addChange.run(gateway, ver, op, hash);
    this.#prepare.pruneChanges.run(gateway, ver - MAX_CHANGES);
    this.#prepare.setState.run(ver, hash, gateway);
  }

  /** Move on to `ver` without a change, after a gateway turned out to be ahead of this database. */
  skipTo(gateway: string, ver: number): void {
    const state = this.#prepare.state.get(gateway) as {ver: number; hash: string};
    this.#prepare.dropChanges.run(gateway);
    this.#prepare.setState.run(ver, state.hash, gateway);
  }

  /** Changes after version `ver`, ascending; empty when they are no longer known. */
  changes(gateway: string, ver: number, limit: number): readonly GrantChange[] {
    const rows = this.#prepare.changes.all(gateway, ver, limit) as {
      ver: number;
      op: string;
      hash: string;
    }[];
    if (rows[0]?.ver !== ver + 1) return [];
    return rows.map(row => ({
      ...row,
      op: grantOpSchema.parse(JSON.parse(this.#box.open(row.op))),
    }));
  }

  /** Grants whose lease ends before `wallMs`, a few at a time. */
  leasesBefore(wallMs: number): readonly {gateway: string; entry: GrantStateRow}[] {
    const rows = this.#prepare.leases.all(wallMs) as {gw: string; row: string}[];
    return rows.map(({gw, row}) => ({gateway: gw, entry: this.#openRow(row)}));
  }

  /** False when it was revoked before. */
  revoke(gateway: string, id: string, wallMs: number): boolean {
    const isNew = this.#prepare.revoke.run(id, wallMs, gateway).changes > 0;
    if (isNew) this.#prepare.bumpRevocations.run(gateway);
    return isNew;
  }

  isRevoked(gateway: string, id: string): boolean {
    return this.#prepare.isRevoked.get(gateway, id) !== undefined;
  }

  revokedSince(gateway: string, ver: number, limit: number): readonly {id: string; ver: number}[] {
    return this.#prepare.revoked.all(gateway, ver, limit) as {id: string; ver: number}[];
  }

  #openRow(sealed: string): GrantStateRow {
    return grantStateRowSchema.parse(JSON.parse(this.#box.open(sealed)));
  }
}
