import type {BusOutcome, ReadRequest} from '../../drivers/bus/contract.js';
import {decodeScreen, REFERENCE_DISPLAY_PROFILE} from '../../protocols/profiles/display-profile.js';
import {REFERENCE_BUTTON_PROFILE} from '../../protocols/profiles/emergency-button-profile.js';
import {REFERENCE_LOCK_PROFILE} from '../../protocols/profiles/parking-lock-profile.js';
import type {FoundKind} from './contract.js';

interface Reader {
  read(request: ReadRequest): Promise<BusOutcome>;
}

const TRIES = 3;

/**
 * What kind of device answers at an address, by reading alone. A guess from the shape of its registers: makers
 * share numbers, so that the installer sees it before it goes into the site file.
 */
export async function identifyUnit(bus: Reader, unit: number): Promise<FoundKind> {
  const {screen} = REFERENCE_DISPLAY_PROFILE;
  const words = await valuesOf(bus, {
    unit,
    table: 'holding',
    address: screen.register,
    quantity: screen.quantity,
  });
  if (words && decodeScreen(words)) return 'display';
  const {status, arm} = REFERENCE_LOCK_PROFILE;
  const lock = await valuesOf(bus, {
    unit,
    table: 'holding',
    address: status.register,
    quantity: status.quantity,
  });
  if (lock && (lock[arm.register - status.register] ?? arm.values.length) < arm.values.length) {
    return 'parking-lock';
  }
  const {register, quantity} = REFERENCE_BUTTON_PROFILE.status;
  const button = await valuesOf(bus, {unit, table: 'input', address: register, quantity});
  return button ? 'emergency-button' : 'unknown';
}

async function valuesOf(
  bus: Reader,
  request: Omit<ReadRequest, 'lane'>,
): Promise<readonly number[] | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const outcome = await bus.read({...request, lane: 'poll'});
    if (outcome.kind === 'values') return outcome.values;
    if (outcome.kind === 'exception') return undefined;
  }
  return undefined;
}
