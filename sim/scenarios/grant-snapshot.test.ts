import {generateKeyPairSync} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {SecretBox} from '../../cloud-sync/api/store/secret-box.js';
import {rawDeflate} from '../../cloud-sync/raw-deflate.js';
import {MINUTE_MS} from '../../protocols/base/units.js';
import {DOWN_SCHEMAS, type DownMessages} from '../../protocols/cloud/down-messages.js';
import {type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import {decodePayload} from '../../protocols/cloud/payload.js';
import {asId, type GrantId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';
import {uidOf} from './credential-rows.js';

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const MANY = 10_000;
/** Enough for a few dozen parts. */
const SOME = 3000;
const CARDS = 1000;
const PATH = '/v1/gateways/gw-1/grants';
/** Beyond the changes that a cloud remembers. */
const VERSION = 50_000;
const signingKey = generateKeyPairSync('ed25519').privateKey;
const grantId = (name: string) => asId<GrantId>(name);
const order = (id: string) => ({
  ...{id, holder: 'h-1', credentials: ['k-0'], points: ['A-012']},
  ...{validFrom: 0, validUntil: 4_000_000_000_000},
});

function wantedRows(count: number): readonly GrantStateRow[] {
  const cards = Array.from({length: CARDS}, (_, index) => {
    const row = {id: `k-${index}`, holder: `h-${index}`, uid: uidOf(index + 1)};
    const secretHex = 'ab'.repeat(16);
    return {table: 'credential', row: {kind: 'card', ...row, secretHex, state: 'active', rev: 1}};
  });
  const grants = Array.from({length: count}, (_, index) => {
    const more = {number: String(index + 1), kind: 'park', holderMask: '陈** 138****5678'};
    const row = {...order(`g-${index}`), ...more, credentials: [`k-${index % CARDS}`], weekly: []};
    const tail = {entries: 'multi', state: 'active', rev: 1, leaseUntil: 4_000_000_000_000};
    return {table: 'grant', row: {...row, ...tail}};
  });
  return [...cards, ...grants] as unknown as readonly GrantStateRow[];
}

/** A cloud that wants `count` grants, and a gateway that has none of them. */
async function openRig(t: ExecutionContext, count: number): Promise<CloudRig> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey, inMemory: true});
  t.teardown(async () => {
    await rig.close();
    clock.assertIdle();
  });
  await rig.api('POST', PATH, order('g-first'));
  await rig.stopCloud();
  const rows = wantedRows(count);
  const box = new SecretBox(signingKey, new SeededEntropy(9));
  const file = new Database(rig.cloudFile);
  const insert = file.prepare(
    'INSERT INTO grant_row (gw, section, id, row, lease_until) VALUES (?, ?, ?, ?, NULL)',
  );
  file.transaction(() => {
    file.exec('DELETE FROM grant_row; DELETE FROM grant_change');
    for (const entry of rows) {
      insert.run('gw-1', entry.table, entry.row.id, box.seal(JSON.stringify(entry)));
    }
    file.prepare('UPDATE gateway SET cfg_ver = ?, cfg_hash = ?').run(VERSION, hashOfState(rows));
  })();
  file.close();
  await rig.startCloud();
  return rig;
}

/** Every part that went down, in order. */
function partsSent(rig: CloudRig): readonly DownMessages['snap'][] {
  return rig.transport.seenDown.flatMap(({topic, payload}) => {
    if (!topic.endsWith('/d/snap')) return [];
    const decoded = decodePayload(payload, DOWN_SCHEMAS.snap, rawDeflate);
    return decoded.ok ? [decoded.value] : [];
  });
}

const isWhole = (rig: CloudRig, count: number) => rig.store.book.rows().length === count + CARDS;

