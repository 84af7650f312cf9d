import {createPublicKey} from 'node:crypto';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {memoryShelf} from '../../cloud-sync/api/identity/identity-rig.js';
import {enrol} from '../../cloud-sync/uplink/identity/enrol.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {CloudProcess, type CloudSite, cloudSite} from './cloud-process.js';
import {Gateway} from './gateway.js';
import {type ShownFiles, startTlsMosquitto, type TlsMosquitto} from './mosquitto-tls.js';
import {rest, until} from './peer-process.js';
import {PostgresServer} from './postgres.js';

const NAMES = ['gw-1', 'gw-2'];
const DRAIN_LIMIT_MS = 100_000;
/** Several tries of a worker that nobody lets in. */
const TRIES_MS = 4000;

/** What `latchkey-cloud serve` is told of the broker. */
function workerSite(
  broker: TlsMosquitto,
  database: string,
  shown: ShownFiles | undefined,
  caFile = broker.caFile,
): CloudSite {
  const more = [
    ...['--broker-ca', caFile, '--ca-key-file', broker.caKeyFile],
    ...(shown ? ['--broker-cert', shown.cert, '--broker-key', shown.key] : []),
  ];
  return {...cloudSite(broker.folder, database, broker.url), more};
}

/** By the code of one worker, over its HTTP interface, as `latchkey enroll` does. */
async function enrolled(t: ExecutionContext, worker: CloudProcess, name: string): Promise<Gateway> {
  const path = `/v1/gateways/${name}/enrollment-codes`;
  const {code} = await worker.api<{code: string}>('POST', path);
  const outcome = await enrol(code, worker.url, {shelf: memoryShelf(), request: fetch});
  if (outcome.kind !== 'enrolled') throw new UsageError('real/enrol', JSON.stringify(outcome));
  const {broker: url, ca, certificate: cert, key, cloudKey} = outcome.identity;
  const target = {kind: 'url', url, tls: {ca, cert, key}} as const;
  return new Gateway(t, new SystemClock(), createPublicKey(cloudKey), target, name);
}

interface StoredRow {
  readonly seq: string;
  readonly body: string;
  readonly h: string;
}

/** The journal of a gateway is in the database once, in order, on its chain. */
async function assertThere(
  t: ExecutionContext,
  server: PostgresServer,
  gateways: readonly Gateway[],
) {
  for (const [index, {store}] of gateways.entries()) {
    const query = `SELECT seq, body, encode(h, 'hex') AS h FROM ev WHERE gw = '${NAMES[index]}' ORDER BY seq`;
    const rows = (await server.query(query, 'cloud')) as readonly StoredRow[];
    const own = store.outbox.read(1, 1_000_000);
    t.true(own.length > 500);
    t.deepEqual(
      rows.map(({seq, body}) => [Number(seq), body]),
      own.map(({seq, body}) => [seq, body]),
    );
    let hash = CHAIN_START;
    for (const {seq, body} of rows) hash = chainHash(hash, Number(seq), body);
    t.is(rows.at(-1)?.h, Buffer.from(hash).toString('hex'));
  }
}

test.serial(
  'two workers with certificates on PostgreSQL and a mosquitto that speaks mTLS alone: gateways enrol, events arrive once over the kill of a worker, orders go down',
  async t => {
    const server = await PostgresServer.start();
    t.teardown(() => server.stop());
    const broker = await startTlsMosquitto(t);
    const database = await server.database('cloud');
    const site = workerSite(broker, database, broker.worker);
    const [one, two] = await Promise.all([
      CloudProcess.start(t, site),
      CloudProcess.start(t, site),
    ]);
    const gateways = [await enrolled(t, one, 'gw-1'), await enrolled(t, two, 'gw-2')];
    await Promise.all(gateways.map(gateway => gateway.online()));
    let isOver = false;
    const load = async () => {
      while (!isOver) {
        for (const gateway of gateways) gateway.append(40);
        await rest(50);
      }
    };
    const loading = load();
    await rest(1000);
    await one.kill();
    await rest(1000);
    await one.restart();
    await rest(1000);
    isOver = true;
    await loading;
    const sent = () => gateways.every(({uplink}) => uplink.status().unsent === 0);
    await until('all is sent', sent, DRAIN_LIMIT_MS);
    await assertThere(t, server, gateways);
    t.is((await two.ordered('k-1')).state, 'confirmed');
    t.is(gateways[0]?.accepted.length, 1);
  },
);

test.serial(
  'a worker without a certificate, with one of a foreign authority, or that knows the broker by another authority is never ready, and says so',
  async t => {
    const broker = await startTlsMosquitto(t);
    const file = (name: string) => join(broker.folder, `${name}.db`);
    const refused = [
      workerSite(broker, file('none'), undefined),
      workerSite(broker, file('stranger'), broker.stranger),
      workerSite(broker, file('other'), broker.worker, broker.strangerCaFile),
    ];
    const workers = refused.map(site => CloudProcess.spawn(t, site));
    for (const worker of workers) {
      await until('it answers', async () => (await worker.readiness()) !== 'silent', 30_000);
    }
    await rest(TRIES_MS);
    for (const worker of workers) t.is(await worker.readiness(), 'not ready: the broker is away');
    // The same with what belongs there: otherwise nothing was tried.
    const good = workerSite(broker, file('good'), broker.worker);
    t.true(await (await CloudProcess.start(t, good)).isReady());
  },
);
