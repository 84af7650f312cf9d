export type ScreenTone = 'neutral' | 'good' | 'bad' | 'call';

/** Two lines of text and how they are meant: the display picks the colour. */
export interface ScreenText {
  readonly tone: ScreenTone;
  readonly lines: readonly [string, string];
}

/**
 * Register map of the two-line text display.
 * `assumed:` ours, since makers' displays differ in everything: holding registers, readable, written
 * with one FC16: the tone, then each line as UTF-16 code units padded with zeros.
 */
export const REFERENCE_DISPLAY_PROFILE = {
  name: 'reference',
  /** All of a screen. */
  screen: {register: 0, quantity: 33},
  /** The cheapest read that proves the display alive. */
  probe: {register: 0, quantity: 1},
  lineUnits: 16,
  tones: ['neutral', 'good', 'bad', 'call'],
} as const satisfies {tones: readonly ScreenTone[]; [key: string]: unknown};

const {lineUnits: LINE_UNITS, tones: TONES, screen: SCREEN} = REFERENCE_DISPLAY_PROFILE;

/**
 * The 33 words of a screen. A line longer than 16 UTF-16 code units is cut, a surrogate pair never
 * in its middle. `assumed:` the map above.
 */
export function encodeScreen(screen: ScreenText): number[] {
  return [
    TONES.indexOf(screen.tone),
    ...encodeLine(screen.lines[0]),
    ...encodeLine(screen.lines[1]),
  ];
}

/**
 * Read a screen back from its 33 words; a line ends at its first zero. Undefined when words are
 * missing or the tone is none of ours. `assumed:` the map above.
 */
export function decodeScreen(words: readonly number[]): ScreenText | undefined {
  const tone = TONES[words[0] ?? TONES.length];
  if (tone === undefined || words.length < SCREEN.quantity) return undefined;
  const first = decodeLine(words.slice(1, 1 + LINE_UNITS));
  const second = decodeLine(words.slice(1 + LINE_UNITS, 1 + 2 * LINE_UNITS));
  return {tone, lines: [first, second]};
}

function encodeLine(text: string): number[] {
  const cut = text.slice(0, LINE_UNITS);
  // After a cut the last unit may be the first half of a pair: better none than half.
  const line = text.length > LINE_UNITS && endsInHalfPair(cut) ? cut.slice(0, -1) : cut;
  return Array.from({length: LINE_UNITS}, (_, index) =>
    index < line.length ? line.charCodeAt(index) : 0,
  );
}

function endsInHalfPair(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

function decodeLine(words: readonly number[]): string {
  const end = words.indexOf(0);
  return String.fromCharCode(...(end < 0 ? words : words.slice(0, end)));
}
