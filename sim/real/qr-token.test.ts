import {fileURLToPath} from 'node:url';
import test from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import {HOUR_MS, SECOND_MS} from '../../protocols/base/units.js';
import {issuerKey, readToken} from '../../protocols/credential/qr-token.js';
import {bookedLot} from '../scenarios/booked-lot.js';
import {BAYS, LeasedRow} from '../scenarios/leased-row.js';
import {NINE} from '../scenarios/linked-cloud.js';
import {cloudOf} from '../scenarios/lot-on-platform.js';
import {PeerProcess} from './peer-process.js';

const SCRIPT = fileURLToPath(new URL('../../../sim/real/qr-tokens.py', import.meta.url));
const PLACE = {site: 'lot-1', gateway: 'gw-1'};

/** What libsodium makes of a token. */
interface Seen {
  readonly genuine: boolean;
  readonly seconds: number;
  readonly forgeries: Readonly<Record<string, string>>;
  readonly ownKeyHex: string;
}

async function seen(publicKeyHex: string, text: string): Promise<Seen> {
  const {site, gateway} = PLACE;
  const peer = new PeerProcess('/usr/bin/python3', [SCRIPT, publicKeyHex, site, gateway, text]);
  await peer.ended();
  try {
    return JSON.parse(peer.output) as Seen;
  } catch {
    throw new Error(peer.output);
  }
}

test('~E2 a QR code of our issuer is genuine to libsodium, its forgeries move no arm, and what libsodium signed is read here', async t => {
  const lot = {fromMs: NINE, bays: BAYS, members: ['ann', 'bob'], isForLease: true};
  const row = await LeasedRow.open(t, {database: await bookedLot(t, lot), wallMs: NINE});
  const {world} = row;
  await world.clock.settle(
    cloudOf(world).ask('POST', '/v1/agreement-texts', {
      ...{language: 'en', text: '{{bay}}', depositFen: 100},
    }),
  );
  const fromMs = world.clock.wallMs();
  const lease = await row.agree('ann', 'A-001', {fromMs, untilMs: fromMs + HOUR_MS});
  const text = await lease.qr();
  const [issuer] = [...world.edge.store.book.issuers()];
  if (!issuer) return t.fail('the gateway was told no key');

  const {forgeries, ownKeyHex, ...found} = await seen(issuer.publicKeyHex, text);
  t.like(found, {genuine: true, version: 1, isForHere: true, isOneUse: false});
  // Two tokens of one grant differ in their first second.
  t.true(HOUR_MS / SECOND_MS - found.seconds <= 2, `${found.seconds} s`);
  t.false((await seen(ownKeyHex, text)).genuine, 'and by no other key');

  for (const [what, forged] of Object.entries(forgeries)) {
    t.is(await row.scan(1, forged), 'BAD_MAC', what);
  }
  await world.advance(10_000);
  t.deepEqual(row.frames('lower'), [0, 0, 0]);
  t.is(await row.scan(1, text), 'ALLOW');
  await world.until(() => world.site.lock('A-001').arm === 'down', 10_000);

  const theirs = {...PLACE, keys: new Map([[issuer.kid, issuerKey(fromHex(ownKeyHex))]])};
  const reading = readToken(forgeries["a stranger's key"] ?? '', theirs);
  t.is(reading.kind, 'genuine', 'the same bytes, signed by them, hold by their key');
});
