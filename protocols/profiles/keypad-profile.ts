/** One press as the board remembers it. */
export interface PadStroke {
  /** Index in `keys` of the profile. */
  readonly key: string;
  /** 16-bit milliseconds of the board's own clock. */
  readonly stampMs: number;
}

/** What one poll of a keypad says. */
export interface PadRegisters {
  /** Presses counted by the board, bounce and all; wraps at 16 bits. */
  readonly strokeCount: number;
  /** The key that is down now. */
  readonly held: string | undefined;
  /** The board's clock at the reading, so that the age of a press is known. */
  readonly clockMs: number;
  /** The latest presses, newest first; at most as many as were counted. */
  readonly strokes: readonly PadStroke[];
}

/**
 * Register map of a keypad on a line.
 * `assumed:` ours, modelled on boards that keep a ring of key codes: nobody published one. Each press
 * has a stamp, since bounce can only be told from a second press by its time, and polls are far apart.
 * @see devices.md 4.5
 */
export const REFERENCE_KEYPAD_PROFILE = {
  name: 'reference',
  /** Input registers, FC04: count, key down (0 none, else index + 1), clock, then pairs of code and stamp. */
  status: {register: 0, quantity: 19},
  /** The first three of them: whether the ring has anything new. */
  state: {register: 0, quantity: 3},
  ringLength: 8,
  /** Code 1 is the first of them. */
  keys: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'],
} as const;

const RING_OFFSET = 3;

/** Read the words before the ring; undefined when words are missing. */
export function decodePadState(
  words: readonly number[],
): Pick<PadRegisters, 'strokeCount' | 'held'> | undefined {
  const [strokeCount, held] = words;
  if (strokeCount === undefined || held === undefined) return undefined;
  return {strokeCount, held: REFERENCE_KEYPAD_PROFILE.keys[held - 1]};
}

/** Read the words of one poll; undefined when words are missing. Unknown codes are no presses. */
export function decodePadRegisters(words: readonly number[]): PadRegisters | undefined {
  const {status, keys, ringLength} = REFERENCE_KEYPAD_PROFILE;
  const [strokeCount, held, clockMs] = words;
  if (strokeCount === undefined || held === undefined || clockMs === undefined) return undefined;
  if (words.length < status.quantity) return undefined;
  const strokes = Array.from({length: ringLength}, (_, place) => ({
    key: keys[(words[RING_OFFSET + 2 * place] ?? 0) - 1] ?? '',
    stampMs: words[RING_OFFSET + 2 * place + 1] ?? 0,
  }));
  return {
    strokeCount,
    held: keys[held - 1],
    clockMs,
    strokes: strokes.filter(stroke => stroke.key !== ''),
  };
}

/** The words that a board answers. `assumed:` the map above. */
export function encodePadRegisters(registers: PadRegisters): number[] {
  const {status, keys, ringLength} = REFERENCE_KEYPAD_PROFILE;
  const known: readonly string[] = keys;
  const code = (key: string | undefined) => known.indexOf(key ?? '') + 1;
  const words = new Array<number>(status.quantity).fill(0);
  words[0] = registers.strokeCount & 0xffff;
  words[1] = code(registers.held);
  words[2] = registers.clockMs & 0xffff;
  for (const [place, {key, stampMs}] of registers.strokes.slice(0, ringLength).entries()) {
    words[RING_OFFSET + 2 * place] = code(key);
    words[RING_OFFSET + 2 * place + 1] = stampMs & 0xffff;
  }
  return words;
}
