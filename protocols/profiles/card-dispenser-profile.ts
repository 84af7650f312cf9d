/** What one poll of a card dispenser says. Counters have 16 bits and only grow. */
export interface DispenserRegisters {
  readonly isReady: boolean;
  readonly isEmpty: boolean;
  readonly isLow: boolean;
  readonly isJammed: boolean;
  /** More than one card left the stack at the last feed. */
  readonly isDoubleFeed: boolean;
  readonly isCardAtMouth: boolean;
  /** Cards in the stack. */
  readonly stock: number;
  /** Sequence number of the last command that was begun. */
  readonly sequence: number;
  readonly fedCount: number;
  readonly takenCount: number;
  readonly swallowedCount: number;
}

export type DispenserCommand = 'feed' | 'swallow';

const BITS = {ready: 0, empty: 1, low: 2, jam: 3, doubleFeed: 4, atMouth: 5} as const;

/**
 * Our own map of a card dispenser, onto which makers' maps are put.
 * `assumed:` all of it, since no maker publishes one. A command carries a sequence number, so that
 * the same frame heard twice feeds one card, and reading back tells whether it was heard at all.
 * @see requirements.md P9, E40, E41
 */
export const REFERENCE_DISPENSER_PROFILE = {
  name: 'reference',
  /** Input registers, read with FC04: status bits, stock, sequence, fed, taken, swallowed. */
  status: {register: 0, quantity: 6, bits: BITS},
  /** Holding registers, written with one FC16: command, sequence. */
  command: {register: 0, values: {feed: 1, swallow: 2}},
} as const;

/** Address and words of the FC16 that orders `command`. `assumed:` the map above. */
export function dispenserCommandWrite(
  command: DispenserCommand,
  sequence: number,
): {readonly address: number; readonly values: readonly number[]} {
  const {register, values} = REFERENCE_DISPENSER_PROFILE.command;
  return {address: register, values: [values[command], sequence & 0xffff]};
}

/** The command that two written words mean; undefined for all others. `assumed:` the map above. */
export function dispenserCommandOf(word: number): DispenserCommand | undefined {
  const {values} = REFERENCE_DISPENSER_PROFILE.command;
  const commands: readonly DispenserCommand[] = ['feed', 'swallow'];
  return commands.find(command => values[command] === word);
}

/** Read the words of one poll; undefined when words are missing. `assumed:` the map above. */
export function decodeDispenserRegisters(words: readonly number[]): DispenserRegisters | undefined {
  const {quantity, bits} = REFERENCE_DISPENSER_PROFILE.status;
  if (words.length < quantity) return undefined;
  const [status = 0, stock = 0, sequence = 0, fedCount = 0, takenCount = 0, swallowedCount = 0] =
    words;
  const isSet = (bit: number) => ((status >> bit) & 1) === 1;
  return {
    isReady: isSet(bits.ready),
    isEmpty: isSet(bits.empty),
    isLow: isSet(bits.low),
    isJammed: isSet(bits.jam),
    isDoubleFeed: isSet(bits.doubleFeed),
    isCardAtMouth: isSet(bits.atMouth),
    stock,
    sequence,
    fedCount,
    takenCount,
    swallowedCount,
  };
}

/** The words that a dispenser answers to a poll. `assumed:` the map above. */
export function encodeDispenserRegisters(registers: DispenserRegisters): number[] {
  const status =
    (Number(registers.isReady) << BITS.ready) |
    (Number(registers.isEmpty) << BITS.empty) |
    (Number(registers.isLow) << BITS.low) |
    (Number(registers.isJammed) << BITS.jam) |
    (Number(registers.isDoubleFeed) << BITS.doubleFeed) |
    (Number(registers.isCardAtMouth) << BITS.atMouth);
  const {stock, sequence, fedCount, takenCount, swallowedCount} = registers;
  const counters = [stock, sequence, fedCount, takenCount, swallowedCount];
  return [status, ...counters.map(count => count & 0xffff)];
}
