import test from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import {LOCK_BOARD_MODELS, type LockBoardModelName} from '../../protocols/lock-board/models.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {LockBoard as BoardTwin} from '../../sim/devices/lock-board.js';
import {ScriptedFrameBus} from '../lifecycle/scripted-frame-bus.js';
import type {LockReading} from '../parking-lock/contract.js';
import {BoardLock} from './board-lock.js';
import {LockBoard} from './lock-board.js';

interface Setup {
  readonly model?: LockBoardModelName;
  /** As wired; the driver is told the same unless `believed` differs. */
  readonly flatSetsBit?: boolean;
  readonly believed?: boolean;
}

function setup({model = 'board-8a80', flatSetsBit = true, believed = flatSetsBit}: Setup = {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const twin = new BoardTwin({
    clock,
    model: LOCK_BOARD_MODELS[model],
    board: 1,
    locks: [
      {lock: 1, raiseLock: 2, flatSetsBit},
      {lock: 9, flatSetsBit, arm: 'down'},
    ],
  });
  const bus = new ScriptedFrameBus(clock, request => twin.receive(request)[0]?.bytes);
  const board = new LockBoard({model: LOCK_BOARD_MODELS[model], bus, board: 1});
  const heard: string[] = [];
  const make = (lock: number, raiseLock?: number) => {
    const readings: LockReading[] = [];
    const driver = new BoardLock({
      id: asId<DeviceId>(`L-${lock}`),
      board,
      clock,
      lock,
      ...(raiseLock === undefined ? {} : {raiseLock}),
      statusMeansOpen: believed,
      travelMs: 3000,
      listener: {
        onReading: reading => readings.push(reading),
        onHealth: health => heard.push(`${lock} ${health}`),
        onIdentity: identity => heard.push(identity),
      },
    });
    return {driver, readings};
  };
  return {clock, bus, twin, board, heard, first: make(1, 2), second: make(9)};
}

const sentHex = (bus: ScriptedFrameBus) => bus.sent.map(bytes => toHex(bytes));

test('one frame reads all locks of a board that can; what it cannot know stays unsaid', t => {
  const {clock, bus, first, second, heard} = setup();
  bus.sweep();
  t.deepEqual(sentHex(bus), ['80010033b2']);
  t.deepEqual(first.readings, [
    {
      arm: 'up',
      vehicle: 'none',
      supplyMv: undefined,
      faults: {
        motor: false,
        limitSwitch: false,
        lowBattery: false,
        tamper: false,
        overCurrent: false,
      },
      cycles: undefined,
      atMs: clock.nowMs(),
      wallMs: clock.wallMs(),
    },
  ]);
  t.is(second.driver.latest?.arm, 'down');
  t.deepEqual(heard, ['board-8a80 1 lock 1 raise 2 set=open', 'board-8a80 1 lock 9 set=open']);
});

test('a board that answers for one lock at a time is asked for each in turn, twice as often', t => {
  const {bus, first, second} = setup({model: 'winnsen'});
  const [entry] = bus.entries;
  t.is(entry?.periodMs(), 250);
  bus.sweep();
  t.is(first.driver.latest?.arm, 'up');
  t.is(second.driver.latest, undefined);
  bus.sweep();
  t.is(second.driver.latest?.arm, 'down');
  bus.sweep();
  t.is(first.readings.length, 2);
});

test('the same bit means up or down by the setting alone', t => {
  for (const flatSetsBit of [true, false]) {
    const right = setup({flatSetsBit});
    right.bus.sweep();
    t.is(right.first.driver.latest?.arm, 'up');
    const wrong = setup({flatSetsBit, believed: !flatSetsBit});
    wrong.bus.sweep();
    t.is(wrong.first.driver.latest?.arm, 'down');
  }
});

test('after an order nothing is settled before the arm had its travel time', async t => {
  const {clock, bus, first, second} = setup();
  bus.sweep();
  t.is(await clock.settle(first.driver.command('lower')), 'acknowledged');
  bus.sweep();
  t.is(first.driver.latest?.arm, 'moving');
  t.is(second.driver.latest?.arm, 'down');
  await clock.advance(3000);
  bus.sweep();
  t.is(first.driver.latest?.arm, 'down');
  t.is(await clock.settle(first.driver.command('raise')), 'acknowledged');
  await clock.advance(500);
  bus.sweep();
  t.is(first.driver.latest?.arm, 'moving', 'the contact left its end at once');
  await clock.advance(3000);
  bus.sweep();
  t.is(first.driver.latest?.arm, 'up');
  t.is(await clock.settle(first.driver.command('raise')), 'acknowledged');
  bus.sweep();
  t.is(first.driver.latest?.arm, 'up', 'where it was');
});

test('each order is one frame; what a board cannot do is refused without any', async t => {
  const {clock, bus, twin, first, second} = setup();
  t.is(await clock.settle(second.driver.command('raise')), 'refused');
  t.is(await clock.settle(first.driver.command('stop')), 'refused');
  t.is(await clock.settle(first.driver.command('buzzer')), 'refused');
  t.deepEqual(sentHex(bus), []);
  await clock.settle(first.driver.command('lower'));
  await clock.settle(first.driver.command('raise'));
  t.deepEqual(sentHex(bus), ['8a0101119b', '8a01021198']);
  t.true(bus.turns.every(turn => turn.lane === 'command' && turn.unit === 'board-8a80:1'));
  twin.isMute = true;
  t.is(await clock.settle(first.driver.command('lower')), 'unanswered');
  twin.isMute = false;
});

test('an unlock that its board never answers is unknown, and the reading tells', async t => {
  const {clock, bus, first} = setup({model: 'kr-cu16'});
  bus.sweep();
  t.is(await clock.settle(first.driver.command('lower')), 'unanswered');
  t.is(bus.turns[0]?.compose(0)?.gapMs, 100);
  await clock.advance(3000);
  bus.sweep();
  t.is(first.driver.latest?.arm, 'down');
});

test('watched, a lock is read every 500 ms, and its neighbours by the same frames', async t => {
  const {clock, bus, first, second} = setup();
  first.driver.watch(true);
  second.driver.watch(true);
  await clock.advance(1100);
  t.is(bus.turns.length, 3, 'two that watch share a frame');
  t.true(bus.turns.every(turn => turn.lane === 'confirm'));
  t.is(second.readings.length, 3);
  bus.script = () => undefined;
  await clock.advance(600);
  first.driver.watch(false);
  second.driver.watch(false);
  await clock.advance(2000);
  clock.assertIdle();
});

test('the board is asked no more often than it bears', t => {
  const {bus, clock} = setup();
  const slow = new LockBoard({
    model: LOCK_BOARD_MODELS['board-8a80'],
    bus,
    board: 2,
    leastPollMs: 900,
  });
  const leave = slow.join({
    lock: 1,
    pollMs: () => 100,
    onState: () => {},
    onHealth: () => {},
  });
  t.is([...bus.entries].at(-1)?.periodMs(), 900);
  leave();
  t.is(bus.entries.size, 1);
  clock.assertIdle();
});

test('health is the board’s; a board found again is identified anew', t => {
  const {bus, board, heard, first} = setup();
  bus.health('ok');
  bus.sweep();
  heard.length = 0;
  bus.health('offline');
  t.is(first.driver.health, 'offline');
  t.is(board.health, 'offline');
  bus.health('ok');
  bus.sweep();
  t.deepEqual(heard, [
    '1 offline',
    '9 offline',
    '1 ok',
    '9 ok',
    'board-8a80 1 lock 1 raise 2 set=open',
    'board-8a80 1 lock 9 set=open',
  ]);
});

test('closed: off the sweep, silent, and no order goes out', async t => {
  const {clock, bus, first, second} = setup();
  first.driver.watch(true);
  await clock.advance(100);
  first.driver.close();
  t.is(bus.entries.size, 1, 'the neighbour is still polled');
  t.is(await first.driver.command('lower'), 'not_sent');
  second.driver.close();
  t.is(bus.entries.size, 0);
  clock.assertIdle();
});
