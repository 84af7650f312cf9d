import type {SiteDeviceConfig} from '../../config/schema.js';
import {createPlateCamera} from './camera-device.js';
import {createBeamCounter, createMilesightCounter} from './counter-devices.js';
import {countingDevice} from './counter-hub.js';
import {DispenserDevice} from './dispenser-device.js';
import {createFirePanel} from './fire-device.js';
import {createBarrier, createSiren, createStrike} from './gate-devices.js';
import type {PlantParts} from './plant-parts.js';
import {relayDevice} from './relay-hub.js';
import {createRelayOutput} from './relay-output.js';
import {RowValve} from './row-valve.js';
import {createTemperature} from './sensing-devices.js';
import type {SiteDevice} from './site-device.js';
import {
  createCjt188Meter,
  createFlowMeter,
  createPulseMeter,
  createWaterMeter,
} from './water-devices.js';

/** Devices that move, count and measure. */
export function makePlantDevice(
  config: SiteDeviceConfig,
  parts: PlantParts,
): SiteDevice | undefined {
  const {plant} = parts;
  switch (config.kind) {
    case 'relay-board':
      return relayDevice(plant.relays.board(config.id));
    case 'counting-inputs':
      return countingDevice(plant.counters, config.id);
    case 'card-dispenser':
      return new DispenserDevice(config, parts);
    case 'water-meter':
      return createWaterMeter(config, parts);
    case 'cjt188-meter':
      return createCjt188Meter(config, parts);
    case 'flow-meter':
      return createFlowMeter(config, parts);
    case 'pulse-meter':
      return createPulseMeter(config, parts);
    case 'row-valve':
      return new RowValve(config, parts);
    case 'temperature-input':
      return createTemperature(config, parts);
    case 'ultrasonic':
      return plant.distances.add(config, parts);
    case 'barrier':
      return createBarrier(config, parts);
    case 'door-strike':
      return createStrike(config, parts);
    case 'fire-panel':
      return createFirePanel(config, parts);
    case 'siren':
      return createSiren(config, parts);
    case 'relay-output':
      return createRelayOutput(config, parts);
    case 'beam-counter':
      return createBeamCounter(config, parts);
    case 'milesight-counter':
      return createMilesightCounter(config, parts);
    case 'plate-camera':
      return createPlateCamera(config, parts);
    default:
      return undefined;
  }
}
