import type {Decoded} from '../../protocols/base/decode.js';
import {InternalError} from '../../protocols/base/errors.js';

export type Decoder<Frame> = (received: Uint8Array) => Decoded<Frame>;

/**
 * Every frame that a decoder finds in a stream, as a driver would take them one after the other.
 * @throws InternalError `sim/decoder-stuck` when the decoder asks to drop nothing or more than there is.
 */
export function drain<Frame>(decode: Decoder<Frame>, stream: Uint8Array): readonly Frame[] {
  const frames: Frame[] = [];
  let rest = stream;
  for (;;) {
    const decoded = decode(rest);
    if (decoded.kind === 'wait') return frames;
    if (decoded.used < 1 || decoded.used > rest.length) {
      throw new InternalError('sim/decoder-stuck', `used ${decoded.used} of ${rest.length}`);
    }
    if (decoded.kind === 'frame') frames.push(decoded.frame);
    rest = rest.subarray(decoded.used);
  }
}
