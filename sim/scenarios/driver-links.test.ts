import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import type {LockReading} from '../../drivers/parking-lock/contract.js';
import {LockDriver} from '../../drivers/parking-lock/lock-driver.js';
import type {ByteLink, FarEnd} from '../../drivers/port/byte-link.js';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {createTcpLink} from '../../drivers/port/tcp-link.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {asId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {PseudoTerminal} from '../wire/pseudo-terminal.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {TcpFarEnd} from '../wire/tcp-far-end.js';

const BAUD_RATE = 9600;
const UNIT = 7;
/** Long enough for a machine that does much else. */
const PATIENCE_MS = 30_000;

interface Cable {
  readonly link: ByteLink;
  readonly far: FarEnd;
}

const clock = new SystemClock();
const fraction = () => 0.5;

const CABLES: Readonly<Record<string, (t: ExecutionContext) => Cable | Promise<Cable>>> = {
  memory: () => createMemoryPair({clock, name: 'line'}),
  pty: t => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-pty-'));
    t.teardown(() => rmSync(folder, {recursive: true}));
    const far = new PseudoTerminal(join(folder, 'ttyLINE'));
    return {far, link: createSerialLink({path: far.path, baudRate: BAUD_RATE, clock, fraction})};
  },
  tcp: async () => {
    const far = await TcpFarEnd.listen();
    return {far, link: createTcpLink({host: far.host, port: far.port, clock, fraction})};
  },
};

async function until(condition: () => boolean, what: string): Promise<void> {
  const untilMs = clock.nowMs() + PATIENCE_MS;
  while (!condition()) {
    if (clock.nowMs() > untilMs)
      throw new UsageError('sim/stuck', `${what}: not within ${PATIENCE_MS} ms`);
    await clock.sleep(20);
  }
}

test('X5 one driver file passes over memory, over a pty and over TCP with the same bytes', async t => {
  const heard: Record<string, readonly string[]> = {};
  for (const [name, connect] of Object.entries(CABLES)) {
    const {link, far} = await connect(t);
    const wire = new Rs485Line({
      clock,
      entropy: new SeededEntropy(),
      farEnd: far,
      baudRate: BAUD_RATE,
      pacing: 'bytes',
    });
    const lock = new ParkingLock({clock, unit: UNIT, travelMs: 300, supplyMv: 12_340});
    wire.attach(lock);
    const line = new SharedLine({link, clock, fraction, baudRate: BAUD_RATE});
    const bus = new ModbusBus(line);
    const readings: LockReading[] = [];
    const driver = new LockDriver({
      id: asId('L-A-007'),
      bus,
      clock,
      unit: UNIT,
      pollMs: 100,
      listener: {onReading: reading => readings.push(reading), onHealth: () => {}},
    });
    line.open();
    try {
      await until(() => driver.latest !== undefined, `${name}: first reading`);
      t.like(driver.latest, {arm: 'up', vehicle: 'absent', supplyMv: 12_340, cycles: 0}, name);
      // A machine that is busy elsewhere may be late for the reply: then the reading alone proves it.
      t.true(['acknowledged', 'unanswered'].includes(await driver.command('lower')), name);
      await until(() => driver.latest?.arm === 'down', `${name}: DOWN read back`);
      t.is(driver.latest?.cycles, 1, name);
      t.deepEqual(
        lock.commands.map(({command}) => command),
        ['lower'],
        name,
      );
      const bytes = wire.log.framesTo(UNIT).map(entry => Buffer.from(entry.bytes).toString('hex'));
      heard[name] = [...new Set(bytes)].sort();
    } finally {
      driver.close();
      await line.close();
      wire.close();
      await far.close();
    }
  }
  // FC03 of registers 1..6 and of 7..8, and FC06 of register 0, by devices.md 3.4.
  t.is(heard.memory?.length, 3);
  const expected = /^07(0300010006|0300070002|0600000002)....$/;
  t.true(heard.memory?.every(frame => expected.test(frame)));
  t.deepEqual(heard.pty, heard.memory);
  t.deepEqual(heard.tcp, heard.memory);
});
