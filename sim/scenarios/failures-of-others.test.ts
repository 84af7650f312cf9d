import {generateKeyPairSync} from 'node:crypto';
import {statSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import Sqlite from 'better-sqlite3';
import {rawDeflate} from '../../cloud-sync/raw-deflate.js';
import {StoreError} from '../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {decodePayload} from '../../protocols/cloud/payload.js';
import {UP_SCHEMAS} from '../../protocols/cloud/up-messages.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig, type CloudRigOptions} from './cloud-rig.js';

// What users of other systems reported, each by its name. The sources stand in sim/README.md.

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const signingKey = generateKeyPairSync('ed25519').privateKey;

async function openRig(
  t: ExecutionContext,
  more: Partial<CloudRigOptions> = {},
): Promise<CloudRig> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey, inMemory: true, ...more});
  t.teardown(async () => {
    await rig.close();
    clock.assertIdle();
  });
  return rig;
}

const unsent = (rig: CloudRig) => rig.uplink.status().unsent;
const drained = (rig: CloudRig, limitMs = 10 * MINUTE_MS) =>
  rig.clock.until(() => rig.uplink.status().link === 'up' && unsent(rig) === 0, limitMs);

/** Only the gateway is in question, and a cloud that looks around ten times a second makes days long. */
async function withoutCloud(rig: CloudRig, forMs: number): Promise<void> {
  await rig.stopCloud();
  await rig.clock.advance(forMs);
  await rig.startCloud();
}

/** Each number up to `head` is at the cloud exactly once, in order. */
async function assertOnce(t: ExecutionContext, rig: CloudRig): Promise<void> {
  const head = rig.store.outbox.head();
  t.deepEqual(
    (await rig.feed()).map(({seq}) => seq),
    Array.from({length: head}, (_, index) => index + 1),
  );
}

/** Numbers that left the gateway in batches, with their repetitions. */
function sentSeqs(rig: CloudRig): readonly number[] {
  const batches = rig.transport.seenUp.filter(({topic}) => topic.endsWith('/u/ev'));
  return batches.flatMap(({payload}) => {
    const decoded = decodePayload(payload, UP_SCHEMAS.ev, rawDeflate);
    const {from, n} = decoded.ok ? decoded.value : {from: 0, n: 0};
    return Array.from({length: n}, (_, index) => from + index);
  });
}

test('TB #2157: the cable out for 60 s without a reset at 1 event/s, every number arrives once, and none is let go before the cloud has it', async t => {
  const rig = await openRig(t);
  await rig.connect();
  for (let second = 0; second < 120; second += 1) {
    rig.transport.isDark = second >= 30 && second < 90;
    rig.append(1);
    await rig.clock.advance(SECOND_MS);
    const {outbox} = rig.store;
    t.true(outbox.acked() === 0 || rig.isStored(outbox.acked()));
    t.is(outbox.low(), 1);
  }
  await drained(rig);
  t.is(rig.store.outbox.head(), 120);
  await assertOnce(t, rig);
});

test('TB #2098, dup by prefetch race: acknowledgements that come while the same rows are sent again put nothing twice', async t => {
  const rig = await openRig(t);
  await rig.connect();
  const {transport} = rig;
  for (let round = 0; round < 10; round += 1) {
    transport.keepDown = '/d/ack';
    rig.append(1200);
    // Past the patience of the window: everything is read from the disk and sent once more.
    await rig.clock.advance(10_500);
    transport.keepDown = undefined;
    rig.append(300);
    for (const late of transport.kept.splice(0)) {
      transport.playDown(late);
      rig.append(1);
      transport.playDown(late);
    }
    await drained(rig);
  }
  const sent = sentSeqs(rig);
  t.true(sent.length > new Set(sent).size, 'some were sent twice, or this proves nothing');
  await assertOnce(t, rig);
});