test('a snapshot of 10,000 grants over a link that is cut 20 times sends each part once and one more for each cut, never beginning anew', async t => {
  const rig = await openRig(t, MANY);
  await rig.connect();
  let cuts = 0;
  const cutAt = Array.from({length: 20}, (_, index) => 3 + index * 7);
  for (const at of cutAt) {
    await rig.clock.until(() => partsSent(rig).length >= at, 10 * MINUTE_MS);
    // At a boundary, within a part on its way down, and with the answer lost on its way up.
    if (cuts % 3 === 1) rig.transport.keepDown = '/d/snap';
    if (cuts % 3 === 2) rig.transport.loseUp = '/u/cfg';
    if (cuts % 3 > 0) await rig.clock.until(() => partsSent(rig).length > at, 10 * MINUTE_MS);
    if (cuts % 4 === 3) rig.restartEdge();
    else rig.transport.drop();
    rig.transport.keepDown = undefined;
    rig.transport.loseUp = undefined;
    cuts += 1;
    t.is(rig.store.book.rows().length, 0, 'nothing counts before all is there');
    await rig.connect();
  }
  await rig.clock.until(() => isWhole(rig, MANY), 30 * MINUTE_MS);
  const sent = partsSent(rig);
  const parts = 1 + Math.max(...sent.map(({i}) => i));
  t.log(`${parts} parts, ${sent.length} sent, ${cuts} cuts`);
  t.true(parts > 100);
  t.true(sent.length <= parts + cuts);
  t.is(sent.filter(({i}) => i === 0).length, 1);
  t.is(rig.store.grants.current().hash, hashOfState(wantedRows(MANY)));
  t.is(rig.store.grants.current().ver, VERSION);
  t.true(rig.store.grants.isSound());
});

test('while a snapshot is under way a revocation goes first and works at once, and a new version begins anew', async t => {
  const rig = await openRig(t, SOME);
  await rig.connect();
  await rig.clock.until(() => partsSent(rig).length >= 20, MINUTE_MS);
  const before = partsSent(rig).length;
  await rig.api('DELETE', `${PATH}/g-77`);
  await rig.clock.until(() => rig.store.book.isRevoked(grantId('g-77')), 2000);
  t.true(partsSent(rig).length <= before + 2);
  await rig.clock.until(() => isWhole(rig, SOME), 30 * MINUTE_MS);
  const sent = partsSent(rig);
  t.deepEqual([...new Set(sent.map(({ver}) => ver))], [VERSION, VERSION + 1]);
  t.is(sent.filter(({i}) => i === 0).length, 2);
  t.is(rig.store.grants.current().ver, VERSION + 1);
  rig.restartEdge();
  t.true(rig.store.book.isRevoked(grantId('g-77')));
});

test('a part that is damaged on its way is asked for again; a cloud that is restored meanwhile goes beyond what waits', async t => {
  const rig = await openRig(t, SOME);
  rig.copyCloud();
  await rig.connect();
  await rig.clock.until(() => partsSent(rig).length >= 5, MINUTE_MS);
  rig.transport.keepDown = '/d/snap';
  await rig.clock.until(() => rig.transport.kept.length > 0, MINUTE_MS);
  const [part] = rig.transport.kept;
  rig.transport.keepDown = undefined;
  if (!part) return t.fail();
  const payload = Uint8Array.from(part.payload);
  payload[40] = (payload[40] ?? 0) ^ 1;
  rig.transport.playDown({...part, payload});
  const atDamage = partsSent(rig).length;
  await rig.clock.until(() => partsSent(rig).length > atDamage + 5, MINUTE_MS);
  const numbers = partsSent(rig).map(({i}) => i);
  t.is(numbers[atDamage], numbers[atDamage - 1], 'that one again');

  await rig.api('POST', PATH, order('g-new'));
  await rig.clock.until(() => partsSent(rig).at(-1)?.ver === VERSION + 1, MINUTE_MS);
  t.true(await rig.restoreCloud());
  await rig.clock.until(() => isWhole(rig, SOME), 30 * MINUTE_MS);
  t.is(rig.store.grants.current().ver, VERSION + 2);
  t.is(rig.store.grants.current().hash, hashOfState(wantedRows(SOME)));
});
