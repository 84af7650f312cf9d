import test from 'ava';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import {DEFAULT_PLAN} from './call-config.js';
import {CallsRig, CHIEF} from './calls-rig.js';

test('~EC-9 contacts and times change with the hour of the site; a call keeps those of its own time', t => {
  const weekly = [{days: [1, 2, 3, 4, 5, 6, 7] as const, fromMinute: 22 * 60, toMinute: 1440}];
  const contacts = [
    {name: 'night', afterMs: 0},
    {name: 'police', afterMs: 20_000},
  ];
  const rig = new CallsRig({hours: [{...DEFAULT_PLAN, louderMs: 5000, weekly, contacts}]});
  const told = (sinceMs: number) =>
    rig
      .steps()
      .filter(([step, atMs]) => step !== 'raised' && step !== 'stored' && atMs >= sinceMs)
      .map(([step, atMs, where]) => [step, atMs - sinceMs, where]);
  const toTenMs = (22 * HOUR_MS - (rig.wallMs % DAY_MS) + DAY_MS) % DAY_MS;
  rig.advance(toTenMs - 10_000);
  let pressedMs = rig.nowMs - rig.startMs;
  rig.press();
  rig.advance(70_000);
  t.deepEqual(told(pressedMs), [
    ['announced', 0, 'guard'],
    ['louder', 30_000, null],
    ['escalated', 60_000, 'captain'],
    ['cloud_1', 60_000, null],
  ]);
  rig.act('acknowledge');
  t.is(rig.act('close', CHIEF, {reason: 'helped'}), 'done');
  rig.advance(1000);
  pressedMs = rig.nowMs - rig.startMs;
  rig.press();
  rig.advance(30_000);
  t.deepEqual(told(pressedMs), [
    ['announced', 0, 'night'],
    ['louder', 5000, null],
    ['escalated', 20_000, 'police'],
  ]);
});
