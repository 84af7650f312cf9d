import {LOCK_BOARD_MODELS} from '../../protocols/lock-board/models.js';
import {asId, type CardUid, type DeviceId} from '../../protocols/site/ids.js';
import {CardDispenser} from '../../sim/devices/card-dispenser.js';
import {Cjt188Meter as Cjt188Twin} from '../../sim/devices/cjt188-meter.js';
import {CountingInputs} from '../../sim/devices/counting-inputs.js';
import {LockBoard as BoardTwin} from '../../sim/devices/lock-board.js';
import {RelayBoard} from '../../sim/devices/relay-board.js';
import {Ultrasonic} from '../../sim/devices/ultrasonic.js';
import {WaterMeter as MeterTwin} from '../../sim/devices/water-meter.js';
import {keepContract, makeLine, type Rig} from '../../sim/scenarios/driver-laws.js';
import {ModbusDispenser} from '../card-dispenser/modbus-dispenser.js';
import {ModbusCounters} from '../counting-inputs/modbus-counters.js';
import {BoardLock} from '../lock-board/board-lock.js';
import {LockBoard} from '../lock-board/lock-board.js';
import {ModbusRelays} from '../relay-board/modbus-relays.js';
import {RelaySiren} from '../siren/relay-siren.js';
import {UltrasonicLine} from '../ultrasonic/ultrasonic-line.js';
import {Cjt188Meter} from '../water-meter/cjt188-meter.js';
import type {WaterMeter} from '../water-meter/contract.js';
import {ModbusMeter} from '../water-meter/modbus-meter.js';

const UNIT = 7;
const id = asId<DeviceId>('X-1');
const nothing = () => {};

/** A twin that is cut by a flag of its own. */
function plug(twin: {isUnplugged: boolean}) {
  return {
    cut: () => {
      twin.isUnplugged = true;
    },
    mend: () => {
      twin.isUnplugged = false;
    },
  };
}

/** A board of relays, told of nobody's health but its user's. */
function makeRelays(rig: Rig, onHealth: (health: string) => void) {
  const {clock} = rig;
  const {wire, bus, noise} = makeLine(rig);
  const twin = new RelayBoard({clock, unit: UNIT});
  wire.attach(twin);
  const listener = {onOutputs: nothing, onHealth, onFault: nothing};
  const relays = new ModbusRelays({id, bus, clock, unit: UNIT, listener});
  const cut = () => twin.ail({unplugged: true});
  const mend = () => twin.ail({unplugged: false});
  return {twin, relays, noise, cut, mend};
}

const waterListener = (onHealth: (health: string) => void) => ({
  ...{onReading: nothing, onMeterFault: nothing, onHealth},
  ...{onValve: nothing, onValveFault: nothing, onNoFlow: nothing},
});

/** A valve that is left open closes by an order of its meter's driver, which takes a moment. */
function meterSubject({clock}: Rig, meter: WaterMeter & {readonly valve: ModbusMeter['valve']}) {
  return {
    use: () => void meter.valve.open(2000),
    close: async () => {
      void meter.close();
      await clock.advance(2000);
    },
  };
}

