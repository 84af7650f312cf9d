import {sql} from 'kysely';
import {FixedQuery} from './fixed-query.js';

type Texts<Name extends string> = Readonly<Record<Name, string>>;

/** What every right that is issued asks of its gateways, put together once. @see GrantTable */
export const grantQueries = () => ({...rowQueries(), ...stateQueries()});

const rowQueries = () => ({
  get: new FixedQuery((db, {gateway, section, id}: Texts<'gateway' | 'section' | 'id'>) =>
    db
      .selectFrom('grant_row')
      .select('row')
      .where('gw', '=', gateway)
      .where('section', '=', section)
      .where('id', '=', id),
  ),
  credentialsOf: new FixedQuery((db, {gateway, holder}: Texts<'gateway' | 'holder'>) =>
    db
      .selectFrom('grant_row')
      .select('row')
      .where('gw', '=', gateway)
      .where('section', '=', 'credential')
      .where('holder', '=', holder)
      .orderBy('id'),
  ),
  put: new FixedQuery(
    (
      db,
      entry: Texts<'gateway' | 'section' | 'id' | 'row'> & {
        readonly leaseUntil: number | null;
        readonly holder: string | null;
        readonly frozen: string | null;
      },
    ) => {
      const {gateway: gw, section, id, row, leaseUntil: lease_until, holder, frozen} = entry;
      const kept = {row, lease_until, holder, frozen};
      return db
        .insertInto('grant_row')
        .values({gw, section, id, ...kept})
        .onConflict(clash =>
          clash.columns(['gw', 'section', 'id']).doUpdateSet(({fn, val, ref}) => ({
            ...kept,
            // Null: whose it was before.
            holder: fn.coalesce(val(holder), ref('grant_row.holder')),
          })),
        );
    },
  ),
  revocation: new FixedQuery((db, {gateway, id}: Texts<'gateway' | 'id'>) =>
    db
      .selectFrom('revocation')
      .select(sql<number>`1`.as('one'))
      .where('gw', '=', gateway)
      .where('id', '=', id),
  ),
  lockHolder: new FixedQuery((db, {holder}: Texts<'holder'>) =>
    db
      .updateTable('member')
      .set(({ref}) => ({ver: ref('ver')}))
      .where('id', '=', holder)
      .returning('status'),
  ),
});

const stateQueries = () => ({
  state: new FixedQuery((db, {gateway}: Texts<'gateway'>) =>
    db
      .selectFrom('gateway')
      .select(['cfg_ver as ver', 'cfg_hash as hash'])
      .where('gw', '=', gateway),
  ),
  setState: new FixedQuery(
    (db, {gateway, ver, hash}: Texts<'gateway' | 'hash'> & {readonly ver: number}) =>
      db.updateTable('gateway').set({cfg_ver: ver, cfg_hash: hash}).where('gw', '=', gateway),
  ),
  note: new FixedQuery(
    (db, {gateway: gw, ver, op, hash}: Texts<'gateway' | 'op' | 'hash'> & {readonly ver: number}) =>
      db.insertInto('grant_change').values({gw, ver, op, hash}),
  ),
});
