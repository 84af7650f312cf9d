import test from 'ava';
import {HOUR_MS} from '../../../protocols/base/units.js';
import {asId} from '../../../protocols/site/ids.js';
import {C1, CallsRig, CHIEF, DESK, wang} from './calls-rig.js';
import type {CareRow} from './care-state.js';
import {sounderLevel} from './stations-flow.js';

const TESTS = {nightMinute: 180, pathDays: 3, walkDays: 31};

/** What the store would hand to the next start. */
function kept(rig: CallsRig): readonly CareRow[] {
  const rows = new Map<string, CareRow>();
  for (const record of rig.records) {
    if (record.table !== 'care') continue;
    if (record.row === null) rows.delete(record.id);
    else rows.set(record.id, record.row);
  }
  return [...rows.values()];
}

test('~EC-3 a call comes back after a power cut, is told again, and escalates by its own time', t => {
  const rig = new CallsRig();
  rig.press();
  rig.advance(50_000);
  const former = {endedMs: rig.nowMs, offMs: 15_000};
  const again = new CallsRig({}, {alarms: [...rig.state.alarms.values()]}, former);
  t.is(again.tile?.state, 'announced');
  t.is(again.screen('C1')?.code, 'CALL_SENT');
  const late = again.steps().map(([step, , where]) => `${step} ${where}`);
  t.deepEqual(late, ['escalated captain', 'cloud_1 null']);
  t.is(again.tile?.contact, 'captain');
});

test('~EC-15 with no live board for 30 s there is a fault, and the wired sounder takes its place until one is back, also after a restart', t => {
  const rig = new CallsRig();
  rig.advance(60_000);
  t.deepEqual(rig.openAlarms(), [], 'nobody relies on a board yet');
  t.deepEqual(rig.ask({kind: 'watch', station: 'B1', act: 'begin'}), {kind: 'done'});
  for (let beat = 0; beat < 4; beat += 1) {
    rig.advance(5000);
    rig.alive('B1');
  }
  t.true(rig.view().stations[0]?.isAlive);
  rig.advance(15_000);
  t.false(rig.view().stations[0]?.isAlive);
  rig.advance(14_999);
  t.deepEqual(rig.openAlarms(), []);
  rig.advance(1);
  t.deepEqual(rig.openAlarms(), ['BOARD_LOST']);
  t.is(sounderLevel(rig.state, rig.nowMs), 'on');
  rig.advance(600_000);
  t.is(rig.cares().filter(what => what === 'board_lost').length, 1);
  rig.alive('B2');
  t.deepEqual([rig.openAlarms(), sounderLevel(rig.state, rig.nowMs)], [[], 'off']);

  const again = new CallsRig({}, {care: kept(rig)});
  again.advance(30_000);
  t.deepEqual(again.openAlarms(), ['BOARD_LOST']);
  again.alive('B1');
  t.deepEqual(again.ask({kind: 'watch', station: 'B1', act: 'begin'}), {kind: 'done'});
  t.deepEqual(again.ask({kind: 'watch', station: 'B1', act: 'end'}), {kind: 'done'});
  again.advance(600_000);
  t.deepEqual(again.openAlarms(), []);
  t.like(again.ask({kind: 'watch', station: 'B1', act: 'end'}), {why: 'UNKNOWN_STATION'});
  const needs = new CallsRig({needsBoard: true});
  needs.advance(30_000);
  t.deepEqual(needs.openAlarms(), ['BOARD_LOST']);
});

test('EC-20 maintenance says who, why and until when, 4 h at most; calls from there still ring, marked; it ends by itself, and over a restart', t => {
  const rig = new CallsRig();
  const ask = (forMs: number, reason = 'new cable', device = 'E-C1') =>
    rig.ask({kind: 'maintenance', device, forMs, reason});
  t.like(ask(4 * HOUR_MS + 1), {why: 'TOO_LONG'});
  t.like(ask(HOUR_MS, ' '), {why: 'REASON_MISSING'});
  t.like(ask(HOUR_MS, 'x', 'E-9'), {why: 'UNKNOWN_DEVICE'});
  t.like(rig.ask({kind: 'maintenance', device: 'C1', forMs: HOUR_MS, reason: 'x'}, DESK), {
    why: 'NEEDS_NAME',
  });
  t.deepEqual(ask(4 * HOUR_MS), {kind: 'done'});
  t.like(rig.view().maintenance[0], {
    device: 'E-C1',
    person: wang,
    reason: 'new cable',
    untilMs: rig.nowMs + 4 * HOUR_MS,
  });
  rig.press();
  t.like(rig.tile, {isMaintenance: true, type: 'emergency', ring: 'low'});
  t.not(sounderLevel(rig.state, rig.nowMs), 'off');
  const again = new CallsRig({}, {care: kept(rig)});
  t.is(again.view().maintenance.length, 1);
  rig.advance(4 * HOUR_MS);
  t.deepEqual(rig.view().maintenance, []);
  t.deepEqual(rig.cares(), ['maintenance_begun E-C1', 'maintenance_expired E-C1']);
  t.deepEqual(rig.ask({kind: 'maintenance', device: 'C2', forMs: HOUR_MS, reason: 'x'}), {
    kind: 'done',
  });
  t.deepEqual(rig.ask({kind: 'maintenanceOver', device: 'C2'}, CHIEF), {kind: 'done'});
  t.like(rig.ask({kind: 'maintenanceOver', device: 'C2'}), {why: 'UNKNOWN_DEVICE'});
});

test('a walk that nobody ends is over after two hours, and comes back after a restart; without the time of day nothing is tested', t => {
  const rig = new CallsRig({tests: TESTS});
  rig.ask({kind: 'walkTest', act: 'begin'});
  rig.press();
  const again = new CallsRig({tests: TESTS}, {care: kept(rig)});
  t.like(again.view().tests.walk, {isRunning: true, done: 1});
  rig.advance(2 * HOUR_MS);
  t.like(rig.view().tests.walk, {isRunning: false, done: 1});
  t.like(rig.ask({kind: 'walkTest', act: 'end'}), {why: 'NOT_NOW'});
  const blind = new CallsRig({tests: TESTS});
  blind.time = {clk: 'floor'};
  blind.advance(4 * HOUR_MS);
  t.deepEqual(blind.cares(), []);
  t.like(new CallsRig({devices: []}).ask({kind: 'walkTest', act: 'begin'}), {why: 'NOT_NOW'});
});

test('a board tells once what it shows and sounds, and the test of the way waits for it', t => {
  const rig = new CallsRig();
  rig.press();
  for (let beat = 0; beat < 3; beat += 1) rig.alive('B1', [rig.call, asId('gone')], true);
  rig.input({kind: 'sounded', station: 'siren-1'});
  const told = rig.steps().filter(([step]) => step === 'shown' || step === 'sounded');
  t.deepEqual(
    told.map(([step, , where]) => `${step} ${where}`),
    ['shown B1', 'sounded B1', 'sounded siren-1'],
  );
  rig.act('acknowledge');
  rig.ask({kind: 'watch', station: 'B1', act: 'begin'});
  rig.ask({kind: 'pathTest'});
  const {path} = rig.state.care;
  t.deepEqual(path?.missing, ['board']);
  rig.alive('B1', [rig.call]);
  t.deepEqual(rig.cares().at(-1), 'path_passed path');
  t.is(rig.view().sounder, 'silent');
  for (let at = 0; at < 40; at += 1) rig.alive(`X${at}`);
  t.is(rig.view().stations.length, 32);
  t.is(rig.tile?.place.collector, C1);
});
