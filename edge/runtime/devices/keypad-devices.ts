import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import {CodeEntry} from '../../../drivers/keypad/code-entry.js';
import type {Keypad, KeypadListener} from '../../../drivers/keypad/contract.js';
import {HidKeypad} from '../../../drivers/keypad/hid-keypad.js';
import {ModbusKeypad} from '../../../drivers/keypad/modbus-keypad.js';
import type {DeviceConfig} from '../../config/bus-schema.js';
import type {OwnDeviceConfig} from '../../config/schema.js';
import type {DeviceParts, SiteDevice} from './site-device.js';

export function createKeypad(
  config: Extract<DeviceConfig, {kind: 'keypad'}>,
  parts: DeviceParts,
): SiteDevice {
  const {id, clock, reports} = parts;
  const {registers: bus} = parts.line();
  return new KeypadDevice(
    parts,
    config.maxDigits,
    listener =>
      new ModbusKeypad({
        id,
        bus,
        clock,
        unit: config.address,
        listener,
        onTrouble: reports.onTrouble,
      }),
  );
}

export function createHidKeypad(
  config: Extract<OwnDeviceConfig, {kind: 'hid-keypad'}>,
  parts: DeviceParts,
): SiteDevice {
  const {id, clock, reports} = parts;
  const source = parts.openHid(config.hid);
  return new KeypadDevice(
    parts,
    config.maxDigits,
    listener => new HidKeypad({id, source, clock, listener, onTrouble: reports.onTrouble}),
  );
}

/** What is typed becomes entries, for a collector to judge; without one they are journalled by their digest. */
export function createEntry(parts: DeviceParts, maxDigits: number): CodeEntry {
  const {id, clock, reports, digest, codes} = parts;
  return new CodeEntry({
    name: id,
    clock,
    maxDigits,
    listener: {
      onEntry: digits => {
        if (codes) {
          codes.onEntry(digits);
          return;
        }
        const name = digest(new TextEncoder().encode(digits));
        reports.onEvent('entry', {digest: name, length: digits.length});
      },
      // How far somebody has typed is nobody's business before the entry.
      onProgress: () => {},
      onCleared: () => {},
      onCommand: key => codes?.onCommand?.(key),
      onFault: (isStanding, detail) => reports.onFault('KEYPAD_FAULT', isStanding, detail),
    },
  });
}

class KeypadDevice implements SiteDevice {
  readonly #entry: CodeEntry;
  readonly #keypad: Keypad;

  constructor(parts: DeviceParts, maxDigits: number, make: (listener: KeypadListener) => Keypad) {
    this.#entry = createEntry(parts, maxDigits);
    this.#keypad = make(this.#entry.ear(health => parts.reports.onHealth(health)));
  }

  get health(): DeviceHealth {
    return this.#keypad.health;
  }

  describe(): string {
    return this.#entry.isFaulty ? 'a key is stuck' : '';
  }

  async close(): Promise<void> {
    this.#entry.close();
    await this.#keypad.close();
  }
}
