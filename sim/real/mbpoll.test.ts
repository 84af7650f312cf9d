import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {PeerProcess, rest} from './peer-process.js';
import {freshFolder, freshTerminal} from './real-site.js';

const UNIT = 7;
const TRAVEL_MS = 1000;

interface Request {
  readonly unit: number;
  readonly register: number;
  readonly count?: number;
  readonly value?: number;
}

interface Rig {
  readonly lock: ParkingLock;
  readonly line: Rs485Line;
  /** Run mbpoll once: read `count` holding registers of a unit, or write `value` to the first. */
  mbpoll(request: Request): Promise<{code: number | null; output: string}>;
}

function build(t: ExecutionContext): Rig {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const path = join(freshFolder(t), 'ttyLINE');
  const farEnd = freshTerminal(t, path);
  const line = new Rs485Line({clock, entropy, farEnd, baudRate: 9600, pacing: 'bytes'});
  t.teardown(() => line.close());
  const lock = new ParkingLock({clock, unit: UNIT, travelMs: TRAVEL_MS, supplyMv: 12_340});
  line.attach(lock);
  return {
    lock,
    line,
    async mbpoll({unit, register, count = 1, value}) {
      const port = ['-m', 'rtu', '-b', '9600', '-P', 'none', '-1', path];
      const request = ['-0', '-a', unit, '-r', register, '-t', '4'].map(String);
      // mbpoll wants the values to write behind the port, and no count with them.
      const tail = value === undefined ? ['-c', String(count), ...port] : [...port, String(value)];
      const master = new PeerProcess('mbpoll', [...request, ...tail]);
      t.teardown(() => master.end());
      const code = await master.ended();
      return {code, output: master.output};
    },
  };
}

/** Registers by number as mbpoll prints them: `[2]: \t1`. */
function registersIn(output: string): readonly number[] {
  return [...output.matchAll(/^\[\d+\]:\s+(-?\d+)/gm)].map(([, value]) => Number(value));
}

test('mbpoll reads all registers of the simulated lock, orders it down, and reads it moving, then down', async t => {
  const {lock, line, mbpoll} = build(t);
  const read = async () => {
    const {code, output} = await mbpoll({unit: UNIT, register: 0, count: 7});
    t.is(code, 0, output);
    return registersIn(output);
  };
  t.deepEqual(await read(), [0, 1, 0, 1234, 0, 0, 0]);

  const {code, output} = await mbpoll({unit: UNIT, register: 0, value: 2});
  t.is(code, 0, output);
  t.deepEqual(
    lock.commands.map(({command}) => command),
    ['lower'],
  );
  t.is((await read())[1], 3);
  await rest(TRAVEL_MS);
  t.deepEqual(await read(), [2, 2, 0, 1234, 0, 1, 0]);
  t.is(line.gapViolations, 0);
  t.is(line.collisions, 0);
});

test('mbpoll hears the exceptions of the simulated lock, and only silence for another unit', async t => {
  const {lock, mbpoll} = build(t);
  const beyond = await mbpoll({unit: UNIT, register: 9});
  t.regex(beyond.output, /Illegal data address/i);
  const order = await mbpoll({unit: UNIT, register: 0, value: 9});
  t.regex(order.output, /Illegal data value/i);
  const stranger = await mbpoll({unit: UNIT + 1, register: 0});
  t.regex(stranger.output, /timed out/i);
  t.deepEqual(lock.commands, []);
});
