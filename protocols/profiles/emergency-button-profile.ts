export type LoopState = 'ok' | 'open' | 'short';

/** What one poll of a call button says. */
export interface ButtonRegisters {
  readonly pressed: boolean;
  /** Presses counted by the hardware, so that none is lost between two polls; wraps at 16 bits. */
  readonly pressCount: number;
  readonly loop: LoopState;
}

/**
 * Register map of the emergency call button.
 * `assumed:` ours, modelled on DI modules with counting inputs and a supervised loop.
 * @see devices.md 3.5 (counting inputs) and 3.7 (end-of-line resistor)
 */
export const REFERENCE_BUTTON_PROFILE = {
  name: 'reference',
  /** Input registers, read with FC04: pressed 0/1, press counter, loop state. */
  status: {register: 0, quantity: 3},
  loops: ['ok', 'open', 'short'],
  /** Written with FC05, held until written again. */
  coils: {buzzer: 0, lamp: 1},
} as const satisfies {loops: readonly LoopState[]; [key: string]: unknown};

/**
 * Read the three words of one poll. An unknown loop value counts as `open`: supervision that cannot
 * be read does not hold. Undefined when words are missing. `assumed:` the map above.
 */
export function decodeButtonRegisters(words: readonly number[]): ButtonRegisters | undefined {
  const [pressed, pressCount, loop] = words;
  if (pressed === undefined || pressCount === undefined || loop === undefined) return undefined;
  return {
    pressed: pressed !== 0,
    pressCount,
    loop: REFERENCE_BUTTON_PROFILE.loops[loop] ?? 'open',
  };
}

/** The words that a button answers to a poll. `assumed:` the map above. */
export function encodeButtonRegisters(registers: ButtonRegisters): number[] {
  return [
    Number(registers.pressed),
    registers.pressCount & 0xffff,
    REFERENCE_BUTTON_PROFILE.loops.indexOf(registers.loop),
  ];
}

/** Presses between two polls of the 16-bit counter; more than 65,535 look like fewer. */
export function pressesBetween(earlierCount: number, laterCount: number): number {
  return (laterCount - earlierCount) & 0xffff;
}
