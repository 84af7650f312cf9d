import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {type BreakingPoint, TcpProxy} from '../wire/tcp-proxy.js';
import {FaultyGateway, LinkCloud} from './link-rig.js';
import {freePort, startBroker, startMosquitto} from './mosquitto.js';
import {rest, until} from './peer-process.js';
import {freshFolder} from './real-site.js';

/*
 * Faults of the network on real sockets, between gateways and the cloud as it is started in earnest. All
 * gateways share one cloud, and all faults happen at the same time: none may harm another. Nobody is
 * restarted, and nobody but the network does anything.
 */

const AWAY_MS = 60_000;
/** Three silences of 10 s, a call into the void of 15 s, waits between tries that grow, and room. */
const LIMIT_MS = 100_000;

const closers: (() => unknown)[] = [];
const folder = mkdtempSync(join(tmpdir(), 'latchkey-link-'));
closers.push(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5}));
const shared = LinkCloud.start({teardown: close => void closers.push(close)}, folder);
test.after.always(async () => {
  for (let close = closers.pop(); close; close = closers.pop()) await close();
});

/** A gateway that is up and has sent a little. */
async function online(t: ExecutionContext, name: string): Promise<FaultyGateway> {
  const site = await FaultyGateway.start(t, await shared, name);
  site.journal(100);
  await site.gateway.online();
  await site.drained(LIMIT_MS);
  return site;
}

async function arrived(t: ExecutionContext, site: FaultyGateway): Promise<void> {
  await site.drained(LIMIT_MS);
  await site.assertSame(t);
}

test('300 ms each way: a backlog and what happens while it drains arrive once, over a connection that lasts', async t => {
  const site = await FaultyGateway.start(t, await shared, 'far-away');
  site.link.set({delayMs: 300});
  site.journal(4000);
  await site.whileBusy(3, 100, async () => {
    await site.gateway.online();
    await until('half is sent', () => site.unsent < 2000, LIMIT_MS);
    await rest(3000);
  });
  await arrived(t, site);
  t.is(
    site.link.accepted,
    2,
    'one to learn that this broker speaks no MQTT 5, and the one that lasts',
  );
});

test('a peer that vanishes for 60 s without FIN or RST, for old and new connections: all that happened meanwhile arrives once', async t => {
  const site = await online(t, 'half-open');
  await site.whileBusy(5, 500, async () => {
    site.link.strand();
    site.link.set({silent: true});
    await rest(AWAY_MS);
    t.true(site.unsent >= 500);
    site.link.set({silent: false});
  });
  await arrived(t, site);
});

test('a connection that its network forgets, while new ones work: the gateway calls again beside its own ghost', async t => {
  const site = await online(t, 'ghost');
  await site.whileBusy(5, 500, async () => {
    for (let round = 0; round < 2; round += 1) {
      const before = site.link.accepted;
      site.link.strand();
      await until('it calls again', () => site.link.accepted > before, LIMIT_MS);
      await until('it is up', () => site.gateway.uplink.status().link === 'up', LIMIT_MS);
    }
  });
  await arrived(t, site);
});

test('a cable out for 40 s and in again: TCP delivers what it held when the gateway has long called anew, and nothing is there twice', async t => {
  const site = await online(t, 'held');
  await site.whileBusy(10, 200, async () => {
    for (const ms of [12_000, 40_000]) {
      await rest(1000);
      site.link.hold();
      await rest(ms);
      site.link.release();
    }
  });
  await arrived(t, site);
});

test('20 resets at any moment, under load and with a late link', async t => {
  const site = await online(t, 'reset');
  site.link.set({delayMs: 20});
  await site.whileBusy(20, 100, async () => {
    for (let round = 0; round < 20; round += 1) {
      await until('it is up', () => site.gateway.uplink.status().link === 'up', LIMIT_MS);
      await rest((round * 37) % 400);
      site.link.reset();
      await until('it notices', () => site.gateway.uplink.status().link !== 'up', LIMIT_MS);
    }
  });
  await arrived(t, site);
  t.true(site.link.accepted >= 20);
});

