import test, {type ExecutionContext} from 'ava';
import {GM65_ZONE_MAPS} from '../../protocols/code-reader/gm65-zones.js';
import {asId, type CardUid, type CollectorId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CardReader} from '../../sim/devices/card-reader.js';
import {CodeReader} from '../../sim/devices/code-reader.js';
import {Collector} from '../../sim/devices/collector.js';
import {DiscreteInputs} from '../../sim/devices/discrete-inputs.js';
import {Display} from '../../sim/devices/display.js';
import {EmergencyButton} from '../../sim/devices/emergency-button.js';
import {ParkingLock} from '../../sim/devices/parking-lock.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {Rdm6300Reader} from '../card-reader/rdm6300-reader.js';
import {Gm65Scanner} from '../code-reader/gm65-scanner.js';
import {SmartCollector} from '../collector/smart-collector.js';
import {InputBoard} from '../discrete-inputs/input-board.js';
import {ModbusDisplay} from '../display/modbus-display.js';
import {ModbusButton} from '../emergency-button/modbus-button.js';
import {LockDriver} from '../parking-lock/lock-driver.js';
import {createMemoryPair} from '../port/memory-link.js';

/*
 * What every driver owes, shown against the simulated twin of its device over a link in memory: it
 * comes up, works, tells a loss once and a return once, works again, shrugs off noise, and is silent
 * after its close.
 */

