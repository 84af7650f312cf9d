/** A key with what it writes, alone and with shift. */
export interface KeyMeaning {
  readonly plain: string;
  readonly shifted: string;
  /** On the block of digits to the right: shift has no part in it. */
  readonly isKeypad: boolean;
}

export const KEY_ENTER = 0x28;
export const KEY_KEYPAD_ENTER = 0x58;
const KEY_ESCAPE = 0x29;
const KEY_BACKSPACE = 0x2a;

/** Runs of usages that follow one another, US layout: first usage, plain characters, shifted ones. */
const RUNS: readonly (readonly [first: number, plain: string, shifted: string])[] = [
  [0x04, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  [0x1e, '1234567890', '!@#$%^&*()'],
  [0x2c, ' -=[]\\', ' _+{}|'],
  [0x33, ";'`,./", ':"~<>?'],
];
/** Keypad: / * - +, then (after Enter) 1..9, 0 and the point. */
const KEYPAD_RUNS: readonly (readonly [first: number, characters: string])[] = [
  [0x54, '/*-+'],
  [0x59, '1234567890.'],
];

/**
 * What a key writes on a keyboard with US layout, which a scanner must be set to.
 * @see USB HID Usage Tables 1.12, section 10 (Keyboard/Keypad page 07); devices.md 4.7
 */
export const KEY_MEANINGS: ReadonlyMap<number, KeyMeaning> = new Map<number, KeyMeaning>([
  ...RUNS.flatMap(([first, plain, shifted]) =>
    [...plain].map(
      (character, index) =>
        [
          first + index,
          {plain: character, shifted: shifted[index] ?? character, isKeypad: false},
        ] as const,
    ),
  ),
  ...KEYPAD_RUNS.flatMap(([first, characters]) =>
    [...characters].map(
      (character, index) =>
        [first + index, {plain: character, shifted: character, isKeypad: true}] as const,
    ),
  ),
]);

/**
 * Keys of a numeric pad as a terminal reads them: digits of either block; `*` clears, also as
 * Backspace or Escape; `#` enters, also as Enter.
 * @see devices.md 4.5
 */
export function padKeyOf(usage: number, shift: boolean): string | undefined {
  if (usage === KEY_ENTER || usage === KEY_KEYPAD_ENTER) return '#';
  if (usage === KEY_BACKSPACE || usage === KEY_ESCAPE) return '*';
  const meaning = KEY_MEANINGS.get(usage);
  const written = shift ? meaning?.shifted : meaning?.plain;
  return written !== undefined && /^[0-9*#]$/.test(written) ? written : undefined;
}
