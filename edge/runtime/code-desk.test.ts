import {generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import {codeSalt, digestCode, pepperDigest} from '../../protocols/credential/keypad-code.js';
import {encodeToken} from '../../protocols/credential/qr-token.js';
import {asId, type CollectorId} from '../../protocols/site/ids.js';
import {loadSiteConfig} from '../config/load.js';
import type {LotInput} from '../domain/lot/contract.js';
import type {Log} from '../platform/log.js';
import {stretchCode} from '../platform/stretch.js';
import {CodeDesk, type CodeDeskOptions} from './code-desk.js';

const {privateKey, publicKey} = generateKeyPairSync('ed25519');
const RAW = toHex(new Uint8Array(publicKey.export({format: 'der', type: 'spki'}).subarray(-32)));
const SITE = `
site: {id: lot-1, name: Lot, timezone: Asia/Shanghai}
profiles: [parkCard]
database: lot.db
contacts: [{name: guard, afterMs: 0}]
tokenKeys: [{kid: 3, publicKey: '${RAW}'}]
buses:
  - id: line-1
    link: {kind: serial, path: line}
    devices:
      - {id: L-1, kind: parking-lock, address: 1}
      - {id: D-1, kind: display, address: 2}
      - {id: E-1, kind: emergency-button, address: 3}
      - {id: K-1, kind: keypad, address: 4}
      - {id: K-2, kind: keypad, address: 5}
devices: [{id: S-1, kind: code-scanner, link: {kind: serial, path: scanner}}]
collectors:
  - id: C1
    zone: A
    kind: plain
    codes: [S-1, K-1]
    reader: {kind: rdm6300, link: {kind: serial, path: reader}}
    display: D-1
    button: E-1
    minCardSecurity: uid
    bays: [{id: A-001, lock: L-1}]
`;
const PEPPER = new Uint8Array(32).fill(7);
const PLACE = {site: 'lot-1', gateway: 'lot-1'};

type Shown = Extract<LotInput, {kind: 'shown'}>;

function deskOf(change: Partial<CodeDeskOptions> = {}) {
  const loaded = loadSiteConfig(SITE, 'site.yaml');
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const told: Shown[] = [];
  const logged: string[] = [];
  const note = (name: string) => void logged.push(name);
  const log = {warn: note, error: note} as unknown as Log;
  const desk = new CodeDesk({
    config: loaded.config,
    log,
    name: code => `${'0'.repeat(14)}${code.length.toString(16).padStart(2, '0')}`,
    book: {codeEpoch: () => 4, issuers: () => []},
    pepper: () => PEPPER,
    stretch: async digits => new TextEncoder().encode(digits),
    isLocked: () => false,
    dispatch: input => void told.push(input as Shown),
    ...change,
  });
  const inlet = (device: string) => {
    const found = desk.inletOf(device);
    if (!found) throw new Error(`${device} has no inlet`);
    return found;
  };
  return {desk, inlet, told, logged};
}

test('only devices that a collector names hand over; the others journal what they see', t => {
  const {desk} = deskOf();
  t.truthy(desk.inletOf('S-1'));
  t.truthy(desk.inletOf('K-1'));
  t.is(desk.inletOf('K-2'), undefined);
});

test('a token is read at once: what it claims, or why not', t => {
  const {inlet, told} = deskOf();
  const body = {
    ...{keyNumber: 3, isOneUse: true, isRotating: false, grant: '42'},
    ...{doors: {kind: 'point', number: 9} as const, fromSeconds: 100, untilSeconds: 200},
  };
  inlet('S-1').onToken(encodeToken(body, PLACE, privateKey));
  t.like(told[0], {
    collector: 'C1',
    shown: {
      kind: 'token',
      claim: {
        ...{number: '42', isOneUse: true, validFrom: 100_000, validUntil: 200_000},
        doors: {kind: 'point', number: 9},
      },
    },
  });
  inlet('S-1').onToken(encodeToken(body, {...PLACE, gateway: 'gw-2'}, privateKey));
  inlet('S-1').onToken(encodeToken({...body, keyNumber: 1}, PLACE, privateKey));
  inlet('S-1').onToken('https://example.org/');
  t.deepEqual(
    told.slice(1).map(({shown}) => shown.kind === 'badToken' && shown.reason),
    ['OTHER_SITE', 'BAD_MAC', 'NOT_FOUND'],
  );
});

test('a code is stretched by one scrypt with the salt of site and epoch, then put under the pepper', async t => {
  const {desk, inlet, told} = deskOf({stretch: stretchCode});
  inlet('K-1').onEntry('19057344');
  await desk.settled();
  const digest = pepperDigest(PEPPER, digestCode('19057344', codeSalt('lot-1', 4)));
  t.like(told, [{collector: 'C1', shown: {kind: 'code', digest}}]);
});

test('~G9 never more than one scrypt at a time, in the order of typing, and the queue has an end', async t => {
  let running = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const {desk, inlet, told, logged} = deskOf({
    stretch: async digits => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>(resolve => waiting.push(resolve));
      running -= 1;
      return new TextEncoder().encode(digits);
    },
  });
  for (let count = 0; count < 20; count += 1) inlet('K-1').onEntry(`${count}`.padStart(3, '0'));
  const settled = desk.settled();
  for (let count = 0; count < 30; count += 1) {
    waiting.shift()?.();
    await new Promise(resolve => setImmediate(resolve));
  }
  await settled;
  t.is(most, 1);
  t.is(told.length, 9);
  t.is(logged.length, 11);
  const digests = told.map(({shown}) => shown.kind === 'code' && shown.digest);
  const expected = Array.from({length: 9}, (_, count) =>
    pepperDigest(PEPPER, new TextEncoder().encode(`${count}`.padStart(3, '0'))),
  );
  t.deepEqual(digests, expected);
});

test('a door that refuses codes costs no scrypt', async t => {
  let stretched = 0;
  const locked: CollectorId = asId('C1');
  const {desk, inlet, told} = deskOf({
    isLocked: id => id === locked,
    stretch: () => {
      stretched += 1;
      return Promise.resolve(new Uint8Array(32));
    },
  });
  inlet('K-1').onEntry('1');
  await desk.settled();
  t.is(stretched, 0);
  t.like(told, [{shown: {kind: 'code', digest: ''}}]);
});

test('a scrypt that fails is logged, and the next code is served', async t => {
  let calls = 0;
  const {desk, inlet, told, logged} = deskOf({
    stretch: () => {
      calls += 1;
      return calls === 1
        ? Promise.reject(new Error('no memory'))
        : Promise.resolve(new Uint8Array(1));
    },
  });
  inlet('K-1').onEntry('1');
  inlet('K-1').onEntry('2');
  await desk.settled();
  t.deepEqual(logged, ['codes.failed']);
  t.is(told.length, 1);
});
