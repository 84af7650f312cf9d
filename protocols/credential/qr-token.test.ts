import {createPrivateKey, type KeyObject, sign, verify} from 'node:crypto';
import test from 'ava';
import {fromHex} from '../base/bytes.js';
import type {UnixMillis} from '../base/clock.js';
import {decodeBase45, encodeBase45} from './base45.js';
import {
  encodeRotatingToken,
  encodeToken,
  issuerKey,
  readToken,
  type TokenReading,
  type TokenRing,
} from './qr-token.js';
import {slotOf, verifyRotation} from './rotation.js';
import type {TokenBody} from './token-body.js';
import {RFC8032_MORE, RFC8032_TEST_1} from './vectors.js';

function privateKeyOf(seed: string): KeyObject {
  const key = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
  return createPrivateKey({key, format: 'der', type: 'pkcs8'});
}

const SIGNER = privateKeyOf(RFC8032_TEST_1.seed);
const RING: TokenRing = {
  site: 'lot-1',
  gateway: 'gw-1',
  keys: new Map([[1, issuerKey(fromHex(RFC8032_TEST_1.publicKey))]]),
};
const BODY: TokenBody = {
  keyNumber: 1,
  isOneUse: false,
  isRotating: false,
  grant: '1234567890123456789',
  doors: {kind: 'mask', mask: 0xffff},
  fromSeconds: 1_700_000_000,
  untilSeconds: 1_700_003_600,
};
// Made with Python's cryptography and hashlib over the layout as documented, not with our code.
const GOLDEN =
  'W50D20R-J17DZD4*+UHNT6Z2-CWORAB20%RAZ12VX8+:51+73OM5-Q2JO RG912A0AQ32DTME91VA0G.43BPBKBF-TRB7FUDKIV LMIFK0QLPVA8OJ87HHUUCT6C.2TLAC+RA0';
const GOLDEN_ONE_USE =
  'W50+X0SFQNY0ZD4*+UHNTLT2NP1ORAB20%RAX52EXQX1404SL FQ2GFAF62VU+GAYFBXCANCG25DXNHGG9YA8T50QBWGC80CSZ2R+8*LR%JS-23+WG6%073UY0R:OFU80J1I90';
const GOLDEN_ROTATING =
  'W50UD0R-J17DZD4*+UHNTLT2EJ0ORAB20%RAN42YY34PD40GMZTUO4I$V:K2B0L9.81TR4OF :6K19AL3XSHLU27F7DC5XIN+D2TVFAVOEDIL L4ELG$56TFT-O2O5/L9DBVL41 EWU7JCR3X3';
const HOLDER = Uint8Array.from({length: 16}, (_, index) => index);
const SHOWN_MS = 1_700_000_010_000 as UnixMillis;

const told = (reading: TokenReading) => (reading.kind === 'genuine' ? 'genuine' : reading.fault);

test('the signature primitive does what RFC 8032 says', t => {
  for (const {seed, publicKey, message, signature} of [RFC8032_TEST_1, ...RFC8032_MORE]) {
    t.is(sign(null, fromHex(message), privateKeyOf(seed)).toString('hex'), signature);
    t.true(verify(null, fromHex(message), issuerKey(fromHex(publicKey)), fromHex(signature)));
  }
});

test('a token is 89 bytes, 134 characters, bit for bit what another program makes', t => {
  t.is(encodeToken(BODY, RING, SIGNER), GOLDEN);
  t.is(GOLDEN.length, 134);
  t.is(decodeBase45(GOLDEN)?.length, 89);
  const oneUse = {...BODY, isOneUse: true, doors: {kind: 'point', number: 12}} as const;
  t.is(encodeToken(oneUse, RING, SIGNER), GOLDEN_ONE_USE);
  const rotating = {...BODY, isRotating: true, doors: {kind: 'mask', mask: 3}} as const;
  const token = encodeToken(rotating, RING, SIGNER);
  const slot = slotOf(SHOWN_MS);
  t.is(encodeRotatingToken(token, {secret: HOLDER, slot}), GOLDEN_ROTATING);
});

test('a token comes back as it was made, with a name that its body alone decides', t => {
  const reading = readToken(GOLDEN, RING);
  if (reading.kind !== 'genuine') return t.fail();
  t.deepEqual(reading.body, BODY);
  t.is(reading.id, 'f0a6d1c471c806fcbc7e4d6568ffa494');
  t.is(reading.rotation, undefined);
  const oneUse = readToken(GOLDEN_ONE_USE, RING);
  t.like(oneUse, {body: {isOneUse: true, doors: {kind: 'point', number: 12}}});
});

