import {GM65_ZONE_MAPS} from '../../protocols/code-reader/gm65-zones.js';
import {asId, type CardUid, type CollectorId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {CardReader} from '../../sim/devices/card-reader.js';
import {CodeReader} from '../../sim/devices/code-reader.js';
import {Collector} from '../../sim/devices/collector.js';
import {DiscreteInputs} from '../../sim/devices/discrete-inputs.js';
import {Display} from '../../sim/devices/display.js';
import {EmergencyButton} from '../../sim/devices/emergency-button.js';
import {ParkingLock} from '../../sim/devices/parking-lock.js';
import {keepContract, makeLine} from '../../sim/scenarios/driver-laws.js';
import {Rdm6300Reader} from '../card-reader/rdm6300-reader.js';
import {Gm65Scanner} from '../code-reader/gm65-scanner.js';
import {SmartCollector} from '../collector/smart-collector.js';
import {InputBoard} from '../discrete-inputs/input-board.js';
import {ModbusDisplay} from '../display/modbus-display.js';
import {ModbusButton} from '../emergency-button/modbus-button.js';
import {LockDriver} from '../parking-lock/lock-driver.js';
import {createMemoryPair} from '../port/memory-link.js';

const UNIT = 7;
const id = asId<DeviceId>('X-1');

keepContract({
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
    const store = () => ({load: () => 0n, reserve: () => {}, leaps: () => 0});
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
});
