import {fromHex, toHex} from '../../../protocols/base/bytes.js';
import {verifyKeyProof} from '../../../protocols/card/key-proof.js';
import {KEY_PROOF_VECTOR} from '../../../protocols/card/vectors.js';
import {decodeDown} from '../../../protocols/collector/down-message.js';
import {readByte, readFields, readText, readUint32} from '../../../protocols/collector/fields.js';
import {
  EMPTY_REPLAY_WINDOW,
  parseReplayWindow,
} from '../../../protocols/collector/replay-window.js';
import {
  decodeSealed,
  decryptAesGcm,
  openSealed,
  sealFrame,
} from '../../../protocols/collector/sealed-frame.js';
import {decodeUp} from '../../../protocols/collector/up-message.js';
import {FRAME_KEY, FRAME_VECTORS} from '../../../protocols/collector/vectors.js';
import {type FuzzTarget, latin, utf8} from '../target.js';

const KEY = fromHex(FRAME_KEY);
const CHANNEL = {key: KEY, collector: 'C2', direction: 'up'} as const;
const FRAMES = FRAME_VECTORS.map(({frame}) => fromHex(frame));
const NONCE = '04 10 A0A1A2A3A4A5A6A7A8A9AAABACADAEAF';
const UP = [
  '01 0104 00000007 0205 62E3086CED 0300',
  `01 0104 00000007 0205 62E3086CED 0303 E5BC80 ${NONCE} 05 10 37BE821991A60ECC543FAF6C37795B30`,
  ...['02 0205 62E3086CED', '03 0601 01', '04 0104 00000001', '05 0104 0000FFFF'],
  ...['06 0104 00000003', '06 0104 00000003 0205 62E3086CED 0300', '04 6302 BEEF 0104 00000001'],
];
const DOWN = [
  '01 0104 00000007 0301 02 0407 45585049524544',
  ...['02 0501 03 0603 E5BC80 0700', '03 0801 03', '04 0104 00000003 0205 62E3086CED', '05'],
];
const UP_BYTES = UP.map(fromHex);
const DOWN_BYTES = DOWN.map(fromHex);

/** What a smart collector sends, sealed and opened, and what it hears. */
export const COLLECTOR_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'collector decodeSealed',
    covers: ['protocols/collector/sealed-frame.ts decodeSealed'],
    seeds: FRAMES,
    run: decodeSealed,
    waitsUpTo: 547,
  },
  {
    name: 'collector openSealed',
    covers: [
      'protocols/collector/sealed-frame.ts openSealed',
      'protocols/collector/sealed-frame.ts decryptAesGcm',
    ],
    seeds: FRAMES,
    run: frame => openSealed(CHANNEL, frame, EMPTY_REPLAY_WINDOW),
  },
  {
    name: 'collector openSealed then decodeUp',
    covers: ['protocols/collector/up-message.ts decodeUp'],
    seeds: UP_BYTES,
    run: plaintext => {
      const sealed = sealFrame(CHANNEL, 1n, plaintext.subarray(0, 512));
      const opened = openSealed(CHANNEL, sealed, EMPTY_REPLAY_WINDOW);
      return opened.kind === 'ok' ? decodeUp(opened.plaintext) : opened;
    },
  },
  {
    name: 'collector decodeUp',
    covers: [
      'protocols/collector/up-message.ts decodeUp',
      'protocols/collector/fields.ts readFields',
    ],
    seeds: UP_BYTES,
    run: decodeUp,
  },
  {
    name: 'collector decodeDown',
    covers: ['protocols/collector/down-message.ts decodeDown'],
    seeds: DOWN_BYTES,
    run: decodeDown,
  },
  {
    name: 'collector readFields',
    covers: ['readFields', 'readUint32', 'readByte', 'readText'].map(
      name => `protocols/collector/fields.ts ${name}`,
    ),
    seeds: [...UP_BYTES, ...DOWN_BYTES].map(message => message.slice(1)),
    run: body => {
      const fields = readFields(body);
      return fields && [...fields.values()].map(v => [readUint32(v), readByte(v), readText(v)]);
    },
  },
  {
    name: 'collector parseReplayWindow',
    covers: ['protocols/collector/replay-window.ts parseReplayWindow'],
    seeds: ['3e8/1', 'ffffffffffffffff/8000000000000001', '0/0'].map(utf8),
    run: bytes => parseReplayWindow(latin(bytes)),
  },
  {
    name: 'collector decryptAesGcm',
    covers: ['protocols/collector/sealed-frame.ts decryptAesGcm'],
    seeds: FRAMES.map(frame => frame.slice(20)),
    run: bytes => {
      const tag = new Uint8Array(16);
      tag.set(bytes.subarray(-16));
      const ciphertext = bytes.subarray(0, -16);
      return decryptAesGcm(KEY, new Uint8Array(12), new Uint8Array(0), {ciphertext, tag});
    },
  },
  {
    name: 'card verifyKeyProof',
    covers: ['protocols/card/key-proof.ts verifyKeyProof'],
    seeds: [fromHex(KEY_PROOF_VECTOR.nonce + KEY_PROOF_VECTOR.proof)],
    run: bytes => {
      const uid = toHex(bytes.subarray(0, 5));
      const secret = fromHex(KEY_PROOF_VECTOR.secret);
      return verifyKeyProof(secret, bytes.subarray(0, 16), uid, bytes.subarray(16));
    },
  },
];
