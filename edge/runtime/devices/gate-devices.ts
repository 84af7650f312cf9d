import {RelayBarrier} from '../../../drivers/barrier/relay-barrier.js';
import {RelayStrike} from '../../../drivers/door-strike/relay-strike.js';
import type {RelayOutcome} from '../../../drivers/relay-board/contract.js';
import {RelaySiren} from '../../../drivers/siren/relay-siren.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import {FaultGroup} from './fault-group.js';
import {GateOrders} from './gate-orders.js';
import type {PlantParts} from './plant-parts.js';
import type {DeviceOrder, DeviceOutcome, SiteDevice} from './site-device.js';

/** A barrier gate. Its boards tell when they are gone: the gate would only say it once more. */
export function createBarrier(config: PlantOf<'barrier'>, parts: PlantParts): SiteDevice {
  const {id, clock, reports, plant} = parts;
  const faults = new FaultGroup(reports, 'GATE_FAULT');
  const {open, close, stop} = config.outputs;
  let arm = '';
  const barrier = new RelayBarrier({
    id,
    clock,
    relays: plant.relays.board(config.relays),
    wiring: {outputs: {open, close, stop}, ...config.contacts},
    pulseMs: config.pulseMs,
    listener: {
      onReading: reading => {
        orders.onReading(reading);
        if (reading.arm === arm) return;
        arm = reading.arm;
        reports.onEvent('barrier', {state: arm, isOccupied: reading.isOccupied ?? null});
      },
      onTailgate: (cars, authorised) => reports.onEvent('tailgate', {cars, authorised}),
      onFault: (fault, isStanding, detail) => {
        faults.set(fault, isStanding, `${fault}: ${detail}`);
      },
      onHealth: () => {},
    },
  });
  const orders: GateOrders = new GateOrders({clock, barrier});
  for (const [input, listener] of barrier.inputs) parts.listenTo(config.inputs, input, listener);
  return {
    get health() {
      return barrier.health;
    },
    describe: () => {
      const {reading} = barrier;
      const below = reading.isOccupied === true ? ', somebody below' : '';
      return [`${reading.arm}${below}`, ...faults.names].join('; ');
    },
    letIn: () => barrier.open(),
    actions: {
      open: () => barrier.open(),
      close: () => barrier.close(),
      stop: () => barrier.stop(),
      hold: () => barrier.hold(true),
      release: () => barrier.hold(false),
    },
    orders: orders.orders,
    onFire: isHeld => barrier.hold(isHeld),
    close: () => {
      orders.close();
      return barrier.dispose();
    },
  };
}

/** The strike of a room door; a door held or forced open is told as an event, for the room's own rules. */
export function createStrike(config: PlantOf<'door-strike'>, parts: PlantParts): SiteDevice {
  const {id, clock, reports, plant} = parts;
  const {output, door, exit, failMode, releaseMs, heldAfterMs} = config;
  const strike = new RelayStrike({
    ...{id, clock, output, door, exit, failMode, releaseMs, heldAfterMs},
    relays: plant.relays.board(config.relays),
    listener: {
      onDoor: isOpen => reports.onEvent('door', {isOpen: isOpen ?? null}),
      onFault: (fault, isStanding) => reports.onEvent(fault, {isStanding}),
      onHealth: () => {},
    },
  });
  for (const [input, listener] of strike.inputs) parts.listenTo(config.inputs, input, listener);
  const release = async () => {
    const outcome = await strike.release();
    reports.onEvent('strike', {outcome});
    return outcome;
  };
  const letIn: DeviceOrder = {
    refusal: () => undefined,
    run: over => void release().then(outcome => over(outcomeOf(outcome))),
  };
  return {
    get health() {
      return strike.health;
    },
    describe: () => {
      if (strike.isOpen === undefined) return '';
      return strike.isOpen ? 'door open' : 'door shut';
    },
    actions: {
      open: () => void release(),
    },
    orders: {open: letIn, pulse: letIn},
    onFire: isHeld => {
      strike.hold(isHeld);
      reports.onEvent('strike', {isHeld});
    },
    close: () => strike.close(),
  };
}

/** What hangs on a relay tells nothing itself: the relay, read back, is what is known of it. */
export function outcomeOf(outcome: RelayOutcome): DeviceOutcome {
  if (outcome === 'proven') return {kind: 'done'};
  const isOpen = outcome === 'acknowledged' || outcome === 'unanswered';
  return {kind: isOpen ? 'unproven' : 'failed', why: `RELAY_${outcome.toUpperCase()}`};
}

/** A siren sounds while a call is unanswered, a second one from its louder step on; it is told to be silent at the start. */
export function createSiren(config: PlantOf<'siren'>, parts: PlantParts): SiteDevice {
  const {id, clock, reports, plant} = parts;
  const siren = new RelaySiren({
    id,
    clock,
    relays: plant.relays.board(config.relays),
    output: config.output,
    listener: {
      onHealth: () => {},
      onSounding: isSounding => {
        reports.onEvent('siren', {isSounding});
        if (isSounding) reports.onSounded();
      },
    },
  });
  let isCalled = false;
  return {
    get health() {
      return siren.health;
    },
    describe: () => (isCalled ? 'sounding' : 'silent'),
    start: () => siren.sound(isCalled),
    onCalls: level => {
      const isNow = config.second ? level === 'loud' : level !== 'off';
      if (isNow === isCalled) return;
      isCalled = isNow;
      siren.sound(isCalled);
    },
    close: () => siren.close(),
  };
}
