import {BeamCounter} from '../../../drivers/people-counter/beam-counter.js';
import type {
  PeopleCounter,
  PeopleCounterListener,
} from '../../../drivers/people-counter/contract.js';
import {MilesightCounter} from '../../../drivers/people-counter/milesight-counter.js';
import {UplinkDesk} from '../../../drivers/port/uplink-desk.js';
import type {Millis} from '../../../protocols/base/clock.js';
import {VS133_MODEL, VS350_MODEL} from '../../../protocols/milesight/channels.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import {FaultGroup} from './fault-group.js';
import type {PlantParts} from './plant-parts.js';
import {RoomCount} from './room-count.js';
import type {SiteDevice} from './site-device.js';

const MODELS = {vs133: VS133_MODEL, vs350: VS350_MODEL} as const;
/** Radio has its delays. */
const LATE_REPORT_MS: Millis = 15_000;

/** A door with two beams. */
export function createBeamCounter(config: PlantOf<'beam-counter'>, parts: PlantParts): SiteDevice {
  const {counters} = parts.plant;
  const {room, listener} = roomOf(config, parts, {});
  const {outer, inner} = config;
  const counter = new BeamCounter({
    id: parts.id,
    counterBits: counters.bitsOf(config.counters),
    // Its board tells when it is gone.
    listener: {...listener, onHealth: () => {}},
  });
  counters.listen(config.counters, [outer, inner], {
    onTotals: (totals, atMs) => {
      const a = totals.get(outer);
      const b = totals.get(inner);
      if (a !== undefined && b !== undefined) counter.onBreaks({a, b}, atMs);
    },
    onHealth: health => counter.onCountHealth(health),
  });
  return counterDevice(counter, room, () => counter.close());
}

/** A counter that reports by radio; one that has not spoken at the start has still its first period. */
export function createMilesightCounter(
  config: PlantOf<'milesight-counter'>,
  parts: PlantParts,
): SiteDevice {
  const {reportMs, lines, swapped, topic, form} = config;
  const {room, listener} = roomOf(config, parts, {reportMs, answerMs: reportMs + LATE_REPORT_MS});
  const {id, clock} = parts;
  const model = MODELS[config.model];
  const counter = new MilesightCounter({id, clock, model, listener, lines, swapped, reportMs});
  const feed = parts.openFeed(config.feed);
  const desk = new UplinkDesk({feed, devices: new Map([[topic, counter]]), form});
  return counterDevice(counter, room, () => desk.close());
}

function roomOf(
  config: {readonly registered: number},
  {id, clock, reports}: PlantParts,
  rules: {readonly reportMs?: Millis; readonly answerMs?: Millis},
): {readonly room: RoomCount; readonly listener: PeopleCounterListener} {
  const faults = new FaultGroup<string>(reports, 'COUNTER_FAULT');
  const {registered} = config;
  const room = new RoomCount({id, clock, reports, faults, registered, rules});
  return {
    room,
    listener: {
      onCount: reading => room.read(reading),
      onCounterFault: (fault, isStanding) => faults.set(fault, isStanding),
      onHealth: health => reports.onHealth(health),
    },
  };
}

function counterDevice(
  counter: PeopleCounter,
  room: RoomCount,
  close: () => void | Promise<void>,
): SiteDevice {
  return {
    get health() {
      return counter.health;
    },
    describe: () => room.describe(),
    start: () => room.start(),
    actions: {baseline: ({person, reason}) => room.rebaseline(person, reason)},
    close: async () => {
      room.close();
      await close();
    },
  };
}
