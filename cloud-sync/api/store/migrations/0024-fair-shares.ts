import {type Kysely, sql} from 'kysely';

/** What is found by who it is for, so that a crowd of one does not have to be read through by all; and
 *  what was given back of an order. */
export async function addFairShares(db: Kysely<unknown>): Promise<void> {
  const {schema} = db;
  await schema.dropIndex('webhook_due').execute();
  const message = schema.createIndex('webhook_due').on('webhook_message');
  await message.columns(['webhook', 'state', 'next_wall', 'id']).execute();
  await schema.dropIndex('command_open').execute();
  const open = schema.createIndex('command_open').on('command');
  await open.columns(['state', 'gw', 'id']).execute();
  await schema.createIndex('command_due').on('command').columns(['due_wall', 'id']).execute();
  await schema
    .createIndex('ledger_reversal_order')
    .on('ledger_entry')
    .columns(['tenant', 'order_id'])
    .where(sql.ref('kind'), '=', sql.lit('reverse'))
    .execute();
}
