import test, {type ExecutionContext} from 'ava';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import {fromHex} from '../../protocols/base/bytes.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ParkingLock} from '../../sim/devices/parking-lock.js';
import type {LineDevice} from '../../sim/wire/line-device.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import type {CommandResult} from './command.js';
import {type ScanRequest, scan} from './scan-bus.js';
import {openScanLine} from './scan-line.js';

const LINE_BAUD_RATE = 9600;

interface Rig {
  readonly locks: number;
  /** Called for the line of each speed that is tried. */
  readonly prepare?: (line: Rs485Line, clock: VirtualClock) => void;
  readonly request?: Partial<ScanRequest>;
  readonly isAbsent?: boolean;
  readonly stopAfter?: number;
}

async function scanned(
  t: ExecutionContext,
  rig: Rig,
): Promise<CommandResult & {readonly printed: readonly string[]; readonly writes: number}> {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const printed: string[] = [];
  const locks: ParkingLock[] = [];
  let asked = 0;
  const result = scan(
    {from: '1', to: '32', baud: '9600', language: 'en', json: false, ...rig.request},
    {
      clock,
      print: line => printed.push(line),
      isStopped: () => {
        asked += 1;
        return asked > (rig.stopAfter ?? Number.POSITIVE_INFINITY);
      },
      openLine: baudRate => {
        const {link, far} = createMemoryPair({clock, name: 'line-1'});
        if (rig.isAbsent === true) far.unplug();
        const line = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate});
        for (let unit = 1; unit <= rig.locks; unit += 1) {
          const lock = new ParkingLock({clock, unit});
          locks.push(lock);
          line.attach(lock);
        }
        if (baudRate !== LINE_BAUD_RATE) line.faults.set({baudMismatch: true});
        rig.prepare?.(line, clock);
        const scanLine = openScanLine({link, clock, baudRate, hasParity: false});
        return {
          read: request => scanLine.read(request),
          takeExchanges: () => scanLine.takeExchanges(),
          get trouble() {
            return scanLine.trouble;
          },
          close: async () => {
            await scanLine.close();
            await far.close();
            line.close();
          },
        };
      },
    },
  );
  const settled = await clock.settle(result);
  clock.assertIdle();
  const writes = locks.reduce((sum, lock) => sum + lock.commands.length, 0);
  t.is(writes, 0, 'a scan only reads');
  return {...settled, printed, writes};
}

/** Bias and wires the wrong way round: the receiver sees breaks whenever somebody stops talking. */
class SwappedPair implements LineDevice {
  readonly unit = 'swapped pair';
  receive(frame: Uint8Array) {
    return [{afterMs: 1, bytes: fromHex((frame[0] ?? 0) % 2 === 0 ? '00 00 FF' : '00 FF 00 00')}];
  }
}

test('a sound line of 32 locks: everybody is listed once, nothing is wrong', async t => {
  const {exitCode, lines, printed} = await scanned(t, {locks: 32});
  t.is(exitCode, 0);
  t.is(printed.length, 32);
  t.regex(printed[6] ?? '', /^9600 Bd {2}unit 7 {2}values, \d+ ms$/);
  t.deepEqual(lines, ['9600 Bd: 32 answer']);
});

test('E17 swapped wires are reported as all garbage, not as 32 dead locks', async t => {
  const {exitCode, lines, printed} = await scanned(t, {
    locks: 32,
    prepare: line => {
      for (let unit = 1; unit <= 32; unit += 1) line.faults.setUnit(unit, {requestLoss: 1});
      line.attach(new SwappedPair());
    },
  });
  t.is(exitCode, 1);
  t.is(lines.length, 3);
  t.regex(lines[1] ?? '', /all garbage/);
  t.regex(lines[2] ?? '', /swap A and B/);
  t.true(printed.every(row => row.endsWith('garbled')));
});

test('E17 a line without terminator is reported as an error rate per address, every lock alive', async t => {
  const {exitCode, lines, printed} = await scanned(t, {
    locks: 32,
    prepare: line => line.faults.set({bitErrorRate: 0.001}),
  });
  t.is(exitCode, 1);
  t.is(printed.length, 32);
  const rates = lines.filter(line => /device \d+: \d+ % of its frames are broken/.test(line));
  t.true(rates.length > 16, lines.join('\n'));
  t.true(lines.some(line => line.includes('termination')));
});

test('a speed that nobody uses is silent, the right one is found', async t => {
  const {exitCode, lines} = await scanned(t, {locks: 3, request: {to: '4', baud: '19200,9600'}});
  t.is(exitCode, 0);
  t.is(lines[0], '19200 Bd: 0 answer');
  t.regex(lines[1] ?? '', /not one byte came back/);
  t.is(lines.at(-1), '9600 Bd: 3 answer');
});

test('two devices with one address are told from noise', async t => {
  const {exitCode, lines} = await scanned(t, {
    locks: 4,
    request: {to: '4'},
    prepare: (line, clock) => {
      line.attach(new ParkingLock({clock, unit: 2, turnaroundMs: 7, arm: 'down'}));
    },
  });
  t.is(exitCode, 1);
  t.regex(lines.join('\n'), /device 2: .*two devices bear this address/);
});

test('an adapter that hears itself is told, with devices and without', async t => {
  const echo = (line: Rs485Line) => line.faults.set({echo: true});
  const alone = await scanned(t, {locks: 0, prepare: echo});
  t.regex(alone.lines.join('\n'), /only our own bytes came back/);
  const {lines, exitCode} = await scanned(t, {locks: 2, request: {to: '2'}, prepare: echo});
  t.regex(lines.join('\n'), /the adapter hears its own sending/);
  t.is(exitCode, 0);
});

test('a port that does not open is said to be so, and asked to be looked at', async t => {
  const {exitCode, lines} = await scanned(t, {locks: 1, isAbsent: true});
  t.is(exitCode, 1);
  t.is(lines.length, 1);
  t.regex(lines[0] ?? '', /^9600 Bd: .*memory:line-1/);
});

test('json gives the same in one line; a person may stop the scan', async t => {
  const {lines} = await scanned(t, {locks: 2, request: {to: '2', json: true}});
  const [report] = JSON.parse(lines[0] ?? '');
  t.like(report, {baudRate: 9600, findings: []});
  t.is(report.rows.length, 2);
  const stopped = await scanned(t, {locks: 32, stopAfter: 5});
  t.true(stopped.printed.length < 6);
});

test('what cannot be scanned is refused, all reasons at once', async t => {
  const request = {from: '0', to: '300', baud: '9600,fast', language: 'fr'};
  const {exitCode, lines} = await scanned(t, {locks: 0, request});
  t.is(exitCode, 1);
  t.deepEqual(lines, [
    '--from: expected 1-247, got 0',
    '--to: expected 1-247, got 300',
    '--baud: expected speeds of 300-921600 separated by commas, got 9600,fast',
    '--language: expected en or zh-CN, got fr',
  ]);
  const upside = await scanned(t, {locks: 0, request: {from: '9', to: '3'}});
  t.deepEqual(upside.lines, ['--to: expected at least 9, got 3']);
});

test('the same findings in Chinese', async t => {
  const {lines} = await scanned(t, {locks: 0, request: {to: '2', language: 'zh-CN'}});
  t.regex(lines.join('\n'), /没有收到任何字节/);
});