keepContract({
  'relay-board': rig => {
    const {twin, relays, noise, cut, mend} = makeRelays(rig, rig.onHealth);
    return {
      ...{noise, cut, mend},
      use: no => void relays.set(2, no % 2 === 1),
      proof: () => twin.outputs[2],
      close: () => relays.close(),
    };
  },

  siren: rig => {
    const {twin, relays, noise, cut, mend} = makeRelays(rig, nothing);
    const siren = new RelaySiren({
      id,
      clock: rig.clock,
      relays,
      output: 1,
      listener: {onHealth: rig.onHealth, onSounding: nothing},
    });
    return {
      ...{noise, cut, mend},
      use: no => siren.sound(no % 2 === 1),
      proof: () => twin.outputs[1],
      close: () => {
        siren.close();
        relays.close();
      },
    };
  },

  'counting-inputs': rig => {
    const {wire, bus, noise} = makeLine(rig);
    const twin = new CountingInputs({unit: UNIT});
    wire.attach(twin);
    let counted = 0;
    const counters = new ModbusCounters({
      id,
      bus,
      unit: UNIT,
      inputs: [0],
      listener: {
        onCount: (_, delta) => {
          counted += delta;
        },
        onHealth: rig.onHealth,
      },
    });
    return {
      ...plug(twin),
      noise,
      use: () => twin.pulse(0, 3),
      proof: () => counted,
      close: () => counters.close(),
    };
  },

  'card-dispenser': rig => {
    const {clock, onHealth, later} = rig;
    const {wire, bus, noise} = makeLine(rig);
    const stack = [1, 2, 3, 4].map(no => asId<CardUid>(`CARD${no}`));
    const twin = new CardDispenser({clock, unit: UNIT, stack});
    wire.attach(twin);
    later.push(() => twin.close());
    let fed = 0;
    const listener = {
      ...{onCardAtMouth: nothing, onTaken: nothing, onSwallowed: nothing, onStock: nothing},
      ...{onFault: nothing, onHealth},
      onFed: (cards: number) => {
        fed += cards;
      },
    };
    const dispenser = new ModbusDispenser({id, bus, clock, unit: UNIT, listener});
    return {
      cut: () => twin.ail({unplugged: true}),
      mend: () => twin.ail({unplugged: false}),
      noise,
      use: () => {
        void dispenser.issue();
        clock.timer('hand', 3000, () => twin.take());
      },
      proof: () => fed,
      close: () => dispenser.close(),
    };
  },

  ultrasonic: rig => {
    const {clock, onHealth} = rig;
    const {wire, bus, noise} = makeLine(rig);
    const twin = new Ultrasonic({clock, unit: UNIT, floorMm: 2500});
    wire.attach(twin);
    const listener = {onInput: nothing, onInputHealth: onHealth};
    const plan = {id, unit: UNIT, floorMm: 2500, listener};
    const group = new UltrasonicLine({bus, clock, sensors: [plan]});
    return {
      ...plug(twin),
      noise,
      use: no => twin.setHeight(1000 + no),
      proof: () => group.sensors[0]?.distanceMm,
      close: () => group.close(),
    };
  },

  'water-meter': rig => {
    const {clock, onHealth} = rig;
    const {wire, bus, noise} = makeLine(rig);
    const twin = new MeterTwin({clock, unit: UNIT});
    wire.attach(twin);
    const listener = waterListener(onHealth);
    const meter = new ModbusMeter({id, bus, clock, unit: UNIT, listener});
    return {...meterSubject(rig, meter), ...plug(twin), noise, proof: () => twin.orders.length};
  },

  'water-meter CJ/T 188': rig => {
    const {clock, onHealth} = rig;
    const {wire, line, noise} = makeLine(rig);
    const address = '78330011223344';
    const twin = new Cjt188Twin({clock, address});
    wire.attach(twin);
    const listener = waterListener(onHealth);
    const meter = new Cjt188Meter({id, bus: line, clock, address, listener});
    return {...meterSubject(rig, meter), ...plug(twin), noise, proof: () => twin.orders.length};
  },

  'lock-board': rig => {
    const {clock, onHealth} = rig;
    const {wire, line, noise} = makeLine(rig);
    const model = LOCK_BOARD_MODELS['board-8a80'];
    const wiring = {lock: 1, raiseLock: 2, flatSetsBit: true, travelMs: 1000};
    const twin = new BoardTwin({clock, model, board: 1, locks: [wiring]});
    wire.attach(twin);
    const lock = new BoardLock({
      ...{id, clock, lock: 1, raiseLock: 2, statusMeansOpen: true, travelMs: 1000},
      board: new LockBoard({model, bus: line, board: 1}),
      listener: {onReading: nothing, onHealth},
    });
    return {
      ...plug(twin),
      noise,
      use: no => void lock.command(no % 2 === 0 ? 'raise' : 'lower'),
      proof: () => twin.lock(1).position,
      close: () => lock.close(),
    };
  },
});
