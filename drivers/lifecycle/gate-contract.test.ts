import type {Millis} from '../../protocols/base/clock.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {Barrier} from '../../sim/devices/barrier.js';
import {exceptionReply, readRegisters, serveFrame} from '../../sim/devices/modbus-slave.js';
import {PeopleCounter} from '../../sim/devices/people-counter.js';
import {PlateCamera, TcpFace} from '../../sim/devices/plate-camera.js';
import {PulseMeter as MeterTwin} from '../../sim/devices/pulse-meter.js';
import {RelayBoard} from '../../sim/devices/relay-board.js';
import {keepContract, makeLine, type Rig} from '../../sim/scenarios/driver-laws.js';
import {RelayBarrier} from '../barrier/relay-barrier.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {InputListener} from '../discrete-inputs/contract.js';
import {InputBoard} from '../discrete-inputs/input-board.js';
import {RelayStrike} from '../door-strike/relay-strike.js';
import {BeamCounter} from '../people-counter/beam-counter.js';
import {VzTcpCamera} from '../plate-camera/vz-tcp-camera.js';
import {createMemoryPair} from '../port/memory-link.js';
import {ModbusRelays} from '../relay-board/modbus-relays.js';
import {PulseMeter} from '../water-meter/pulse-meter.js';
import {PolledUnit} from './polled-unit.js';

const UNIT = 7;
const id = asId<DeviceId>('X-1');
const nothing = () => {};
const closing = (input: number) => ({input, activeWhen: 'closed'}) as const;

/** One board with the relays and the contacts of its user, who tells the loss of it. */
function makeBoard(rig: Rig, contacts: () => readonly boolean[]) {
  const {clock} = rig;
  const {wire, bus, noise} = makeLine(rig);
  const twin = new RelayBoard({clock, unit: UNIT, inputs: contacts});
  wire.attach(twin);
  const listener = {onOutputs: nothing, onHealth: nothing, onFault: nothing};
  const relays = new ModbusRelays({id, bus, clock, unit: UNIT, listener});
  const watch = (inputs: ReadonlyMap<number, InputListener>) => {
    const options = {id, bus, unit: UNIT, inputs, pollMs: 100};
    const board = new InputBoard({...options, listener: {onHealth: nothing}});
    return () => {
      board.close();
      relays.close();
    };
  };
  const cut = () => twin.ail({unplugged: true});
  const mend = () => twin.ail({unplugged: false});
  return {twin, relays, watch, noise, cut, mend};
}

/** A board of 16-bit counters, as whoever wants every poll of them has it read. */
function makeCounters(
  rig: Rig,
  totals: () => readonly number[],
  listener: {
    onTotals(totals: readonly number[], atMs: Millis): void;
    onHealth(health: DeviceHealth): void;
  },
) {
  const {wire, bus, noise} = makeLine(rig);
  let isUnplugged = false;
  wire.attach({
    unit: UNIT,
    receive: frame => {
      if (isUnplugged) return [];
      return serveFrame({unit: UNIT, turnaroundMs: 5}, frame, request =>
        request.kind === 'read'
          ? readRegisters(request, totals())
          : exceptionReply(request.functionCode, 1),
      );
    },
  });
  const poll = new PolledUnit({
    ...{name: 'X-1', bus, periodMs: () => 200},
    read: {unit: UNIT, table: 'holding', address: 0, quantity: totals().length},
    onValues: (values, atMs) => listener.onTotals(values, atMs),
    onHealth: health => listener.onHealth(health),
  });
  const cut = () => {
    isUnplugged = true;
  };
  const mend = () => {
    isUnplugged = false;
  };
  return {noise, cut, mend, close: () => poll.close()};
}