/** A driver with its twin, and how to do its one characteristic thing. */
interface Subject {
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

interface Rig {
  readonly clock: VirtualClock;
  /** `ok` and `offline` in order; the steps between them are the line's business. */
  readonly healths: string[];
  readonly onHealth: (health: string) => void;
  /** Things to close after the driver. */
  readonly later: (() => void | Promise<void>)[];
}

const UNIT = 7;
const id = asId<DeviceId>('X-1');

function makeRig(): Rig {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const healths: string[] = [];
  const onHealth = (health: string) => {
    if ((health === 'ok' || health === 'offline') && healths.at(-1) !== health) {
      healths.push(health);
    }
  };
  return {clock, healths, onHealth, later: []};
}

/** A 9600-baud line with a neighbour lock on it, so that the line lives when the subject dies. */
function makeLine({clock, later}: Rig) {
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
  return {wire, bus, noise: (bytes: Uint8Array) => wire.inject(bytes)};
}

const subjects: Readonly<Record<string, (rig: Rig) => Subject>> = {
  'parking-lock': rig => {
    const {clock, onHealth} = rig;
    const {wire, bus, noise} = makeLine(rig);
    const twin = new ParkingLock({clock, unit: UNIT, travelMs: 1000});
    wire.attach(twin);
    const lock = new LockDriver({
      id,
      bus,
      clock,
      unit: UNIT,
      listener: {onReading: () => {}, onHealth},
    });
    return {
      cut: () => twin.ail({unplugged: true}),
      mend: () => twin.ail({unplugged: false}),
      noise,
      use: no => void lock.command(no % 2 === 0 ? 'raise' : 'lower'),
      proof: () => lock.latest?.cycles,
      close: () => lock.close(),
    };
  },

  'discrete-inputs': rig => {
    const {clock, onHealth} = rig;
    const {wire, bus, noise} = makeLine(rig);
    const twin = new DiscreteInputs({clock, unit: UNIT});
    wire.attach(twin);
    let seen: boolean | undefined;
    const listener = {
      onInput: (active: boolean) => {
        seen = active;
      },
      onInputHealth: () => {},
    };
    const board = new InputBoard({
      id,
      bus,
      unit: UNIT,
      inputs: new Map([[3, listener]]),
      listener: {onHealth},
    });
    return {
      cut: () => {
        twin.isUnplugged = true;
      },
      mend: () => {
        twin.isUnplugged = false;
      },
      noise,
      use: no => twin.set(3, no % 2 === 1),
      proof: () => seen,
      close: () => board.close(),
    };
  },

  display: rig => {
    const {clock, onHealth} = rig;
    const {wire, bus, noise} = makeLine(rig);
    const twin = new Display({clock, unit: UNIT});
    wire.attach(twin);
    const display = new ModbusDisplay({id, bus, clock, unit: UNIT, listener: {onHealth}});
    return {
      cut: () => {
        twin.isUnplugged = true;
      },
      mend: () => {
        twin.isUnplugged = false;
      },
      noise,
      use: no => display.show({lines: [`A-${no}`, '请停车'], tone: 'good'}),
      proof: () => twin.screen?.lines[0],
      close: () => display.close(),
    };
  },

  'emergency-button': rig => {
    const {clock, onHealth} = rig;
    const {wire, bus, noise} = makeLine(rig);
    const twin = new EmergencyButton({clock, unit: UNIT, pressCount: 65_534});
    wire.attach(twin);
    let presses = 0;
    const button = new ModbusButton({
      id,
      bus,
      clock,
      unit: UNIT,
      listener: {
        onPress: count => {
          presses += count;
        },
        onLine: () => {},
        onHealth,
      },
    });
    return {
      cut: () => {
        twin.isUnplugged = true;
      },
      mend: () => {
        twin.isUnplugged = false;
      },
      noise,
      use: no => {
        twin.press();
        button.signal({buzzer: no % 2 === 1, lamp: true});
      },
      proof: () => `${presses} ${twin.buzzer} ${twin.lamp}`,
      close: () => button.close(),
    };
  },

  'card-reader': ({clock, onHealth, later}) => {
    const {link, far} = createMemoryPair({clock, name: 'reader'});
    const twin = new CardReader({clock, farEnd: far});
    let seen = 0;
    const reader = new Rdm6300Reader({
      id,
      link,
      clock,
      listener: {
        onCard: () => {
          seen += 1;
        },
        onReadError: () => {},
        onCardGone: () => {},
        onLink: up => onHealth(up ? 'ok' : 'offline'),
      },
    });
    later.push(
      () => twin.close(),
      () => far.close(),
    );
    return {
      cut: () => twin.unplug(),
      mend: () => twin.replug(),
      noise: bytes => twin.inject(bytes),
      use: no => {
        twin.present({uid: asId<CardUid>(`62E308${(0x1000 + no).toString(16)}`)});
        clock.timer('hand', 1000, () => twin.remove());
      },
      proof: () => seen,
      close: () => reader.close(),
    };
  },

  'code-reader': ({clock, onHealth, later}) => {
    const {link, far} = createMemoryPair({clock, name: 'scanner'});
    const twin = new CodeReader({clock, farEnd: far});
    let seen = 0;
    const reader = new Gm65Scanner({
      id,
      link,
      clock,
      zones: GM65_ZONE_MAPS.gm65,
      mode: 'continuous',
      listener: {
        onCode: () => {
          seen += 1;
        },
        onReadError: () => {},
        onHealth,
      },
    });
    later.push(
      () => twin.close(),
      () => far.close(),
    );
    return {
      cut: () => twin.unplug(),
      mend: () => twin.replug(),
      noise: bytes => twin.inject(bytes),
      // Whoever is told "again" shows it again.
      use: no => twin.show(`CODE-${no}`, 2, 2500),
      proof: () => seen,
      close: () => reader.close(),
    };
  },

  'smart collector': ({clock, onHealth, later}) => {
    const key = new Uint8Array(32).fill(9);
    const {link, far} = createMemoryPair({clock, name: 'C2'});
    const entropy = new SeededEntropy();
    const twin = new Collector({clock, farEnd: far, collector: 'C2', key, entropy});
    let seen = 0;
    const store = () => ({load: () => 0n, reserve: () => {}});
    const collector = new SmartCollector({
      id: asId<CollectorId>('C2'),
      clock,
      link,
      key,
      outgoing: store(),
      incoming: store(),
      listener: {
        onCard: card => {
          seen += 1;
          collector.answer(card.requestNo, 'allow', undefined);
        },
        onReadError: () => {},
        onCardGone: () => {},
        onPress: () => {},
        onSealFault: () => {},
        onButtonLine: () => {},
        onHealth,
      },
    });
    later.push(
      () => twin.close(),
      () => far.close(),
    );
    return {
      cut: () => twin.unplug(),
      mend: () => twin.replug(),
      noise: bytes => twin.inject(bytes),
      use: no => {
        twin.remove();
        twin.present({uid: asId<CardUid>(`04A1B2${(0x10 + no).toString(16).toUpperCase()}`)});
        collector.show({lines: [`B-${no}`, ''], tone: 'good'});
      },
      proof: () => `${seen} ${twin.answers.length} ${twin.screen?.lines[0]}`,
      close: () => collector.close(),
    };
  },
};

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

for (const [name, build] of Object.entries(subjects)) {
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
