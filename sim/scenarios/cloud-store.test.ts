import {generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import Sqlite from 'better-sqlite3';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const signingKey = generateKeyPairSync('ed25519').privateKey;

test('a database of the cloud that takes nothing ends no process: nothing is acknowledged, /readyz tells, and all goes on by itself', async t => {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey});
  t.teardown(() => rig.close());
  const unsent = () => rig.uplink.status().unsent;
  const readiness = async () => (await rig.cloud.fetch(new Request('http://cloud/readyz'))).status;
  await rig.connect();
  rig.append(10);
  await clock.until(() => unsent() === 0);
  t.is(await readiness(), 200);

  const other = new Sqlite(rig.cloudFile);
  other.exec('BEGIN IMMEDIATE');
  rig.append(10);
  await clock.advance(3000);
  t.is(unsent(), 10);
  t.is(await readiness(), 503);
  const grants = '/v1/gateways/gw-1/grants';
  const grant = {holder: 'h', credentials: [], points: ['A-012'], validFrom: 0, validUntil: 9e12};
  t.like(await rig.api('POST', grants, grant), {status: 503, body: {code: 'unavailable'}});

  other.exec('ROLLBACK');
  other.close();
  await clock.until(() => unsent() === 0, 60_000);
  t.is(await readiness(), 200);
  t.is((await rig.api('POST', grants, grant)).status, 200);
  const rows = rig.store.outbox.read(1, 1000);
  t.deepEqual(
    (await rig.feed()).map(event => event.seq),
    rows.map(row => row.seq),
  );
});