keepContract({
  barrier: rig => {
    const {clock, onHealth} = rig;
    const gate = new Barrier({clock});
    const outputs = {open: 0, close: 1, stop: 2};
    const contacts = () => {
      const {openLimit, closedLimit, safetyLoop} = gate.terminals;
      return [openLimit, closedLimit, safetyLoop];
    };
    const {twin, relays, watch, ...plug} = makeBoard(rig, contacts);
    gate.connect(twin, outputs);
    const barrier = new RelayBarrier({
      ...{id, clock, relays},
      wiring: {
        ...{outputs, openLimit: closing(0), closedLimit: closing(1), safetyLoop: closing(2)},
        ...{photocell: 'none', approachLoop: 'none'},
      },
      listener: {onReading: nothing, onTailgate: nothing, onFault: nothing, onHealth},
    });
    const unwatch = watch(barrier.inputs);
    return {
      ...plug,
      use: no => barrier.hold(no % 2 === 1),
      proof: () => (gate.position > 0.5 ? 'up' : 'down'),
      close: () => {
        void barrier.dispose();
        unwatch();
      },
    };
  },

  'door-strike': rig => {
    const {clock, onHealth} = rig;
    let pulses = 0;
    let isOpen = false;
    const {twin, relays, watch, ...plug} = makeBoard(rig, () => [isOpen]);
    twin.wire(3, isOn => {
      if (!isOn) return;
      pulses += 1;
      isOpen = true;
      clock.timer('door falls shut', 1000, () => {
        isOpen = false;
      });
    });
    const seen: (boolean | undefined)[] = [];
    const strike = new RelayStrike({
      ...{id, clock, relays, output: 3, door: closing(0), exit: 'none', failMode: 'fail_safe'},
      listener: {onDoor: open => seen.push(open), onFault: nothing, onHealth},
    });
    const unwatch = watch(strike.inputs);
    return {
      ...plug,
      use: () => void strike.release(),
      // The strike lets go, and the door is seen to open and to shut.
      proof: () => Math.min(pulses, seen.filter(open => open === true).length),
      close: () => {
        strike.close();
        unwatch();
      },
    };
  },

  'people-counter': rig => {
    const {clock, onHealth} = rig;
    const door = new PeopleCounter({clock, count: 65_530});
    let people = 0;
    const counter = new BeamCounter({
      id,
      listener: {
        onCount: reading => {
          people += reading.in;
        },
        ...{onCounterFault: nothing, onHealth},
      },
    });
    const {close, ...plug} = makeCounters(rig, () => [door.counts.a, door.counts.b], {
      onTotals: ([a = 0, b = 0], atMs) => counter.onBreaks({a, b}, atMs),
      onHealth: health => counter.onCountHealth(health),
    });
    return {
      ...plug,
      use: () => void door.pass('in'),
      proof: () => people,
      close: () => {
        counter.close();
        close();
      },
    };
  },

  'pulse-meter': rig => {
    const {clock, onHealth} = rig;
    const twin = new MeterTwin({clock, pulsesPerLitre: 450, count: 65_500});
    const meter = new PulseMeter({
      ...{id, clock, pulses: 450},
      output: {
        pulse: (order, forMs) => {
          twin.pulse(order, forMs);
          return Promise.resolve('acknowledged');
        },
      },
      listener: {
        ...{onReading: nothing, onMeterFault: nothing, onHealth},
        ...{onValve: nothing, onValveFault: nothing, onNoFlow: nothing},
      },
    });
    const {close, ...plug} = makeCounters(rig, () => [twin.count], {
      onTotals: ([count = 0], atMs) => meter.onCount(count, atMs),
      onHealth: health => meter.onCountHealth(health),
    });
    return {
      ...plug,
      // After a start and after a loss the valve is first proved to be closed.
      use: () => void clock.timer('hand', 2500, () => meter.valve.open(2000)),
      proof: () => meter.latest?.totalMl,
      close: () => {
        void meter.close();
        close();
      },
    };
  },

  'plate-camera TCP': rig => {
    const {clock, onHealth, later} = rig;
    const {link, far} = createMemoryPair({clock, name: 'camera'});
    const face = new TcpFace({clock, far});
    const twin = new PlateCamera(clock);
    twin.attach(face);
    later.push(
      () => face.close(),
      () => far.close(),
    );
    let cars = 0;
    const onPlate = () => {
      cars += 1;
    };
    const camera = new VzTcpCamera({id, link, clock, listener: {onPlate, onHealth}});
    return {
      // Without power it leaves a socket that looks alive.
      cut: () => {
        face.isFrozen = true;
      },
      mend: () => {
        face.isFrozen = false;
      },
      noise: bytes => face.inject(bytes),
      use: no => twin.see({license: `粤B1234${no}`}),
      proof: () => cars,
      close: () => camera.close(),
    };
  },
});
