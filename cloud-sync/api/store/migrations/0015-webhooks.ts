import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Webhooks, the messages to them, and every attempt to deliver one. */
export async function createWebhookTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('webhook')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('url', text, column => column.notNull())
    .addColumn('types', text, column => column.notNull())
    .addColumn('site', text)
    .addColumn('state', text, column => column.notNull())
    .addColumn('why', text)
    .addColumn('secret', text, column => column.notNull())
    .addColumn('old_secret', text)
    .addColumn('old_until_wall', whole)
    .addColumn('cursor_no', whole, column => column.notNull())
    .addColumn('rest_until_wall', whole, column => column.notNull())
    .addColumn('failing_since_wall', whole)
    .addColumn('created_wall', whole, column => column.notNull())
    .execute();
  await make('webhook_message')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('webhook', text, column => column.notNull().references('webhook.id'))
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('change_id', text)
    .addColumn('type', text, column => column.notNull())
    .addColumn('body', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('attempts', whole, column => column.notNull())
    .addColumn('next_wall', whole, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('done_wall', whole)
    .addUniqueConstraint('webhook_message_once', ['webhook', 'change_id'])
    .execute();
  await make('webhook_attempt')
    .addColumn('message', text, column => column.notNull().references('webhook_message.id'))
    .addColumn('no', whole, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .addColumn('status', whole)
    .addColumn('took_ms', whole, column => column.notNull())
    .addColumn('why', text)
    .addPrimaryKeyConstraint('webhook_attempt_key', ['message', 'no'])
    .execute();
  const due = db.schema.createIndex('webhook_due').on('webhook_message');
  await due.columns(['state', 'next_wall']).execute();
  const log = db.schema.createIndex('webhook_log').on('webhook_message');
  await log.columns(['webhook', 'id']).execute();
}
