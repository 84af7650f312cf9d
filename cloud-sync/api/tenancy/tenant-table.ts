import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly state: 'active' | 'suspended';
  readonly createdWall: number;
}

/** Who has sites here. */
export class TenantTable {
  /** One that is there already stays as it is; false then. */
  async add(db: CloudReader, {id, name, createdWall}: Omit<TenantRow, 'state'>): Promise<boolean> {
    const {numInsertedOrUpdatedRows} = await db
      .insertInto('tenant')
      .values({id, name, state: 'active', created_wall: createdWall})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async get(db: CloudReader, id: string): Promise<TenantRow | undefined> {
    const row = await db
      .selectFrom('tenant')
      .select(['id', 'name', 'state', 'created_wall as createdWall'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row as TenantRow | undefined;
  }

  /** No other transaction changes or locks it before the end of this one. */
  async lock(tx: CloudTransaction, id: string): Promise<void> {
    const query = tx.updateTable('tenant').set(({ref}) => ({name: ref('name')}));
    await query.where('id', '=', id).execute();
  }

  /** By id. */
  async list(
    db: CloudReader,
    {after, limit}: {readonly after: string; readonly limit: number},
  ): Promise<readonly TenantRow[]> {
    const rows = await db
      .selectFrom('tenant')
      .select(['id', 'name', 'state', 'created_wall as createdWall'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows as readonly TenantRow[];
  }
}

/** Until the end of the transaction nobody else counts anything up at this tenant. */
export async function lockTenant(tx: CloudTransaction, id: string): Promise<void> {
  // An update that changes nothing locks on both databases.
  const lock = tx.updateTable('tenant').set(({ref}) => ({name: ref('name')}));
  await lock.where('id', '=', id).execute();
}
