import {generateKeyPairSync} from 'node:crypto';
import {fromHex} from '../../../protocols/base/bytes.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {decodeBase45} from '../../../protocols/credential/base45.js';
import {
  encodeRotatingToken,
  encodeToken,
  readToken,
  type TokenRing,
} from '../../../protocols/credential/qr-token.js';
import {slotOf, verifyRotation} from '../../../protocols/credential/rotation.js';
import {decodeTokenBody, encodeTokenBody} from '../../../protocols/credential/token-body.js';
import {RFC9285_VECTORS} from '../../../protocols/credential/vectors.js';
import {type FuzzTarget, latin, utf8} from '../target.js';

const {privateKey, publicKey} = generateKeyPairSync('ed25519');
const RING: TokenRing = {site: 'lot-1', gateway: 'gw-1', keys: new Map([[1, publicKey]])};
const BODY = {
  keyNumber: 1,
  isOneUse: false,
  isRotating: false,
  grant: '1234567890123456789',
  doors: {kind: 'mask', mask: 1},
  fromSeconds: 1_700_000_000,
  untilSeconds: 1_700_003_600,
} as const;
const SECRET = new Uint8Array(16);
const SHOWN_MS = 1_700_000_010_000 as UnixMillis;
const PLAIN = encodeToken(BODY, RING, privateKey);
const ONE_USE = encodeToken({...BODY, isOneUse: true}, RING, privateKey);
const ROTATING = encodeRotatingToken(encodeToken({...BODY, isRotating: true}, RING, privateKey), {
  secret: SECRET,
  slot: slotOf(SHOWN_MS),
});
const TOKENS = [PLAIN, ONE_USE, ROTATING].map(utf8);

/** What a scanner reads from a phone or a piece of paper. */
export const CREDENTIAL_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'credential readToken',
    covers: ['protocols/credential/qr-token.ts readToken'],
    seeds: TOKENS,
    run: bytes => readToken(latin(bytes), RING),
  },
  {
    name: 'credential readToken past its signature',
    covers: ['protocols/credential/rotation.ts verifyRotation'],
    seeds: TOKENS,
    run: bytes => {
      const reading = readToken(latin(bytes), RING, () => true);
      if (reading.kind === 'refused' || !reading.rotation) return reading;
      return verifyRotation(SECRET, reading.rotation, SHOWN_MS);
    },
  },
  {
    name: 'credential decodeTokenBody',
    covers: ['protocols/credential/token-body.ts decodeTokenBody'],
    seeds: [encodeTokenBody(BODY, RING), fromHex('010100')],
    run: bytes => decodeTokenBody(bytes, RING),
  },
  {
    name: 'credential decodeBase45',
    covers: ['protocols/credential/base45.ts decodeBase45'],
    seeds: [...RFC9285_VECTORS.map(([, encoded]) => utf8(encoded)), ...TOKENS],
    run: bytes => decodeBase45(latin(bytes)),
  },
];
