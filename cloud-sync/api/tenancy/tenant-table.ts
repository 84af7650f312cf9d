import type {CloudReader} from '../store/cloud-schema.js';

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
}
