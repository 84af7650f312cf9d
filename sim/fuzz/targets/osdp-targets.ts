import {osdpReplyReader} from '../../../drivers/osdp/reply-reader.js';
import {fromHex} from '../../../protocols/base/bytes.js';
import {osdpCrc16} from '../../../protocols/osdp/check.js';
import {COMMAND_CODES, decodeCommand} from '../../../protocols/osdp/commands.js';
import {decodeOsdpFrame} from '../../../protocols/osdp/frame.js';
import {decodeReply, REPLY_CODES} from '../../../protocols/osdp/replies.js';
import {deriveSessionKeys, openChannel, openOsdp} from '../../../protocols/osdp/secure-channel.js';
import {CHECK_VECTORS, LIVE_SESSION, SESSION_VECTOR} from '../../../protocols/osdp/vectors.js';
import {cardBitsHex, decodeWiegand} from '../../../protocols/osdp/wiegand.js';
import {type FuzzTarget, mendTail} from '../target.js';

const FRAMES = [
  ...CHECK_VECTORS.map(({body, check}) => fromHex(body + check)),
  ...LIVE_SESSION.frames.flatMap(({command, reply}) => [fromHex(command), fromHex(reply)]),
];
/** Code and data of each frame, in the clear or not. */
const PAYLOADS = FRAMES.flatMap(bytes => {
  const decoded = decodeOsdpFrame(bytes);
  return decoded.kind === 'frame' ? [Uint8Array.of(decoded.frame.code, ...decoded.frame.data)] : [];
});
const LED = fromHex('69 00 00 02 0A 00 02 00 14 00 01 01 00 02 00');
const TEXT = fromHex('6B 00 01 00 01 01 05 48 65 6C 6C 6F');
const CARD = fromHex('50 00 01 1A 00 01 23 45 67');
const CODES: readonly number[] = [...Object.values(COMMAND_CODES), ...Object.values(REPLY_CODES)];
const MINIMAL = CODES.map(code => Uint8Array.of(code, 0, 0, 0, 0, 0));
const KEYS = deriveSessionKeys(fromHex(LIVE_SESSION.scbk), fromHex(LIVE_SESSION.randomA));
const CHANNEL = openChannel(KEYS, fromHex(SESSION_VECTOR.replyMac));

/** Length and CRC of a frame that begins with its start byte. */
function mendOsdp(bytes: Uint8Array): Uint8Array {
  const start = bytes[0] === 0xff ? 1 : 0;
  const frame = bytes.slice(start);
  if (frame.length < 8) return bytes;
  frame.set([0x53], 0);
  frame.set([frame.length & 0xff, frame.length >> 8], 2);
  frame[4] = ((frame[4] ?? 0) & 0x0f) | 0x04;
  return mendTail(frame, 2, body => {
    const crc = osdpCrc16(body);
    return Uint8Array.of(crc & 0xff, crc >> 8);
  });
}

function opened(bytes: Uint8Array): unknown {
  const decoded = decodeOsdpFrame(bytes);
  return decoded.kind === 'frame' ? openOsdp(CHANNEL, decoded.frame) : decoded;
}

/** Readers, keypads and displays that speak OSDP, and the other end of them. */
export const OSDP_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'osdp decodeOsdpFrame',
    covers: ['protocols/osdp/frame.ts decodeOsdpFrame'],
    seeds: FRAMES,
    run: decodeOsdpFrame,
    waitsUpTo: 1440,
    mend: mendOsdp,
  },
  {
    name: 'osdp osdpReplyReader',
    covers: ['drivers/osdp/reply-reader.ts osdpReplyReader'],
    seeds: FRAMES,
    run: bytes => osdpReplyReader(5, 1).read(bytes),
    waitsUpTo: 1440,
    mend: mendOsdp,
  },
  {
    name: 'osdp openOsdp',
    covers: ['protocols/osdp/secure-channel.ts openOsdp'],
    seeds: FRAMES,
    run: opened,
    mend: mendOsdp,
  },
  {
    name: 'osdp decodeCommand',
    covers: [
      'protocols/osdp/commands.ts decodeCommand',
      'protocols/osdp/record.ts decodeRecord',
      'protocols/osdp/record.ts decodeRecords',
    ],
    seeds: [...PAYLOADS, ...MINIMAL, LED, TEXT],
    run: bytes => decodeCommand(bytes[0] ?? 0, bytes.subarray(1)),
  },
  {
    name: 'osdp decodeReply',
    covers: ['protocols/osdp/replies.ts decodeReply'],
    seeds: [...PAYLOADS, ...MINIMAL, CARD],
    run: bytes => decodeReply(bytes[0] ?? 0, bytes.subarray(1)),
  },
  {
    name: 'osdp decodeWiegand',
    covers: ['protocols/osdp/wiegand.ts decodeWiegand', 'protocols/osdp/wiegand.ts cardBitsHex'],
    seeds: [fromHex('25 0123456789'), fromHex('1A 01234540'), fromHex('22 0123456780')],
    run: bytes => {
      const bits = bytes[0] ?? 0;
      return [decodeWiegand(bits, bytes.subarray(1)), cardBitsHex(bits, bytes.subarray(1))];
    },
  },
];