const step = (count: number, bytes: number) => Array.from({length: count}, (_, at) => at * bytes);
/** Bytes after which the way breaks: all through the greeting and its answers, then across the batches. */
const BREAKING: readonly BreakingPoint[] = [
  ...step(20, 37).map(bytes => ({direction: 'up', bytes}) as const),
  ...step(12, 4999).map(bytes => ({direction: 'up', bytes: 900 + bytes}) as const),
  ...step(16, 23).map(bytes => ({direction: 'down', bytes}) as const),
];
const PARTS = [0, 1, 2, 3];
/** What an event takes of a batch, at least. */
const EVENT_BYTES = 40;

for (const part of PARTS) {
  test(`cuts amid a packet at many bytes of both directions, part ${part + 1} of ${PARTS.length}`, async t => {
    const site = await online(t, `cut-${part}`);
    const {link} = site;
    for (const point of BREAKING.filter((_, index) => index % PARTS.length === part)) {
      link.cut();
      await until('the gateway notices', () => link.connections === 0, LIMIT_MS);
      site.journal(20 + Math.ceil(point.bytes / EVENT_BYTES));
      const before = link.accepted;
      link.breakNext(point);
      link.mend();
      await until(
        `the way breaks after ${point.bytes}`,
        () => link.accepted > before + 1,
        LIMIT_MS,
      );
      await until('it is up', () => site.gateway.uplink.status().link === 'up', LIMIT_MS);
    }
    await arrived(t, site);
  });
}

test('a trickle of 900 bytes a second, 16 at a time: a backlog gets through it', async t => {
  const site = await FaultyGateway.start(t, await shared, 'trickle');
  site.link.set({bytesPerS: 900});
  site.journal(500);
  site.gateway.uplink.start();
  await rest(2000);
  site.journal(20);
  await arrived(t, site);
});

test('the way between a worker and its broker: cut amid packets, reset, and gone without a word', async t => {
  const clock = new SystemClock();
  const brokerPort = await startMosquitto(t);
  const link = await TcpProxy.open(clock, brokerPort);
  t.teardown(() => link.close());
  const cloud = await LinkCloud.start(t, freshFolder(t), `mqtt://127.0.0.1:${link.port}`);
  const site = await FaultyGateway.start(t, cloud, 'gw-1', brokerPort);
  await site.gateway.online();
  const isReady = () => cloud.process.isReady();
  await site.whileBusy(50, 200, async () => {
    for (let round = 0; round < 4; round += 1) {
      await until('the worker is back', isReady, LIMIT_MS);
      await rest(200 * (round % 3));
      if (round % 2) link.reset();
      else link.cutAfter(round % 4 ? 'up' : 'down', 10 + 197 * round);
      await until('it has noticed', async () => !(await isReady()), LIMIT_MS);
    }
    await until('the worker is back', isReady, LIMIT_MS);
    link.strand();
    await until('it has noticed', async () => !(await isReady()), LIMIT_MS);
  });
  await arrived(t, site);
});

test('~G6 the broker swapped for another one that knows nothing, three times, also for one of another kind: gateway and cloud go on unattended', async t => {
  const port = await freePort();
  let broker = await startBroker(t, port);
  const outside = `mqtt://127.0.0.1:${port}`;
  const cloud = await LinkCloud.start(t, freshFolder(t), outside);
  const site = await FaultyGateway.start(t, cloud, 'gw-1', port);
  await site.gateway.online();
  const swap = async (put: () => Promise<void>) => {
    site.journal(1000);
    // In the middle of a window, with sessions, subscriptions and a retained status in its memory.
    await broker.kill();
    site.journal(1000);
    await put();
    await site.drained(LIMIT_MS);
    await site.assertSame(t);
  };
  const mosquitto = async () => {
    broker = await startBroker(t, port);
  };
  await swap(mosquitto);
  await swap(() => cloud.moveTo(t, {broker: undefined, mqttPort: port}));
  t.regex(cloud.process.output, /"mqtt":"mqtt:/, 'its own broker, which is aedes');
  site.journal(1000);
  await cloud.process.end();
  await mosquitto();
  await cloud.moveTo(t, {broker: outside});
  await arrived(t, site);
});