test('NanoMQ #2432, delete-before-send: a link cut in silence loses no row that was handed to it, however much is pruned', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.append(100);
  await drained(rig);
  rig.transport.isDark = true;
  rig.append(900);
  await rig.clock.advance(SECOND_MS);
  t.is(new Set(sentSeqs(rig)).size, 1000, 'all have gone out');
  rig.uplink.stop();
  await withoutCloud(rig, 60 * DAY_MS);
  while (rig.store.prune(1000) > 0);
  t.is(rig.store.outbox.low(), 101);
  t.is(rig.store.outbox.read(1, 10_000).length, 900);
  rig.transport.isDark = false;
  rig.uplink.start();
  await drained(rig);
  await assertOnce(t, rig);
});

test('TB #2124, store re-created on reconnect: 100 reconnects keep the file, its epoch and what waits in it', async t => {
  const rig = await openRig(t);
  await rig.connect();
  const file = statSync(rig.edgeFile).ino;
  const epoch = rig.store.outbox.epoch();
  for (let count = 1; count <= 100; count += 1) {
    rig.append(3);
    rig.transport.drop();
    t.is(rig.store.outbox.head(), 3 * count);
    await rig.clock.until(() => rig.uplink.status().link === 'up', MINUTE_MS);
  }
  t.is(statSync(rig.edgeFile).ino, file);
  t.is(rig.store.outbox.epoch(), epoch);
  await drained(rig);
  await assertOnce(t, rig);
});

test('TB sqlite storage, TTL unit mix-up: what is confirmed stays 30 days to the minute, and then goes', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.append(20);
  await drained(rig);
  rig.uplink.stop();
  await withoutCloud(rig, 30 * DAY_MS - MINUTE_MS);
  t.is(rig.store.prune(), 0);
  await withoutCloud(rig, 2 * MINUTE_MS);
  t.is(rig.store.prune(), 20);
  t.is(rig.store.outbox.low(), 21);
});

test('edgeHub #7123, stuck-until-restart: an outage that meets any moment of a connection ends by itself', async t => {
  const rig = await openRig(t);
  await rig.connect();
  // Cut in the dark at any moment of: calling, greeting, the first answer, a window half full, an idle link.
  for (let round = 0; round < 30; round += 1) {
    rig.append(round % 3 === 0 ? 5000 : 1);
    await rig.clock.advance(rig.entropy.fraction() * (round % 2 === 0 ? 100 : 3000));
    if (round % 3 === 1) rig.transport.drop();
    if (round % 5 === 4) await rig.stopCloud();
    rig.transport.isDark = true;
    await rig.clock.advance(rig.entropy.fraction() * 5 * MINUTE_MS);
    rig.transport.isDark = false;
    if (round % 5 === 4) await rig.startCloud();
    await drained(rig);
  }
  await assertOnce(t, rig);
});

test('edgeHub PR 7521, checkpoint lost but data sent: what the cloud has and the gateway does not know of is neither orphaned nor doubled', async t => {
  const rig = await openRig(t);
  await rig.connect();
  for (let round = 0; round < 5; round += 1) {
    rig.transport.keepDown = '/d/ack';
    const before = rig.store.outbox.acked();
    rig.append(700);
    await rig.clock.until(() => rig.isStored(rig.store.outbox.head()));
    t.is(rig.store.outbox.acked(), before);
    rig.restartEdge();
    rig.transport.keepDown = undefined;
    rig.append(1);
    await rig.connect();
    await drained(rig);
  }
  await assertOnce(t, rig);
});

test('Neuron, queue in RAM in front of the disk: what was appended is on the disk in the same turn, before anything is sent', async t => {
  const rig = await openRig(t);
  await rig.connect();
  const disk = new Sqlite(rig.edgeFile, {readonly: true});
  t.teardown(() => disk.close());
  const onDisk = disk.prepare('SELECT max(seq) FROM ev').pluck();
  const early: number[] = [];
  rig.transport.loseUpIf = ({topic}) => {
    if (topic.endsWith('/u/ev')) early.push(Math.max(...sentSeqs(rig)) - Number(onDisk.get()));
    return false;
  };
  for (let count = 1; count <= 50; count += 1) {
    rig.append(count);
    t.is(onDisk.get(), rig.store.outbox.head());
    await rig.clock.advance(100);
  }
  await drained(rig);
  t.true(early.length >= 50 && early.every(ahead => ahead <= 0));
});

