import {generateKeyPairSync} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {rawDeflate} from '../../cloud-sync/raw-deflate.js';
import {decodePayload} from '../../protocols/cloud/payload.js';
import {UP_SCHEMAS} from '../../protocols/cloud/up-messages.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import type {MessageFaults} from '../wire/faulty-way.js';
import {CloudRig} from './cloud-rig.js';
import type {TappedMessage} from './tapped-transport.js';

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const MINUTE_MS = 60_000;
const signingKey = generateKeyPairSync('ed25519').privateKey;

async function openRig(t: ExecutionContext, faults: MessageFaults): Promise<CloudRig> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey, faults, inMemory: true});
  t.teardown(() => rig.close());
  return rig;
}

const unsent = (rig: CloudRig) => rig.uplink.status().unsent;

async function faultsOf(rig: CloudRig): Promise<readonly string[]> {
  const {body} = await rig.api<{gateways: {faults: {kind: string}[]}[]}>('GET', '/v1/gateways');
  return (body.gateways[0]?.faults ?? []).map(fault => fault.kind);
}

/** What the cloud shows at this moment holds 1, 2, 3 and so on, and only ever grows. */
async function assertInOrder(t: ExecutionContext, rig: CloudRig, before: number): Promise<number> {
  const feed = await rig.feed();
  t.deepEqual(
    feed.map(({seq}) => seq),
    feed.map((_, index) => index + 1),
  );
  t.true(feed.length >= before);
  return feed.length;
}

function isBatchWith(seq: number) {
  return ({topic, payload}: TappedMessage): boolean => {
    if (!topic.endsWith('/u/ev')) return false;
    const decoded = decodePayload(payload, UP_SCHEMAS.ev, rawDeflate);
    const {from, n} = decoded.ok ? decoded.value : {from: 0, n: 0};
    return from <= seq && seq < from + n;
  };
}

test('G3 over a way that doubles and reorders, the cloud shows events by number without one inversion, and each gap is flagged within 60 s', async t => {
  const faults = {loss: 0.05, duplicate: 0.3, reorder: 0.5, holdMs: 2500};
  const rig = await openRig(t, faults);
  await rig.connect();
  let shown = 0;
  for (let round = 0; round < 40; round += 1) {
    rig.append(1 + Math.floor(rig.entropy.fraction() * 700));
    await rig.clock.advance(700);
    shown = await assertInOrder(t, rig, shown);
  }
  await rig.clock.until(() => unsent(rig) === 0, 10 * MINUTE_MS);
  t.is(await assertInOrder(t, rig, shown), rig.store.outbox.head());
  t.false((await faultsOf(rig)).includes('gap'));

  // Now one batch never comes through, and what is behind it does.
  for (let gaps = 0; gaps < 3; gaps += 1) {
    const missing = rig.store.outbox.head() + 1;
    rig.transport.loseUpIf = isBatchWith(missing);
    rig.append(1200);
    const sinceMs = rig.clock.nowMs();
    let flaggedMs = Number.POSITIVE_INFINITY;
    while (flaggedMs === Number.POSITIVE_INFINITY && rig.clock.nowMs() < sinceMs + 2 * MINUTE_MS) {
      await rig.clock.advance(500);
      if ((await faultsOf(rig)).includes('gap')) flaggedMs = rig.clock.nowMs() - sinceMs;
    }
    t.true(flaggedMs <= MINUTE_MS, `flagged after ${flaggedMs} ms`);
    t.is((await rig.feed()).length, missing - 1);
    rig.transport.loseUpIf = () => false;
    await rig.clock.until(() => unsent(rig) === 0, 10 * MINUTE_MS);
    t.false((await faultsOf(rig)).includes('gap'));
    await assertInOrder(t, rig, missing);
  }
});

test('G5 no slow drain after a long outage: at 100 ms round trip 100,000 events drain in 50 s, and what happens meanwhile is at the cloud within 2 s', async t => {
  const backlog = 100_000;
  const rig = await openRig(t, {loss: 0, duplicate: 0, reorder: 0, holdMs: 0, delayMs: 50});
  for (let count = 0; count < backlog; count += 1000) rig.append(1000);
  await rig.connect();
  const startMs = rig.clock.nowMs();
  const arrived = new Map<string, number>();
  const waiting = new Map<string, number>();
  while (unsent(rig) > 0 || waiting.size > 0) {
    // One decision each 200 ms until the backlog is through.
    if (unsent(rig) > 0 && rig.clock.nowMs() - startMs > 200 * (arrived.size + waiting.size)) {
      rig.append(1, 'decision');
      waiting.set(`${rig.store.outbox.head()}`, rig.clock.nowMs());
    }
    await rig.clock.advance(20);
    for (const [seq, atMs] of waiting) {
      if (!rig.isStored(Number(seq))) continue;
      waiting.delete(seq);
      arrived.set(seq, rig.clock.nowMs() - atMs);
    }
  }
  const drainMs = rig.clock.nowMs() - startMs;
  const latest = Math.max(...arrived.values());
  t.log(`drained in ${drainMs} ms, ${arrived.size} new events at most ${latest} ms late`);
  t.true(drainMs <= 50_000);
  t.true(arrived.size >= 5 && latest <= 2000);
});
