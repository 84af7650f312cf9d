import test, {type ExecutionContext} from 'ava';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {CloudProcess, cloudSite} from './cloud-process.js';
import {Gateway} from './gateway.js';
import {startMosquitto} from './mosquitto.js';
import {rest, until} from './peer-process.js';
import {PostgresServer} from './postgres.js';
import {freshFolder} from './real-site.js';

const NAMES = ['gw-1', 'gw-2', 'gw-3', 'gw-4'];
/** Three silences of ten seconds, a wait between two tries, and room. */
const DRAIN_LIMIT_MS = 100_000;

interface Fleet {
  readonly server: PostgresServer;
  readonly workers: readonly [CloudProcess, CloudProcess];
  readonly gateways: readonly Gateway[];
}

interface StoredRow {
  readonly seq: string;
  readonly kind: string;
  readonly body: string;
  readonly h: string;
}

async function build(t: ExecutionContext): Promise<Fleet> {
  const server = await PostgresServer.start();
  t.teardown(() => server.stop());
  const port = await startMosquitto(t);
  const database = await server.database('cloud');
  const site = cloudSite(freshFolder(t), database, `mqtt://127.0.0.1:${port}`);
  // At once, as a deployment starts them: one of them makes the tables.
  const [one, two] = await Promise.all([CloudProcess.start(t, site), CloudProcess.start(t, site)]);
  const clock = new SystemClock();
  const gateways = NAMES.map(name => new Gateway(t, clock, site.signingKey, port, name));
  await Promise.all(gateways.map(gateway => gateway.online()));
  return {server, workers: [one, two], gateways};
}

/** Journal all the while, a little at a time, as long as `work` takes. */
async function whileBusy({gateways}: Fleet, work: () => Promise<void>): Promise<void> {
  let isOver = false;
  const load = async () => {
    while (!isOver) {
      for (const gateway of gateways) gateway.append(40);
      await rest(50);
    }
  };
  const loading = load();
  try {
    await work();
  } finally {
    isOver = true;
    await loading;
  }
}

/** Each gateway's journal is in the database: nothing lost, nothing twice, in order, chain valid. */
async function assertSame(t: ExecutionContext, {server, gateways, workers}: Fleet): Promise<void> {
  for (const [index, gateway] of gateways.entries()) {
    const name = NAMES[index];
    const query = `SELECT seq, kind, body, encode(h, 'hex') AS h FROM ev WHERE gw = '${name}' ORDER BY seq`;
    const rows = (await server.query(query, 'cloud')) as readonly StoredRow[];
    const own = gateway.store.outbox.read(1, 1_000_000);
    t.true(own.length > 0);
    t.deepEqual(
      rows.map(({seq, kind, body}) => [Number(seq), kind, body]),
      own.map(({seq, kind, body}) => [seq, kind, body]),
    );
    let hash = CHAIN_START;
    for (const row of rows) {
      hash = chainHash(hash, Number(row.seq), row.body);
      if (toHex(hash) !== row.h) t.fail(`${name}: the chain breaks at ${row.seq}`);
    }
    t.is(toHex(fromHex(rows.at(-1)?.h ?? '')), toHex(hash));
  }
  const {gateways: shown} = await workers[0].api<{gateways: object[]}>('GET', '/v1/gateways');
  t.is(shown.length, NAMES.length);
  for (const gateway of shown) t.like(gateway, {faults: [], gaps: [], conflicts: 0});
}

async function drained({gateways}: Fleet): Promise<void> {
  const unsent = () => gateways.map(gateway => gateway.uplink.status().unsent);
  const all = () => unsent().every(count => count === 0);
  await until(`all is sent, still ${unsent()}`, all, DRAIN_LIMIT_MS);
}

test.serial(
  'two workers on one PostgreSQL and one mosquitto, one killed and started again under load: nothing lost, nothing twice',
  async t => {
    const fleet = await build(t);
    const [one, two] = fleet.workers;
    await whileBusy(fleet, async () => {
      await rest(1500);
      await one.kill();
      await rest(3000);
      await one.restart();
      await rest(1500);
      await two.kill();
      await rest(1000);
      await two.restart();
    });
    await drained(fleet);
    await assertSame(t, fleet);
  },
);

test.serial(
  'PostgreSQL killed and started again under load: nothing is acknowledged meanwhile, nothing is lost, all goes on by itself',
  async t => {
    const fleet = await build(t);
    const {server, workers, gateways} = fleet;
    await whileBusy(fleet, async () => {
      await rest(1500);
      await server.kill();
      for (const worker of workers) await until('not ready', async () => !(await worker.isReady()));
      const acked = gateways.map(gateway => gateway.store.outbox.acked());
      await rest(2000);
      t.deepEqual(
        gateways.map(gateway => gateway.store.outbox.acked()),
        acked,
      );
      await server.restart();
      for (const worker of workers) await until('ready again', () => worker.isReady(), 30_000);
      await rest(1000);
    });
    await drained(fleet);
    await assertSame(t, fleet);
  },
);

test.serial(
  'a command asked of any of two workers is sent once and confirmed at both, and grants of both reach the gateway',
  async t => {
    const fleet = await build(t);
    const [one, two] = fleet.workers;
    const states: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const worker = round % 2 ? one : two;
      states.push((await worker.ordered(`k-${round}`)).state);
    }
    t.deepEqual(states, Array(6).fill('confirmed'));
    t.is(fleet.gateways[0]?.accepted.length, 6);
    t.deepEqual(await one.ordered('k-0'), await two.ordered('k-0'));
    t.is(fleet.gateways[0]?.accepted.length, 6);

    const grant = {
      holder: 'h-1',
      credentials: [],
      points: ['A-012'],
      validFrom: 0,
      validUntil: 9e12,
    };
    for (let round = 0; round < 10; round += 1) {
      const worker = round % 2 ? one : two;
      await worker.api('POST', '/v1/gateways/gw-1/grants', {...grant, id: `g-${round}`});
    }
    await one.api('DELETE', '/v1/gateways/gw-1/grants/g-3');
    const current = async () => {
      const {gateways} = await two.api<{gateways: {grants: {current: boolean}}[]}>(
        'GET',
        '/v1/gateways',
      );
      return gateways[0]?.grants.current ?? false;
    };
    await until('the gateway holds them', current, 30_000);
    const book = fleet.gateways[0]?.store.book;
    t.is([...(book?.rows() ?? [])].length, 10);
    t.true(book?.isRevoked('g-3' as never));
  },
);
