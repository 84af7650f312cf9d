import {readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import type {Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {stuckParts} from '../domain/vitals/vital-signs.js';
import {yieldTurn} from '../platform/event-loop.js';
import {createJsonLog} from '../platform/json-log.js';
import {LifeWatch, type LivingSite} from './life-watch.js';

const LIMIT_MS = 60_000;
const MINUTE_MS = 60_000;
const UNIT = readFileSync('edge/install/latchkey.service', 'utf8').split('\n');
/** What the unit must say, word for word. */
const UNIT_LINES = [
  ...['Type=notify', 'WatchdogSec=60', 'Restart=always', 'StartLimitIntervalSec=0'],
  ...['User=latchkey', 'ProtectSystem=strict', 'ReadWritePaths=/var/lib/latchkey'],
  ...['NoNewPrivileges=yes', 'PrivateTmp=yes', 'DevicePolicy=closed', 'MemoryMax=512M'],
  ...['DeviceAllow=char-ttyUSB rw', 'DeviceAllow=char-ttyS rw', 'DeviceAllow=char-hidraw rw'],
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallFilter=@system-service',
];

/** A watch over a site whose organs fail on demand, and whether the system would have bitten. */
function watched(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn});
  const organs = {writes: true, isDurable: true, stillMs: 0 as Millis | undefined, isThere: true};
  const lines: string[] = [];
  let fedMs = Number.NEGATIVE_INFINITY;
  let written = 0;
  const site: LivingSite = {
    proveWrite: () => {
      if (!organs.writes) throw new UsageError('test/disk', 'the disk takes nothing');
      written += 1;
    },
    get isDurable() {
      return organs.isDurable;
    },
    stillLines: () => [{id: 'line-1', stillMs: organs.stillMs}],
  };
  const watch = new LifeWatch({
    clock,
    log: createJsonLog({clock, level: 'info', destination: {write: line => void lines.push(line)}}),
    site: () => (organs.isThere ? site : undefined),
    feed: () => {
      fedMs = clock.nowMs();
    },
    limitMs: LIMIT_MS,
  });
  t.teardown(() => {
    watch.close();
    clock.assertIdle();
  });
  return {
    ...{clock, organs, lines},
    get isBitten() {
      return clock.nowMs() - fedMs > LIMIT_MS;
    },
    get written() {
      return written;
    },
  };
}

test('I-9 the unit is notified, watched for 60 s, started again for ever and hardened, and its watchdog is fed only while loop, SQLite writes and lines are alive', async t => {
  for (const line of UNIT_LINES) t.true(UNIT.includes(line), line);
  t.false(
    UNIT.some(line => line.startsWith('MemoryDenyWriteExecute')),
    'it breaks the engine',
  );
  const failures: readonly [string, (organs: ReturnType<typeof watched>['organs']) => void][] = [
    ['nothing', () => {}],
    ['writes', organs => Object.assign(organs, {writes: false})],
    ['a line', organs => Object.assign(organs, {stillMs: 15_001})],
  ];
  for (const [name, fail] of failures) {
    const rig = watched(t);
    await rig.clock.advance(6 * MINUTE_MS);
    t.false(rig.isBitten, 'all is alive');
    fail(rig.organs);
    // A write is tried every 5 min.
    await rig.clock.advance(8 * MINUTE_MS);
    t.is(rig.isBitten, name !== 'nothing', name);
  }
  const alive = {siteMs: 0, writtenMs: 0, isDurable: true, lines: []};
  t.deepEqual(stuckParts(alive, 20_000, 20_000), ['loop'], 'it came too late to judge itself');
});

test('~I-9 the watchdog is fed every 20 s while loop, writes and lines are alive', async t => {
  const rig = watched(t);
  for (let minutes = 0; minutes < 60; minutes += 1) {
    await rig.clock.advance(MINUTE_MS);
    if (rig.isBitten) t.fail(`bitten after ${minutes} min`);
  }
  t.is(rig.written, 13, 'a write of its own every 5 min, no more');
  rig.organs.stillMs = undefined;
  await rig.clock.advance(10 * MINUTE_MS);
  t.false(rig.isBitten, 'a line without work or without a port is not stuck');
});

test('~I-9 a line that stands still with work to do starves the watchdog', async t => {
  const rig = watched(t);
  await rig.clock.advance(MINUTE_MS);
  rig.organs.stillMs = 15_001;
  await rig.clock.advance(LIMIT_MS + 20_001);
  t.true(rig.isBitten);
  t.true(rig.lines.some(line => line.includes('watchdog.starved') && line.includes('line line-1')));
  rig.organs.stillMs = 0;
  await rig.clock.advance(20_001);
  t.false(rig.isBitten, 'fed again when the line goes on');
});

test('~I-9 writes that fail starve the watchdog, unless the site has said that it runs from memory', async t => {
  const rig = watched(t);
  rig.organs.writes = false;
  await rig.clock.advance(5 * MINUTE_MS);
  t.false(rig.isBitten, 'one failed write is not the end');
  await rig.clock.advance(3 * MINUTE_MS);
  t.true(rig.isBitten);
  rig.organs.isDurable = false;
  await rig.clock.advance(MINUTE_MS);
  t.false(rig.isBitten, 'who stands at a post is served from memory: ending that helps nobody');
});

test('~I-9 a site that is not there again 2 min after a trial closed it starves the watchdog', async t => {
  const rig = watched(t);
  rig.organs.isThere = false;
  await rig.clock.advance(2 * MINUTE_MS);
  t.false(rig.isBitten);
  await rig.clock.advance(2 * MINUTE_MS);
  t.true(rig.isBitten);
});

test('~I-9 a loop that comes 10 s late to its own judgement is not called alive', t => {
  const signs = {siteMs: 0, writtenMs: 0, isDurable: true, lines: []};
  t.deepEqual(stuckParts(signs, 20_000, 10_000), []);
  t.deepEqual(stuckParts(signs, 20_001, 10_001), ['loop']);
});

test('~I-9 a line whose polls went wrong within is seen to stand still; an idle one is not', async t => {
  const clock = new VirtualClock({yieldTurn});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  t.teardown(async () => {
    await line.close();
    await far.close();
  });
  t.is(line.stillMs(clock.nowMs()), undefined, 'no port yet');
  line.open();
  await clock.advance(MINUTE_MS);
  t.is(line.stillMs(clock.nowMs()), undefined, 'no work');
  let isBroken = false;
  line.poll({
    unit: 'modbus:1' as never,
    periodMs: () => 1000,
    compose: () => {
      if (isBroken) throw new UsageError('test/poll', 'a mistake of ours');
      return {bytes: Uint8Array.of(1, 2, 3)} as never;
    },
    onOutcome: () => {},
    onHealth: () => {},
  });
  await clock.advance(MINUTE_MS);
  t.true((line.stillMs(clock.nowMs()) ?? Number.NaN) < 1000);
  isBroken = true;
  await t.throwsAsync(clock.advance(MINUTE_MS), {code: 'test/poll'});
  await clock.advance(MINUTE_MS);
  t.true((line.stillMs(clock.nowMs()) ?? 0) > 50_000);
});
