import test, {type ExecutionContext} from 'ava';
import type {SessionReport} from '../orders/order-use-table.js';
import type {GrantUse} from '../store/late-use-table.js';
import {HoldDesk} from './hold-desk.js';
import {HoldTable} from './hold-table.js';
import {RightUseFeeder} from './right-use-feeder.js';
import {RightUseTable} from './right-use-table.js';
import {rightsRig, TENANT} from './rights-rig.js';

async function rig(t: ExecutionContext) {
  const base = await rightsRig(t);
  const {clock, entropy, store, sites, rights, credentials, desk, changes} = base;
  const [uses, holds] = [new RightUseTable(), new HoldTable()];
  const holdDesk = new HoldDesk({
    ...{clock, entropy, sites, uses, holds, credentials, desk, changes},
  });
  const log = {debug() {}, info() {}, warn() {}, error: (what: string) => void t.fail(what)};
  const feeder = new RightUseFeeder({
    ...{log, store, uses, rights, credentials, desk, holds: holdDesk},
    onGateways: gateways => void base.pushed.push(...gateways),
  });
  let seq = 0;
  const used = (grant: string, credential: string): GrantUse => {
    seq += 1;
    const place = {gateway: 'gw-001', epochNo: 1, seq, wall: clock.wallMs(), clk: 'ok'};
    return {...place, grant, credential, bay: 'A-001'};
  };
  const ended = (grant: string, closeCause: string): SessionReport => {
    const {gateway, epochNo, seq: no} = used(grant, '');
    const stay = {session: `s-${no}`, point: 'A-001', phase: 'closed', closeCause, durationMs: 1};
    return {...{gateway, epochNo, seq: no, grant, atWall: clock.wallMs()}, ...stay};
  };
  const tell = async (shown: readonly GrantUse[], stays: readonly SessionReport[] = []) => {
    await store.transaction(tx => uses.note(tx, shown, stays));
    return feeder.run();
  };
  const credential = (id: string) => store.read(db => credentials.get(db, TENANT, id));
  return {...base, uses, used, ended, tell, credential};
}

test('a code that is good once is consumed when its gateway tells of the use, there too; one that is good for long, and one for a shower, are not', async t => {
  const {issue, used, tell, credential, rowAt, pushed, locked} = await rig(t);
  const once = await issue({}, [{kind: 'code', uses: 'one'}]);
  const long = await issue({holder: 'h-2'}, [{kind: 'key'}, {kind: 'qr'}]);
  const shower = await issue({holder: 'h-3', kind: 'shower', entries: 'one'}, [{kind: 'code'}]);
  const all = [once, long, shower].flatMap(({right, made}) =>
    made.map(({credential: {id}}) => used(right.id, id)),
  );
  t.is(await tell(all), 3, 'a key is never good once');
  const states = await Promise.all(all.map(use => credential(use.credential ?? '')));
  t.deepEqual(
    states.map(one => one?.state),
    ['consumed', 'active', 'active', 'active'],
  );
  const id = once.made[0]?.credential.id ?? '';
  t.like((await rowAt('gw-001', 'credential', id))?.row, {state: 'consumed'});
  t.deepEqual(pushed, ['gw-001']);
  t.is((await locked(once.right.id)).state, 'issued', 'its right may have other credentials');
  t.is(await tell([used(once.right.id, id)]), 1);
  t.deepEqual(pushed, ['gw-001'], 'once');
});

test('a right of one entry is consumed when the stay is over; where nobody came in it is still to be had, and that of an order its order ends', async t => {
  const {issue, ended, tell, locked, rowAt} = await rig(t);
  const wish = {entries: 'one'} as const;
  const [first, waits] = [await issue(wish), await issue({...wish, holder: 'h-2'})];
  const multi = await issue({holder: 'h-3'});
  const ordered = await issue({...wish, holder: 'h-4', orderId: 'o-1', name: 'bay'});
  await tell(
    [],
    [
      ...[ended(first.right.id, 'left'), ended(waits.right.id, 'never_entered')],
      ...[ended(multi.right.id, 'left'), ended(ordered.right.id, 'left'), ended('nobody', 'left')],
    ],
  );
  const rights = [first, waits, multi, ordered].map(({right}) => locked(right.id));
  t.deepEqual(
    (await Promise.all(rights)).map(({state}) => state),
    ['consumed', 'issued', 'issued', 'issued'],
  );
  t.like((await rowAt('gw-001', 'grant', first.right.id))?.row, {state: 'ended'});
});

test('uses are kept as long as they may say something, and no other at all', async t => {
  const {issue, used, tell, uses, store, clock} = await rig(t);
  const one = await issue({}, [{kind: 'card', uid: '04782E21', assurance: 'uid'}]);
  const both = await issue({points: ['A-001', 'A-002'], holder: 'h-2'}, [
    {kind: 'card', uid: '04782E22', assurance: 'uid'},
  ]);
  const [alone, shared] = [one, both].map(({made}) => made[0]?.credential.id ?? '');
  const told = await tell([
    used(one.right.id, alone ?? ''),
    used(both.right.id, shared ?? ''),
    used('grant-1', 'card-1'),
  ]);
  t.is(told, 1, 'only the card that lies at two gateways');
  const kept = (id: string | undefined) =>
    store.read(db => uses.between(db, id ?? '', {fromWall: -1, untilWall: clock.wallMs() + 1}));
  t.is((await kept(shared)).length, 1);
  await store.read(db => uses.prune(db, clock.wallMs()));
  t.is((await kept(shared)).length, 1);
  await store.read(db => uses.prune(db, clock.wallMs() + 1));
  t.deepEqual(await kept(shared), []);
});
