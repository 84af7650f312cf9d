import type {CreateTableBuilder, Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

type Tables = (name: string) => CreateTableBuilder<string>;

/** Gateways, their events, grants and commands, and the keys of the HTTP interface. */
export async function createCloudTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const make: Tables = name => types.finish(db.schema.createTable(name));
  for (const table of [
    ...gatewayTables(make, types),
    ...eventTables(make, types),
    ...viewTables(make, types),
    ...grantTables(make, types),
    ...commandTables(make, types),
  ]) {
    await table.execute();
  }
  await db.schema.createIndex('grant_row_lease').on('grant_row').column('lease_until').execute();
  await db.schema.createIndex('command_open').on('command').columns(['state', 'gw']).execute();
}

function gatewayTables(make: Tables, {text, whole, bytes}: ColumnTypes) {
  return [
    make('gateway')
      .addColumn('gw', text, column => column.primaryKey().notNull())
      .addColumn('boot', text)
      .addColumn('firmware', text)
      .addColumn('seen_wall', whole)
      .addColumn('cfg_ver', whole, column => column.notNull().defaultTo(0))
      .addColumn('cfg_hash', text, column => column.notNull())
      .addColumn('held_ver', whole, column => column.notNull().defaultTo(0))
      .addColumn('held_hash', text)
      .addColumn('misfit', whole, column => column.notNull().defaultTo(0))
      .addColumn('rev_ver', whole, column => column.notNull().defaultTo(0))
      .addColumn('held_rev', whole, column => column.notNull().defaultTo(0))
      .addColumn('command_n', whole, column => column.notNull().defaultTo(0)),
    make('fault')
      .addColumn('gw', text, column => column.notNull())
      .addColumn('kind', text, column => column.notNull())
      .addColumn('raised_wall', whole, column => column.notNull())
      .addColumn('detail', text, column => column.notNull())
      .addPrimaryKeyConstraint('fault_key', ['gw', 'kind']),
    make('epoch')
      .addColumn('gw', text, column => column.notNull().references('gateway.gw'))
      .addColumn('no', whole, column => column.notNull())
      .addColumn('epoch', text, column => column.notNull())
      .addColumn('known', whole, column => column.notNull())
      .addColumn('known_h', bytes)
      .addColumn('chained', whole, column => column.notNull())
      .addColumn('beyond', whole)
      .addColumn('gap_since_wall', whole)
      .addColumn('gap_asked_wall', whole)
      .addColumn('started_wall', whole, column => column.notNull())
      .addPrimaryKeyConstraint('epoch_key', ['gw', 'no'])
      .addUniqueConstraint('epoch_name', ['gw', 'epoch']),
  ];
}

// Rows of `ev` refer to no other table by constraint: a look-up per event would cost more than the event.
function eventTables(make: Tables, types: ColumnTypes) {
  const {text, whole, bytes} = types;
  const event = (name: string) =>
    make(name)
      .addColumn('gw', text, column => column.notNull())
      .addColumn('epoch_no', whole, column => column.notNull())
      .addColumn('seq', whole, column => column.notNull())
      .addColumn('kind', text, column => column.notNull())
      .addColumn('boot', text, column => column.notNull())
      .addColumn('mono', types.real, column => column.notNull())
      .addColumn('wall', whole, column => column.notNull())
      .addColumn('clk', text, column => column.notNull())
      .addColumn('body', text, column => column.notNull())
      .addColumn('received_wall', whole, column => column.notNull());
  return [
    event('ev').addColumn('h', bytes).addPrimaryKeyConstraint('ev_key', ['gw', 'epoch_no', 'seq']),
    event('ev_conflict')
      .addColumn('claim', text, column => column.notNull())
      .addPrimaryKeyConstraint('ev_conflict_key', ['gw', 'epoch_no', 'seq', 'claim']),
    make('ev_copy')
      .addColumn('gw', text, column => column.notNull())
      .addColumn('epoch_no', whole, column => column.notNull())
      .addColumn('seq', whole, column => column.notNull())
      .addPrimaryKeyConstraint('ev_copy_key', ['gw', 'epoch_no', 'seq']),
    make('gap')
      .addColumn('gw', text, column => column.notNull())
      .addColumn('epoch_no', whole, column => column.notNull())
      .addColumn('from_seq', whole, column => column.notNull())
      .addColumn('to_seq', whole, column => column.notNull())
      .addColumn('why', text, column => column.notNull())
      .addColumn('marked_wall', whole, column => column.notNull())
      .addPrimaryKeyConstraint('gap_key', ['gw', 'epoch_no', 'from_seq']),
  ];
}

