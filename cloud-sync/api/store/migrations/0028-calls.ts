import type {CreateTableBuilder, Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

type Make = (name: string) => CreateTableBuilder<string>;

/** Calls at sites, whom they are told, what became of each notice, and gateways that are not heard of. */
export async function createCallTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const make: Make = name => types.finish(db.schema.createTable(name));
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await createContacts(make, types);
  await createCalls(make, types);
  await createNotices(make, types);
  await index('call_contact_site', 'call_contact').columns(['site', 'after_ms']).execute();
  await index('call_contact_member', 'call_contact').column('member').execute();
  await index('site_call_alarm', 'site_call').unique().columns(['gw', 'alarm']).execute();
  await index('site_call_new', 'site_call').column('pending').execute();
  await index('site_call_due', 'site_call').column('due_wall').execute();
  await index('site_call_ack', 'site_call').column('ack_pending').execute();
  await index('site_call_of', 'site_call').columns(['tenant', 'id']).execute();
  await index('site_call_at', 'site_call').columns(['site', 'at_wall']).execute();
  await index('call_notice_next', 'call_notice').column('next_wall').execute();
  await index('call_notice_call', 'call_notice').column('call').execute();
  await index('call_notice_mark', 'call_notice').column('mark').execute();
  await index('call_notice_site', 'call_notice').columns(['site', 'created_wall']).execute();
  await index('notice_test_due', 'notice_test').column('due_wall').execute();
}

async function createContacts(make: Make, {text, whole}: ColumnTypes): Promise<void> {
  await make('call_contact')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('member', text, column => column.notNull().references('member.id'))
    .addColumn('channel', text, column => column.notNull())
    .addColumn('after_ms', whole, column => column.notNull())
    .addColumn('hours', text, column => column.notNull())
    .addColumn('language', text, column => column.notNull())
    .addColumn('label', text, column => column.notNull())
    .addColumn('is_test', whole, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .addColumn('created_wall', whole, column => column.notNull())
    .execute();
  await make('call_plan')
    .addColumn('site', text, column => column.primaryKey().notNull().references('site.id'))
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('repeat_ms', whole, column => column.notNull())
    .addColumn('unanswered_ms', whole, column => column.notNull())
    .addColumn('attend_ms', whole, column => column.notNull())
    .addColumn('test_minute', whole, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .execute();
}

async function createCalls(make: Make, {text, whole}: ColumnTypes): Promise<void> {
  await make('site_call')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('gw', text, column => column.notNull())
    .addColumn('alarm', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('bay', text)
    .addColumn('collector', text)
    .addColumn('count', whole, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .addColumn('received_wall', whole, column => column.notNull())
    .addColumn('told_ms', whole, column => column.notNull())
    .addColumn('repeats', whole, column => column.notNull())
    .addColumn('unanswered', whole, column => column.notNull())
    .addColumn('silent_wall', whole)
    .addColumn('acked_wall', whole)
    .addColumn('acked_by', text)
    .addColumn('acked_member', text)
    .addColumn('ack_pending', whole, column => column.notNull())
    .addColumn('reminders', whole, column => column.notNull())
    .addColumn('ended_wall', whole)
    .addColumn('ended_by', text)
    .addColumn('due_wall', whole)
    .addColumn('word', text, column => column.notNull())
    .addColumn('word_person', text)
    .addColumn('word_wall', whole)
    .addColumn('epoch_no', whole, column => column.notNull())
    .addColumn('seq', whole, column => column.notNull())
    .addColumn('pending', whole, column => column.notNull())
    .execute();
  await make('silent_gateway')
    .addColumn('gw', text, column => column.primaryKey().notNull().references('gateway.gw'))
    .addColumn('since_wall', whole, column => column.notNull())
    .addColumn('noticed_wall', whole, column => column.notNull())
    .execute();
}

async function createNotices(make: Make, {text, whole}: ColumnTypes): Promise<void> {
  await make('call_notice')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('call', text, column => column.references('site_call.id'))
    .addColumn('contact', text, column => column.notNull())
    .addColumn('why', text, column => column.notNull())
    .addColumn('data', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('attempts', whole, column => column.notNull())
    .addColumn('next_wall', whole)
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('done_wall', whole)
    .addColumn('answered_wall', whole)
    .addColumn('ref', text)
    .addColumn('mark', text, column => column.notNull())
    .execute();
  await make('call_notice_attempt')
    .addColumn('notice', text, column => column.notNull().references('call_notice.id'))
    .addColumn('no', whole, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .addColumn('took_ms', whole, column => column.notNull())
    .addColumn('result', text, column => column.notNull())
    .addColumn('detail', text)
    .addPrimaryKeyConstraint('call_notice_attempt_key', ['notice', 'no'])
    .execute();
  await make('notice_test')
    .addColumn('site', text, column => column.primaryKey().notNull().references('site.id'))
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('due_wall', whole)
    .addColumn('begun_wall', whole)
    .addColumn('until_wall', whole)
    .addColumn('proved_wall', whole)
    .addColumn('missed_wall', whole)
    .addColumn('path_wall', whole)
    .addColumn('since_wall', whole, column => column.notNull())
    .execute();
}