test('mosquitto #2256, cap reached and never recovered: a database at its quota takes new events again once the link is back, with nobody near', async t => {
  const rig = await openRig(t, {maxBytes: 1024 * 1024});
  for (let round = 0; round < 3; round += 1) {
    await rig.connect();
    await drained(rig);
    rig.transport.cut = true;
    rig.transport.drop();
    const full = t.throws(() => {
      for (;;) rig.append(50);
    });
    t.true(full instanceof StoreError && full.code === 'store/full');
    const kept = rig.store.outbox.head();
    await rig.clock.advance(HOUR_MS);
    t.is(rig.store.outbox.head(), kept);
    rig.transport.cut = false;
    await drained(rig);
    // As the daemon does when it is idle.
    while (rig.store.prune() > 0);
    rig.append(50);
    t.is(rig.store.outbox.head(), kept + 50);
  }
  await drained(rig);
  await assertOnce(t, rig);
});

test('MQTT.js #2015: what happens while a backlog is replayed over a link that drops again and again is not discarded', async t => {
  const rig = await openRig(t, {
    faults: {loss: 0, duplicate: 0, reorder: 0, holdMs: 0, delayMs: 50},
  });
  rig.append(20_000);
  rig.uplink.start();
  for (let drop = 0; drop < 25; drop += 1) {
    await rig.clock.until(() => rig.uplink.status().link === 'up', 2 * MINUTE_MS);
    await rig.clock.advance(20 + 300 * rig.entropy.fraction());
    rig.append(2, 'decision');
    rig.transport.drop();
    rig.append(2);
  }
  await drained(rig);
  t.is(rig.store.outbox.head(), 20_100);
  await assertOnce(t, rig);
});

test('MQTT.js #561: calls to a cloud that is away thin out to one in 30 s, and no two gateways keep step', async t => {
  const calls = [];
  for (const seed of [1, 2]) {
    const rig = await openRig(t, {seed});
    await rig.connect();
    rig.transport.attemptsMs.length = 0;
    rig.transport.cut = true;
    rig.transport.drop();
    const fromMs = rig.clock.nowMs();
    await rig.clock.advance(HOUR_MS);
    const atMs = rig.transport.attemptsMs.map(ms => ms - fromMs);
    const waits = atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? 0));
    t.true(Math.max(...waits) <= MINUTE_MS);
    t.true((atMs[0] ?? Number.POSITIVE_INFINITY) <= SECOND_MS);
    t.true(atMs.length > 60 && atMs.length < 240, `${atMs.length} calls in an hour`);
    calls.push(new Set(atMs.map(ms => Math.round(ms / 100))));
    rig.transport.cut = false;
    await drained(rig);
  }
  const [one = new Set(), other = new Set()] = calls;
  t.true([...one].filter(at => other.has(at)).length < one.size / 10);
});

test('openHAB cloud #212: a gateway that falls silent is off line at the cloud before a fourth heartbeat is due', async t => {
  const rig = await openRig(t);
  await rig.connect();
  await rig.clock.advance(25 * SECOND_MS);
  t.is((await rig.ordered('before')).state, 'confirmed');
  rig.transport.isDark = true;
  await rig.clock.advance(40 * SECOND_MS);
  const {body} = await rig.api<{gateways: {online: boolean}[]}>('GET', '/v1/gateways');
  t.is(body.gateways[0]?.online, false);
  t.like(await rig.ordered('after'), {state: 'expired', why: 'GATEWAY_OFFLINE'});
  rig.transport.isDark = false;
  await drained(rig);
  t.is((await rig.ordered('again')).state, 'confirmed');
});
