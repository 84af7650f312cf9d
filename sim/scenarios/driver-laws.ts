import test, {type ExecutionContext} from 'ava';
import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {LockDriver} from '../../drivers/parking-lock/lock-driver.js';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {Rs485Line} from '../wire/rs485-line.js';

/*
 * What every driver owes, shown against the simulated twin of its device over a link in memory: it
 * comes up, works, tells a loss once and a return once, works again, shrugs off noise, and is silent
 * after its close.
 */

/** A driver with its twin, and how to do its one characteristic thing. */
export interface Subject {
  /** The device loses power, or its wire. */
  cut(): void;
  mend(): void;
  noise(bytes: Uint8Array): void;
  /** One full use of the device, of which the other side must hear `proof`. */
  use(no: number): void;
  /** Changes with each use that got through. */
  proof(): unknown;
  close(): void | Promise<void>;
}

export interface Rig {
  readonly clock: VirtualClock;
  /** `ok` and `offline` in order; the steps between them are the line's business. */
  readonly healths: string[];
  readonly onHealth: (health: string) => void;
  /** Things to close after the driver. */
  readonly later: (() => void | Promise<void>)[];
}

function makeRig(): Rig {
  const clock = new VirtualClock({yieldTurn});
  const healths: string[] = [];
  const onHealth = (health: string) => {
    if ((health === 'ok' || health === 'offline') && healths.at(-1) !== health) {
      healths.push(health);
    }
  };
  return {clock, healths, onHealth, later: []};
}

/** A 9600-baud line with a neighbour lock on it, so that the line lives when the subject dies. */
export function makeLine({clock, later}: Rig) {
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 9600});
  wire.attach(new ParkingLock({clock, unit: 1}));
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  const bus = new ModbusBus(line);
  line.open();
  const neighbour = new LockDriver({
    id: asId<DeviceId>('L-1'),
    bus,
    clock,
    unit: 1,
    listener: {onReading: () => {}, onHealth: () => {}},
  });
  later.push(
    () => neighbour.close(),
    () => line.close(),
    () => far.close(),
    () => wire.close(),
  );
  return {wire, line, bus, noise: (bytes: Uint8Array) => wire.inject(bytes)};
}

async function closeAll(t: ExecutionContext, rig: Rig, subject: Subject): Promise<void> {
  await subject.close();
  for (const close of rig.later) await close();
  rig.clock.assertIdle();
  t.pass();
}

/** Uses that get through are proven within 5 s: travel of an arm, retry of a screen. */
async function works(rig: Rig, subject: Subject, no: number): Promise<boolean> {
  const before = subject.proof();
  subject.use(no);
  await rig.clock.advance(5000);
  return subject.proof() !== before;
}

/** The laws of every driver, as tests of each of these. */
export function keepContract(subjects: Readonly<Record<string, (rig: Rig) => Subject>>): void {
  for (const [name, build] of Object.entries(subjects)) lawsOf(name, build);
}

function lawsOf(name: string, build: (rig: Rig) => Subject): void {
  test(`${name}: comes up and works, and its close leaves no timer behind`, async t => {
    const rig = makeRig();
    const subject = build(rig);
    await rig.clock.until(() => rig.healths.length > 0, 10_000);
    t.deepEqual(rig.healths, ['ok']);
    t.true(await works(rig, subject, 1));
    t.true(await works(rig, subject, 2));
    await closeAll(t, rig, subject);
  });

  test(`${name}: a loss is told once, a return once, and then it works again`, async t => {
    const rig = makeRig();
    const subject = build(rig);
    await rig.clock.until(() => rig.healths.length > 0, 10_000);
    t.true(await works(rig, subject, 1));
    subject.cut();
    await rig.clock.advance(30_000);
    t.deepEqual(rig.healths, ['ok', 'offline']);
    subject.mend();
    await rig.clock.until(() => rig.healths.length > 2, 120_000);
    await rig.clock.advance(5000);
    t.deepEqual(rig.healths, ['ok', 'offline', 'ok']);
    t.true(await works(rig, subject, 2));
    await closeAll(t, rig, subject);
  });

  test(`${name}: it works again after a storm of noise`, async t => {
    const rig = makeRig();
    const subject = build(rig);
    const entropy = new SeededEntropy(7);
    await rig.clock.advance(3000);
    for (let burst = 0; burst < 40; burst += 1) {
      subject.noise(entropy.bytes(1 + Math.floor(entropy.fraction() * 30)));
      await rig.clock.advance(137);
    }
    await rig.clock.until(() => rig.healths.at(-1) === 'ok', 120_000);
    t.true(await works(rig, subject, 1));
    await closeAll(t, rig, subject);
  });

  test(`${name}: nothing is told after its close`, async t => {
    const rig = makeRig();
    const subject = build(rig);
    await rig.clock.advance(3000);
    await subject.close();
    const proof = subject.proof();
    const told = rig.healths.length;
    subject.cut();
    await rig.clock.advance(30_000);
    subject.mend();
    await rig.clock.advance(30_000);
    t.is(rig.healths.length, told);
    t.deepEqual(subject.proof(), proof);
    await closeAll(t, rig, subject);
  });
}
