/** Where a board keeps the totals of its counting inputs; a new model is a new value of this type. */
export interface CountingInputsProfile {
  readonly name: string;
  readonly table: 'holding' | 'input';
  readonly firstRegister: number;
  readonly inputs: number;
  /** Of one total: 1 register has 16 bits, 2 have 32. */
  readonly registersPerInput: 1 | 2;
  readonly wordOrder: 'lowFirst' | 'highFirst';
}

/**
 * Advantech ADAM-4150, 7 counters of 32 bits at 40001..40014; the inputs must be in counter mode.
 * `assumed:` low word first, as the maker shows it for the ADAM-6000 series.
 * @see ADAM-4100 Series User's Manual, appendix B (I/O Modbus mapping); devices.md 3.5
 */
export const ADAM_4150: CountingInputsProfile = {
  name: 'adam-4150',
  table: 'holding',
  firstRegister: 0,
  inputs: 7,
  registersPerInput: 2,
  wordOrder: 'lowFirst',
};

/** Moxa ioLogik R1210, 16 counters. `assumed:` registers, width and word order. @see devices.md 3.5 [S20] */
export const MOXA_R1210: CountingInputsProfile = {
  name: 'moxa-r1210',
  table: 'input',
  firstRegister: 0x0010,
  inputs: 16,
  registersPerInput: 2,
  wordOrder: 'highFirst',
};

/** The read that fetches the totals of all inputs up to `highestInput`; undefined beyond the board. */
export function countersRead(
  highestInput: number,
  profile: CountingInputsProfile,
): {readonly address: number; readonly quantity: number} | undefined {
  const exists =
    Number.isInteger(highestInput) && highestInput >= 0 && highestInput < profile.inputs;
  if (!exists) return undefined;
  return {
    address: profile.firstRegister,
    quantity: (highestInput + 1) * profile.registersPerInput,
  };
}

/** Totals of the inputs in order; words that make no whole total are left out. */
export function decodeCounters(
  words: readonly number[],
  profile: CountingInputsProfile,
): readonly number[] {
  const {registersPerInput, wordOrder} = profile;
  if (registersPerInput === 1) return [...words];
  const totals: number[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [first = 0, second = 0] = words.slice(at, at + 2);
    const [low, high] = wordOrder === 'lowFirst' ? [first, second] : [second, first];
    totals.push(high * 0x1_0000 + low);
  }
  return totals;
}

/** The words that a board answers: the other side of `decodeCounters`. */
export function encodeCounters(
  totals: readonly number[],
  profile: CountingInputsProfile,
): readonly number[] {
  return totals.flatMap(total => {
    const low = total % 0x1_0000;
    if (profile.registersPerInput === 1) return [low];
    const high = Math.floor(total / 0x1_0000) % 0x1_0000;
    return profile.wordOrder === 'lowFirst' ? [low, high] : [high, low];
  });
}
