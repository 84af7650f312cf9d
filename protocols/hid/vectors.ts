/**
 * What a keyboard sends when a text is typed on it, by the usage tables. Hex, one boot report each.
 * Source: USB HID Usage Tables 1.12, section 10, table 12; the first as a machine emulator's USB keyboard
 * sends it for "1" and Enter (devices.md 8.1).
 */
export const TYPED_VECTORS: readonly {
  readonly source: string;
  readonly reports: readonly string[];
  readonly text: string;
}[] = [
  {
    source: 'key 1 (1E) and Return (28)',
    reports: [
      '00 00 1E 00 00 00 00 00',
      '00 00 00 00 00 00 00 00',
      '00 00 28 00 00 00 00 00',
      '00 00 00 00 00 00 00 00',
    ],
    text: '1\r',
  },
  {
    source: 'A with left shift (E1 = modifier bit 1), a second a needs an empty report before it',
    reports: [
      '02 00 04 00 00 00 00 00',
      '00 00 00 00 00 00 00 00',
      '00 00 04 00 00 00 00 00',
      '00 00 00 00 00 00 00 00',
      '00 00 04 00 00 00 00 00',
    ],
    text: 'Aaa',
  },
  {
    source: 'right shift (E5 = modifier bit 5): underscore (2D), colon (33), question mark (38)',
    reports: [
      '20 00 2D 00 00 00 00 00',
      '20 00 2D 33 00 00 00 00',
      '20 00 33 00 00 00 00 00',
      '20 00 33 38 00 00 00 00',
    ],
    text: '_:?',
  },
  {
    source: 'keypad 1 (59), 9 (61), 0 (62), point (63), asterisk (55), Enter (58)',
    reports: [
      '00 00 59 00 00 00 00 00',
      '00 00 61 00 00 00 00 00',
      '00 00 62 00 00 00 00 00',
      '00 00 63 00 00 00 00 00',
      '00 00 55 00 00 00 00 00',
      '00 00 58 00 00 00 00 00',
    ],
    text: '190.*\r',
  },
  {
    source: 'ErrorRollOver (01) in every place changes nothing: z (1D) stays down through it',
    reports: [
      '00 00 1D 00 00 00 00 00',
      '00 00 01 01 01 01 01 01',
      '00 00 1D 00 00 00 00 00',
      '00 00 1D 27 00 00 00 00',
    ],
    text: 'z0',
  },
];

/** Every printing key of the table with what it writes on a US layout: plain, with shift. */
export const US_LAYOUT_SPOTS: readonly (readonly [
  usage: number,
  plain: string,
  shifted: string,
])[] = [
  [0x04, 'a', 'A'],
  [0x1d, 'z', 'Z'],
  [0x1e, '1', '!'],
  [0x26, '9', '('],
  [0x27, '0', ')'],
  [0x2c, ' ', ' '],
  [0x2d, '-', '_'],
  [0x2e, '=', '+'],
  [0x2f, '[', '{'],
  [0x30, ']', '}'],
  [0x31, '\\', '|'],
  [0x33, ';', ':'],
  [0x34, "'", '"'],
  [0x35, '`', '~'],
  [0x36, ',', '<'],
  [0x37, '.', '>'],
  [0x38, '/', '?'],
  [0x54, '/', '/'],
  [0x55, '*', '*'],
  [0x56, '-', '-'],
  [0x57, '+', '+'],
  [0x59, '1', '1'],
  [0x61, '9', '9'],
  [0x62, '0', '0'],
  [0x63, '.', '.'],
];
