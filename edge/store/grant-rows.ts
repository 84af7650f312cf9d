import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {GrantOp, GrantStateRow, GrantStateTable} from '../../protocols/cloud/grant-state.js';
import {pepperDigest} from '../../protocols/credential/keypad-code.js';
import type {
  CardCredential,
  CodeCredential,
  Grant,
  QrCredential,
  TokenIssuer,
} from '../../protocols/site/grant.js';
import type {StoreDatabase} from './database.js';
import {PEPPERED} from './grant-book.js';
import type {SecretBox} from './secret-box.js';

type OpenCredential =
  | Omit<CardCredential, 'secretHex'>
  | CodeCredential
  | Omit<QrCredential, 'secretHex'>;

/** A row as it lies in its table: the body as JSON without the secret, and that sealed. */
export interface SealedRow {
  readonly id: string;
  readonly rev: number;
  readonly body: string;
  readonly secret: Uint8Array | null;
}

/** Tables whose rows are needed until the grant has ended, by the column that names it. */
export const ENDING = [
  ['revoked', 'id'],
  ['grant_use', 'grant'],
] as const;

/** The tables of grants, credentials and keys of tokens; secrets lie in them sealed, digests of codes under the pepper. */
export class GrantRows {
  readonly #database: StoreDatabase;
  readonly #box: SecretBox;
  readonly #pepper: () => Uint8Array;

  constructor(database: StoreDatabase, box: SecretBox, pepper: () => Uint8Array) {
    this.#database = database;
    this.#box = box;
    this.#pepper = pepper;
  }

  /** `isSalvaged`: what does not read is left out. @throws StoreError `store/secret-key` */
  all(isSalvaged: boolean): readonly GrantStateRow[] {
    return [
      ...this.#storedGrants(isSalvaged),
      ...this.#storedCredentials(isSalvaged),
      ...this.#storedIssuers(isSalvaged),
    ];
  }

  /** Within the running transaction, as the other two. */
  write(entry: GrantStateRow): void {
    if (entry.table === 'grant') {
      this.#database
        .statement('INSERT OR REPLACE INTO "grant" (id, rev, body) VALUES (?, ?, ?)')
        .run(entry.row.id, entry.row.rev, JSON.stringify(entry.row));
      for (const [table, key] of ENDING) {
        this.#database
          .statement(`UPDATE ${table} SET ends = ? WHERE "${key}" = ?`)
          .run(entry.row.validUntil, entry.row.id);
      }
      return;
    }
    if (entry.table === 'issuer') {
      this.#database
        .statement('INSERT OR REPLACE INTO issuer (id, rev, body) VALUES (?, ?, ?)')
        .run(entry.row.id, entry.row.rev, JSON.stringify(entry.row));
      return;
    }
    const {id, rev, body, secret} = this.sealed(entry);
    this.#database
      .statement('INSERT OR REPLACE INTO credential (id, rev, body, secret) VALUES (?, ?, ?, ?)')
      .run(id, rev, body, secret);
  }

  sealed({row}: GrantStateRow): SealedRow {
    const {secretHex, ...open} = {secretHex: undefined, ...row};
    const secret = secretHex === undefined ? null : this.#box.seal(fromHex(secretHex), open.id);
    return {id: open.id, rev: open.rev, body: JSON.stringify(open), secret};
  }

  /** @throws StoreError `store/secret-key`, SyntaxError when the body is damaged */
  opened(table: GrantStateTable, {body, secret}: Omit<SealedRow, 'id' | 'rev'>): GrantStateRow {
    if (table === 'grant') return {table, row: JSON.parse(body) as Grant};
    if (table === 'issuer') return {table, row: JSON.parse(body) as TokenIssuer};
    const open = JSON.parse(body) as OpenCredential;
    if (open.kind === 'code') return {table, row: open};
    const secretHex = secret === null ? undefined : toHex(this.#box.open(secret, open.id));
    return {table, row: {...open, secretHex}};
  }

  /** All that was staged takes the place of all that was there. Within the running transaction. */
  takeStaged(): void {
    this.clear();
    for (const sql of [
      `INSERT INTO "grant" (id, rev, body)
         SELECT id, rev, body FROM staged_row WHERE section = 'grant'`,
      `INSERT INTO credential (id, rev, body, secret)
         SELECT id, rev, body, secret FROM staged_row WHERE section = 'credential'`,
      `INSERT INTO issuer (id, rev, body)
         SELECT id, rev, body FROM staged_row WHERE section = 'issuer'`,
    ]) {
      this.#database.statement(sql).run();
    }
    for (const [table, key] of ENDING) {
      this.#database
        .statement(
          `UPDATE ${table} SET ends = (SELECT body ->> 'validUntil' FROM "grant" AS g
             WHERE g.id = ${table}."${key}") WHERE "${key}" IN (SELECT id FROM "grant")`,
        )
        .run();
    }
  }

  clear(): void {
    for (const table of ['grant', 'credential', 'issuer'] as const) {
      this.#database.statement(`DELETE FROM "${table}"`).run();
    }
  }

  erase(table: GrantOp['table'], id: string): void {
    this.#database.statement(`DELETE FROM "${table}" WHERE id = ?`).run(id);
  }

  /** The row as it may lie on this disk: a code under the pepper, whose key lies elsewhere. */
  kept(entry: GrantStateRow): GrantStateRow {
    if (entry.table !== 'credential' || entry.row.kind !== 'code') return entry;
    const {row} = entry;
    if (row.digest.startsWith(PEPPERED)) return entry;
    const digest = `${PEPPERED}${pepperDigest(this.#pepper(), fromHex(row.digest))}`;
    return {table: 'credential', row: {...row, digest}};
  }

  #storedGrants(isSalvaged: boolean): readonly GrantStateRow[] {
    return this.#column<string>('SELECT body FROM "grant"').flatMap(body =>
      readable(isSalvaged, () => ({table: 'grant', row: JSON.parse(body) as Grant})),
    );
  }

  #storedCredentials(isSalvaged: boolean): readonly GrantStateRow[] {
    const stored = this.#database.statement('SELECT body, secret FROM credential').all() as {
      readonly body: string;
      readonly secret: Uint8Array | null;
    }[];
    return stored.flatMap(sealed => readable(isSalvaged, () => this.opened('credential', sealed)));
  }

  #storedIssuers(isSalvaged: boolean): readonly GrantStateRow[] {
    return this.#column<string>('SELECT body FROM issuer').flatMap(body =>
      readable(isSalvaged, () => ({table: 'issuer', row: JSON.parse(body) as TokenIssuer})),
    );
  }

  #column<Value>(sql: string): readonly Value[] {
    return this.#database.statement(sql).pluck().all() as Value[];
  }
}

function readable(isSalvaged: boolean, read: () => GrantStateRow): readonly GrantStateRow[] {
  try {
    return [read()];
  } catch (thrown) {
    if (!isSalvaged) throw thrown;
    return [];
  }
}