function viewTables(make: Tables, {text, whole}: ColumnTypes) {
  const view = (name: string) =>
    make(name)
      .addColumn('gw', text, column => column.notNull())
      .addColumn('changed_wall', whole, column => column.notNull())
      .addColumn('epoch_no', whole, column => column.notNull())
      .addColumn('seq', whole, column => column.notNull());
  return [
    view('bay')
      .addColumn('bay', text, column => column.notNull())
      .addColumn('arm', text, column => column.notNull())
      .addColumn('occupancy', text, column => column.notNull())
      .addColumn('online', whole, column => column.notNull())
      .addColumn('saleable', whole, column => column.notNull())
      .addPrimaryKeyConstraint('bay_key', ['gw', 'bay']),
    view('alarm')
      .addColumn('alarm', text, column => column.notNull())
      .addColumn('kind', text, column => column.notNull())
      .addColumn('state', text, column => column.notNull())
      .addColumn('bay', text)
      .addColumn('collector', text)
      .addColumn('count', whole, column => column.notNull())
      .addColumn('contact', text)
      .addColumn('person', text)
      .addColumn('note', text)
      .addPrimaryKeyConstraint('alarm_key', ['gw', 'alarm']),
  ];
}

function grantTables(make: Tables, {text, whole}: ColumnTypes) {
  const owned = (name: string) =>
    make(name).addColumn('gw', text, column => column.notNull().references('gateway.gw'));
  return [
    owned('grant_row')
      .addColumn('section', text, column => column.notNull())
      .addColumn('id', text, column => column.notNull())
      .addColumn('row', text, column => column.notNull())
      .addColumn('lease_until', whole)
      .addPrimaryKeyConstraint('grant_row_key', ['gw', 'section', 'id']),
    owned('grant_change')
      .addColumn('ver', whole, column => column.notNull())
      .addColumn('op', text, column => column.notNull())
      .addColumn('hash', text, column => column.notNull())
      .addPrimaryKeyConstraint('grant_change_key', ['gw', 'ver']),
    owned('revocation')
      .addColumn('id', text, column => column.notNull())
      .addColumn('ver', whole, column => column.notNull())
      .addColumn('wall', whole, column => column.notNull())
      .addPrimaryKeyConstraint('revocation_key', ['gw', 'id']),
  ];
}

function commandTables(make: Tables, {text, whole}: ColumnTypes) {
  return [
    make('command')
      .addColumn('id', text, column => column.primaryKey().notNull())
      .addColumn('gw', text, column => column.notNull().references('gateway.gw'))
      .addColumn('bay', text, column => column.notNull())
      .addColumn('by', text, column => column.notNull())
      .addColumn('ttl_ms', whole, column => column.notNull())
      .addColumn('state', text, column => column.notNull())
      .addColumn('why', text)
      .addColumn('created_wall', whole, column => column.notNull())
      .addColumn('closed_wall', whole),
    make('idempotency')
      .addColumn('key', text, column => column.primaryKey().notNull())
      .addColumn('fingerprint', text, column => column.notNull())
      .addColumn('command', text, column => column.notNull())
      .addColumn('answer', text)
      .addColumn('created_wall', whole, column => column.notNull()),
    make('api_key')
      .addColumn('hash', text, column => column.primaryKey().notNull())
      .addColumn('name', text, column => column.notNull())
      .addColumn('created_wall', whole, column => column.notNull()),
  ];
}
