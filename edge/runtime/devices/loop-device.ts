import {stepCounter} from '../../../drivers/counting-inputs/counter-machine.js';
import type {EmergencyButtonListener} from '../../../drivers/emergency-button/contract.js';
import {LOOP_POLL_MS, LoopButton} from '../../../drivers/emergency-button/loop-button.js';
import {HeldRelay} from '../../../drivers/relay-board/held-relay.js';
import type {OwnDeviceConfig} from '../../config/schema.js';
import type {PlantParts} from './plant-parts.js';

/** Longer than any spike on a long cable. */
const RESET_HELD_MS = 100;

export type LoopConfig = Extract<OwnDeviceConfig, {kind: 'loop-button'}>;

/** Its counter of presses over a restart. */
export interface KeptPresses {
  /** As it was last kept: what was pressed since then is told with the first reading. */
  readonly formerCount: number | undefined;
  readonly onCount: (count: number) => void;
}

/** A supervised call button with what the site file has given it: sounder, lamp, a counter of presses. */
export function createLoopButton(
  config: LoopConfig,
  parts: PlantParts,
  listener: EmergencyButtonListener,
  kept: KeptPresses,
): LoopButton {
  const {id, clock, plant, listenTo} = parts;
  const {wiring, first, second, sounder, lamp} = config;
  const held = (name: 'sounder' | 'lamp', place: typeof sounder) =>
    place &&
    new HeldRelay({
      name: `${id} ${name}`,
      clock,
      relays: plant.relays.board(place.device),
      output: place.output,
    });
  const button = new LoopButton({
    ...{id, wiring, first, second, listener, onCount: kept.onCount},
    sounder: held('sounder', sounder),
    lamp: held('lamp', lamp),
  });
  for (const [input, ear] of button.inputs) listenTo(config.inputs, input, ear, LOOP_POLL_MS);
  if (config.counter) countPresses(config.counter, parts, button, kept.formerCount);
  return button;
}

/** A key at the place itself: turned for a moment, it ends the calls of its post, once for each turn. */
export function listenToResetKey(
  {inputs, reset}: LoopConfig,
  {listenTo}: PlantParts,
  onTurned: () => void,
): void {
  if (reset === undefined) return;
  let turnedMs: number | undefined;
  let isTold = false;
  const ear = {
    onInput: (active: boolean, atMs: number) => {
      turnedMs = active ? (turnedMs ?? atMs) : undefined;
      if (!active) isTold = false;
      if (isTold || turnedMs === undefined || atMs - turnedMs < RESET_HELD_MS) return;
      isTold = true;
      onTurned();
    },
    // A board that was away says nothing of what the key did meanwhile.
    onInputHealth: () => {
      turnedMs = undefined;
    },
  };
  listenTo(inputs, reset, ear, LOOP_POLL_MS);
}

/** More than a person can press while the gateway was away: such a step is another board, or one set anew. */
const MOST_PRESSES = 1000;

/** Its board tells by itself when it is gone; a press that lasts is then still seen. */
function countPresses(
  {device, input}: NonNullable<LoopConfig['counter']>,
  {plant}: PlantParts,
  button: LoopButton,
  formerCount: number | undefined,
): void {
  const bits = plant.counters.bitsOf(device);
  let before = formerCount;
  plant.counters.listen(device, [input], {
    onTotals: (totals, atMs) => {
      const total = totals.get(input);
      if (total === undefined) return;
      if (total === before) return;
      const presses = pressesSince(before, total, bits);
      before = total;
      button.counted(total, presses, atMs);
    },
    onHealth: () => {},
  });
}

/** In doubt somebody pressed: a counter that begins anew has counted since. */
function pressesSince(before: number | undefined, total: number, bits: 16 | 32): number {
  const step = stepCounter(before, total, bits);
  if (!step) return 0;
  const presses = step.quality === 'reset' ? total : step.delta;
  return presses <= MOST_PRESSES ? presses : 0;
}
