import {ModbusBus} from '../../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../../drivers/bus/shared-line.js';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {FIELD_CHARACTER_BITS, SPEC_CHARACTER_BITS} from '../../../protocols/modbus/timing.js';
import type {LinkConfig} from '../../config/link-schema.js';
import type {OpenLink} from '../open-link.js';
import type {OwnLine} from './site-device.js';

export interface OwnLineOptions {
  readonly name: string;
  readonly link: LinkConfig;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly openLink: OpenLink;
}

/** Bits of a character on a link of this parity. */
export function characterBits({parity}: Pick<LinkConfig, 'parity'>): number {
  return parity === 'none' ? FIELD_CHARACTER_BITS : SPEC_CHARACTER_BITS;
}

/** The line of a device that has a port to itself; its silence is that of the device. */
export function openOwnLine(options: OwnLineOptions): OwnLine {
  const {name, link, clock, entropy, openLink} = options;
  const line = new SharedLine({
    link: openLink(link, name),
    clock,
    fraction: () => entropy.fraction(),
    baudRate: link.baudRate,
    bitsPerCharacter: characterBits(link),
  });
  line.open();
  return {frames: line, registers: new ModbusBus(line), close: () => line.close()};
}