test('refused in order: length, alphabet, version, site, key, signature', t => {
  const changed = (place: number, value: number) => {
    const bytes = decodeBase45(GOLDEN) ?? new Uint8Array(0);
    bytes[place] = value;
    return encodeBase45(bytes);
  };
  t.is(told(readToken(GOLDEN.slice(1), RING)), 'length');
  t.is(told(readToken('', RING)), 'length');
  t.is(told(readToken(GOLDEN.toLowerCase(), RING)), 'alphabet');
  t.is(told(readToken(changed(0, 2), RING)), 'version');
  t.is(told(readToken(changed(2, 0x80), RING)), 'version');
  t.is(told(readToken(GOLDEN, {...RING, site: 'lot-2'})), 'site');
  t.is(told(readToken(GOLDEN, {...RING, keys: new Map()})), 'key');
  t.is(told(readToken(changed(1, 9), RING)), 'key');
  for (let place = 7; place < 89; place += 1) {
    const bytes = decodeBase45(GOLDEN) ?? new Uint8Array(0);
    t.is(told(readToken(changed(place, (bytes[place] ?? 0) ^ 1), RING)), 'signature', `${place}`);
  }
  // Said to rotate, but nothing stands behind it.
  t.is(told(readToken(changed(2, 2), RING)), 'length');
});

test('a one-use token is good at the gateway that it names, all others at each of the site', t => {
  const elsewhere = {...RING, gateway: 'gw-2'};
  t.is(told(readToken(GOLDEN, elsewhere)), 'genuine');
  t.is(told(readToken(GOLDEN_ONE_USE, RING)), 'genuine');
  t.is(told(readToken(GOLDEN_ONE_USE, elsewhere)), 'site');
});

test('two keys are live while one takes over from the other', t => {
  const [next] = RFC8032_MORE;
  if (!next) return t.fail();
  const keys = new Map(
    [1, 2].map(kid => [kid, RING.keys.get(kid) ?? issuerKey(fromHex(next.publicKey))]),
  );
  const both = {...RING, keys};
  const token = encodeToken({...BODY, keyNumber: 2}, RING, privateKeyOf(next.seed));
  t.is(told(readToken(token, both)), 'genuine');
  t.is(told(readToken(GOLDEN, both)), 'genuine');
  const forged = encodeToken({...BODY, keyNumber: 1}, RING, privateKeyOf(next.seed));
  t.is(told(readToken(forged, both)), 'signature');
});

test('whatever is wrong, exactly one signature is checked', t => {
  let checks = 0;
  const counting = (
    ...[message, key, signature]: Parameters<NonNullable<Parameters<typeof readToken>[2]>>
  ) => {
    checks += 1;
    return verify(null, message, key, signature);
  };
  const bad = ['', 'short', GOLDEN.toLowerCase(), GOLDEN.replace('W50', 'X50'), GOLDEN];
  for (const text of bad) readToken(text, RING, counting);
  readToken(GOLDEN, {...RING, site: 'lot-2'}, counting);
  readToken(GOLDEN, {...RING, keys: new Map()}, counting);
  t.is(checks, bad.length + 2);
});

test('a rotating token is good in its 30 s and the slots beside it, by the clock of the gateway', t => {
  const reading = readToken(GOLDEN_ROTATING, RING);
  if (reading.kind !== 'genuine' || !reading.rotation) return t.fail();
  const {rotation} = reading;
  const holds = (offMs: number) =>
    verifyRotation(HOLDER, rotation, (SHOWN_MS + offMs) as UnixMillis);
  t.deepEqual([0, 30_000, -30_000].map(holds), [true, true, true]);
  t.deepEqual([61_000, -61_000, 86_400_000].map(holds), [false, false, false]);
  t.false(verifyRotation(new Uint8Array(16), rotation, SHOWN_MS));
  t.false(verifyRotation(HOLDER, {...rotation, proof: new Uint8Array(7)}, SHOWN_MS));
});

test('values that have no place are refused by the encoder', t => {
  const bad: readonly Partial<TokenBody>[] = [
    {grant: '18446744073709551616'},
    {grant: '-1'},
    {grant: 'x'},
    {keyNumber: 256},
    {doors: {kind: 'mask', mask: 0x1_0000}},
    {fromSeconds: 1.5},
    {untilSeconds: 2 ** 32},
  ];
  for (const part of bad) {
    t.throws(() => encodeToken({...BODY, ...part}, RING, SIGNER), {message: /codec\/token/});
  }
  const holder = {secret: HOLDER, slot: 1};
  t.throws(() => encodeRotatingToken('ABC', holder), {message: /codec\/token/});
  t.throws(() => issuerKey(new Uint8Array(31)), {message: /codec\/token/});
});
