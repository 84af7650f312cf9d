import {createHash} from 'node:crypto';
import type {CloudReader} from './cloud-schema.js';
import {FixedQuery} from './fixed-query.js';

/** Keys of people and programs that use the HTTP interface; only their hashes are stored. */
export class ApiKeyTable {
  readonly #nameOf = new FixedQuery(
    (db, {hash, tenant}: {readonly hash: string; readonly tenant: string}) =>
      db
        .selectFrom('api_key')
        .innerJoin('tenant', join => join.on('tenant.id', '=', tenant))
        .select('api_key.name')
        .where('hash', '=', hash)
        .where('tenant.state', '=', 'active'),
  );

  async put(db: CloudReader, key: string, name: string, wallMs: number): Promise<void> {
    const row = {hash: hashOf(key), name, created_wall: wallMs};
    await db
      .insertInto('api_key')
      .values(row)
      .onConflict(clash => clash.doNothing())
      .execute();
  }

  /** Whose key this is, while `tenant` is active. Looking a hash up leaks no timing of the key itself. */
  async nameOf(db: CloudReader, key: string, tenant: string): Promise<string | undefined> {
    return (await this.#nameOf.first(db, {hash: hashOf(key), tenant}))?.name;
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
