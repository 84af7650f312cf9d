import fc from 'fast-check';
import {concatBytes, toHex} from '../../protocols/base/bytes.js';
import {InternalError} from '../../protocols/base/errors.js';
import {type Decoder, drain} from './drain.js';

export interface ResyncSubject<Frame> {
  readonly decode: Decoder<Frame>;
  /** Sound frames as the wire carries them. */
  readonly frames: fc.Arbitrary<Uint8Array>;
  /** What makes two decoded frames the same. */
  readonly same: (left: Frame, right: Frame) => boolean;
  /**
   * Sound frames that must pass before the decoder is certainly in step again; default 2. A frame with a
   * length field may swallow what follows a damaged length.
   */
  readonly recoverWithin?: number;
}

type Damage =
  | {readonly kind: 'garbage'; readonly bytes: Uint8Array}
  | {readonly kind: 'drop'; readonly at: number}
  | {readonly kind: 'double'; readonly at: number}
  | {readonly kind: 'cut'; readonly at: number}
  | {readonly kind: 'flip'; readonly at: number; readonly bit: number};

const AT = {at: fc.nat(4095)};
const DAMAGE: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({kind: fc.constant('garbage' as const), bytes: fc.uint8Array({maxLength: 40})}),
  fc.record({kind: fc.constant('drop' as const), ...AT}),
  fc.record({kind: fc.constant('double' as const), ...AT}),
  fc.record({kind: fc.constant('cut' as const), ...AT}),
  fc.record({kind: fc.constant('flip' as const), ...AT, bit: fc.nat(7)}),
);

/**
 * After any garbage before it, dropped, doubled or cut-off bytes and flipped bits, a decoder finds the
 * frames that follow, however the bytes are cut into pieces.
 * @throws InternalError `sim/resync` with the stream in hex when it does not.
 */
export function checkResync<Frame>(subject: ResyncSubject<Frame>): void {
  const {decode, frames, same, recoverWithin = 2} = subject;
  fc.assert(
    fc.property(frames, frames, DAMAGE, (damagedFrame, soundFrame, damage) => {
      const [expected] = drain(decode, soundFrame);
      if (expected === undefined) throw failure('a sound frame is not found', soundFrame);
      const sound = Array.from({length: recoverWithin + 1}, () => soundFrame);
      const stream = concatBytes(damaged(damagedFrame, damage), ...sound);
      const found = drain(decode, stream).at(-1);
      if (found === undefined || !same(found, expected)) throw failure('out of step', stream);
    }),
    {numRuns: 500},
  );
}

function damaged(frame: Uint8Array, damage: Damage): Uint8Array {
  if (damage.kind === 'garbage') return concatBytes(damage.bytes, frame);
  const at = damage.at % frame.length;
  const before = frame.subarray(0, at);
  if (damage.kind === 'cut') return before;
  if (damage.kind === 'drop') return concatBytes(before, frame.subarray(at + 1));
  if (damage.kind === 'double') {
    return concatBytes(before, frame.subarray(at, at + 1), frame.subarray(at));
  }
  const flipped = frame.slice();
  flipped[at] = (flipped[at] ?? 0) ^ (1 << damage.bit);
  return flipped;
}

function failure(what: string, stream: Uint8Array): InternalError {
  return new InternalError('sim/resync', `${what}: ${toHex(stream)}`);
}
