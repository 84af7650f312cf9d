import {createHash} from 'node:crypto';
import type {CloudReader} from './cloud-schema.js';

/** Keys of people and programs that use the HTTP interface; only their hashes are stored. */
export class ApiKeyTable {
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
    const found = await db
      .selectFrom('api_key')
      .innerJoin('tenant', join => join.on('tenant.id', '=', tenant))
      .select('api_key.name')
      .where('hash', '=', hashOf(key))
      .where('tenant.state', '=', 'active')
      .executeTakeFirst();
    return found?.name;
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
