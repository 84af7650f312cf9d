import test from 'ava';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import type {CardField} from '../devices/sim-card.js';
import {Tenant} from './tenant.js';

function build() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const tenant = new Tenant({clock, card: {uid: asId<CardUid>('62E3086CED')}});
  const seen: string[] = [];
  const field: CardField = {
    present: card => seen.push(`${clock.nowMs()} ${card.uid}`),
    remove: uid => seen.push(`${clock.nowMs()} -${uid}`),
  };
  return {clock, tenant, seen, field};
}

test('a tap holds the card for a while and takes away that card alone', async t => {
  const {clock, tenant, seen, field} = build();
  await clock.settle(tenant.tap(field));
  t.deepEqual(seen, ['0 62E3086CED', '600 -62E3086CED']);
});

test('an impatient person taps four times in two seconds', async t => {
  const {clock, tenant, seen, field} = build();
  await clock.settle(tenant.tapAgainAndAgain(field, {times: 4, everyMs: 500, holdMs: 200}));
  t.deepEqual(
    seen.filter(entry => !entry.includes('-')).map(entry => Number.parseInt(entry, 10)),
    [0, 500, 1000, 1500],
  );
  t.is(seen.length, 8);
  t.is(clock.nowMs(), 1700);
});
