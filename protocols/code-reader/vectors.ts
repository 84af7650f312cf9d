import type {Gm65Command} from './gm65.js';

/** Frames of the GM65 family as published. Hex. */
export const GM65_COMMAND_VECTORS: readonly {
  readonly source: string;
  readonly frame: string;
  readonly command: Gm65Command;
}[] = [
  {
    source: 'Grow GM812 user manual, appendix A: save settings to flash',
    frame: '7E 00 09 01 00 00 00 DE C8',
    command: {kind: 'save'},
  },
  {
    source:
      'Grow GM812 user manual, appendix A: set baud rate to 9600 (value 0139, low byte first)',
    frame: '7E 00 08 02 00 2A 39 01 A7 EA',
    command: {kind: 'write', zone: 0x2a, data: Uint8Array.of(0x39, 0x01)},
  },
  {
    source: 'Grow GM812 user manual, appendix A: find baud rate',
    frame: '7E 00 07 01 00 2A 02 D8 0F',
    command: {kind: 'read', zone: 0x2a, count: 2},
  },
];

/** The same manual writes the checksum as AB CD where it does not care. */
export const GM65_UNCHECKED_VECTOR = {
  source: 'Grow GM812 user manual, appendix A: trigger mode',
  frame: '7E 00 08 01 00 02 01 AB CD',
  command: {kind: 'write', zone: 2, data: Uint8Array.of(1)},
} as const;

export const GM65_OK_VECTOR = {
  source: 'Grow GM812 user manual, appendix A: answer to a command that was done',
  frame: '02 00 00 01 00 33 31',
  reply: {status: 0, data: Uint8Array.of(0)},
} as const;

/** Check value of the algorithm. Source: catalogue of parametrised CRC algorithms, CRC-16/XMODEM. */
export const XMODEM_CHECK = {text: '123456789', crc: 0x31c3} as const;
