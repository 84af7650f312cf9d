import test from 'ava';
import {SerialPort} from 'serialport';
import type {FarEnd} from '../../drivers/port/byte-link.js';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {RelayBoard} from '../../sim/devices/relay-board.js';
import {DeviceRig} from '../../sim/scenarios/device-rig.js';
import type {LineDevice} from '../../sim/wire/line-device.js';
import {RegisterUnit} from '../../sim/wire/register-unit.js';
import type {LinkConfig} from '../config/link-schema.js';
import {yieldTurn} from '../platform/event-loop.js';
import {openOwnLine} from './devices/own-line.js';
import {systemLinks} from './system-links.js';

/** Slow enough that a bit more in each character is seen. */
const BAUD_RATE = 1200;
/** A read of 8 bytes and t3.5 after it: no sooner may the next one go out. */
const CHARACTERS = 8 + 3.5;
const PARITIES = ['none', 'even', 'odd'] as const;

type Parity = LinkConfig['parity'];

const near = (left: number, right: number) => Math.abs(left - right) < 1e-6;

function serialAt(path: string, parity: Parity): LinkConfig {
  return {kind: 'serial', path, baudRate: BAUD_RATE, parity};
}

/** Devices that answer within the instant; gives the least time from a read to the one after it. */
function answerAtOnce(far: FarEnd, clock: Clock, devices: readonly LineDevice[]): () => Millis {
  let least = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  far.onBytes(bytes => {
    const nowMs = clock.nowMs();
    least = Math.min(least, nowMs - lastMs);
    lastMs = nowMs;
    const replies = devices.flatMap(device => device.receive(bytes, nowMs));
    for (const reply of replies) far.send(reply.bytes);
  });
  return () => least;
}

test.serial('a serial port is opened with the parity and speed of the site file', async t => {
  const opened: unknown[] = [];
  const {open} = SerialPort.prototype;
  SerialPort.prototype.open = function (this: SerialPort, done) {
    const {path, baudRate, parity, dataBits, stopBits} = this.settings;
    opened.push({path, baudRate, parity, dataBits, stopBits});
    void yieldTurn().then(() => done?.(new Error('no such device')));
  };
  t.teardown(() => {
    SerialPort.prototype.open = open;
  });
  const clock = new VirtualClock({yieldTurn});
  const openLink = systemLinks(clock, new SeededEntropy());
  for (const parity of PARITIES) {
    const link = openLink(serialAt(`/dev/site/${parity}`, parity), 'line-1');
    const lost = new Promise<string>(resolve => {
      link.open({onUp: () => {}, onBytes: () => {}, onDown: ({code}) => resolve(code)});
    });
    t.is(await lost, 'port/missing');
    await link.close();
  }
  const frame = {baudRate: BAUD_RATE, dataBits: 8, stopBits: 1};
  t.deepEqual(
    opened,
    PARITIES.map(parity => ({...frame, path: `/dev/site/${parity}`, parity})),
  );
  clock.assertIdle();
});

for (const parity of PARITIES) {
  const bits = parity === 'none' ? 10 : 11;
  const apartMs = (CHARACTERS * bits * 1000) / BAUD_RATE;

  test(`a line of parity ${parity} has ${bits} bits in each character`, async t => {
    const rig = new DeviceRig(t, {
      site: `
collectors: []
buses:
  - id: line-1
    link: {kind: serial, path: p, baudRate: ${BAUD_RATE}, parity: ${parity}}
    devices:
      - {id: R1, kind: relay-board, address: 1}
      - {id: R2, kind: relay-board, address: 2}
`,
    });
    const {clock} = rig;
    const boards = [1, 2].map(unit => new RelayBoard({clock, unit}));
    const least = answerAtOnce(rig.end('p'), clock, boards);
    rig.start();
    await clock.advance(3000);
    t.true(near(least(), apartMs), `${least()} ms`);
  });

  test(`a line of its own of parity ${parity} has ${bits} bits in each character`, async t => {
    const clock = new VirtualClock({yieldTurn});
    const {link, far} = createMemoryPair({clock, name: 'own'});
    const least = answerAtOnce(far, clock, [new RegisterUnit(1)]);
    const line = openOwnLine({
      ...{name: 'X-1', link: serialAt('p', parity), clock},
      ...{entropy: new SeededEntropy(), openLink: () => link},
    });
    await clock.advance(100);
    const read = {unit: 1, table: 'holding', address: 0, quantity: 1, lane: 'confirm'} as const;
    const outcomes = [line.registers.read(read), line.registers.read(read)];
    await clock.advance(3000);
    t.deepEqual(
      (await Promise.all(outcomes)).map(({kind}) => kind),
      ['values', 'values'],
    );
    t.true(near(least(), apartMs), `${least()} ms`);
    await line.close();
    await far.close();
    clock.assertIdle();
  });
}
