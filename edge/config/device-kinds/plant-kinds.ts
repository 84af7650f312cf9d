import type {z} from 'zod';
import {countingInputs, relayBoard} from './boards.js';
import {plateCamera} from './cameras.js';
import {beamCounter, milesightCounter} from './counters.js';
import {barrier, doorStrike, firePanel, relayOutputDevice, siren} from './gates.js';
import {cardDispenser, temperatureInput, ultrasonic} from './sensing.js';
import {cjt188Meter, flowMeter, pulseMeter, rowValve, waterMeter} from './water.js';

/** What moves, counts and measures: on a line. */
export const PLANT_LINE_KINDS = [
  relayBoard,
  countingInputs,
  cardDispenser,
  waterMeter,
  cjt188Meter,
  flowMeter,
  temperatureInput,
  ultrasonic,
] as const;

/** What is built from outputs and inputs of boards, or has a way of its own to the gateway. */
export const PLANT_OWN_KINDS = [
  barrier,
  doorStrike,
  firePanel,
  siren,
  relayOutputDevice,
  pulseMeter,
  rowValve,
  beamCounter,
  milesightCounter,
  plateCamera,
] as const;

export type PlantLineConfig = z.output<(typeof PLANT_LINE_KINDS)[number]>;
export type PlantOwnConfig = z.output<(typeof PLANT_OWN_KINDS)[number]>;
export type PlantConfig = PlantLineConfig | PlantOwnConfig;
/** The configuration of one kind. */
export type PlantOf<Kind extends PlantConfig['kind']> = Extract<PlantConfig, {kind: Kind}>;
