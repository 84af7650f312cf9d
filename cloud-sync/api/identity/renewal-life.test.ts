import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SystemEntropy} from '../../../edge/platform/entropy.js';
import {SystemClock} from '../../../edge/platform/system-clock.js';
import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {EMPTY_STATE_HASH} from '../../../protocols/cloud/grant-state.js';
import {FleetOutbox} from '../../../sim/bench/fleet-outbox.js';
import type {SyncLog} from '../../log.js';
import {enrol} from '../../uplink/identity/enrol.js';
import {type GatewayIdentity, readIdentity} from '../../uplink/identity/gateway-identity.js';
import {createIdentityUplink} from '../../uplink/identity/identity-uplink.js';
import {MqttTransport} from '../../uplink/mqtt-transport.js';
import {type Cloud, startCloud} from '../server.js';
import {loadOrMakeAuthority} from './authority-files.js';
import {codeFor, memoryShelf, office, QUIET} from './identity-rig.js';

interface Certificates {
  readonly certificates: readonly {
    readonly seenWall: number | null;
    readonly why: string | null;
  }[];
}

/** The machine's time, days before. OpenSSL knows the true one alone. */
class ShiftedClock extends SystemClock {
  shiftMs: Millis = 0;

  override wallMs(): UnixMillis {
    return (super.wallMs() + this.shiftMs) as UnixMillis;
  }
}

/** One gateway, enrolled so many days ago, and its cloud over real TLS. */
class Bench {
  readonly clock = new ShiftedClock();
  readonly entropy = new SystemEntropy(this.clock);
  readonly shelf = memoryShelf();
  readonly errors: string[] = [];
  /** What a fence would be kept under, run by run. */
  readonly credentials: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-renewal-'));
  readonly #signingKey = generateKeyPairSync('ed25519').privateKey;
  #cloud: Cloud | undefined;

  static async open(t: ExecutionContext, daysAgo: number): Promise<Bench> {
    const bench = new Bench();
    t.teardown(async () => {
      await bench.cloud.close();
      rmSync(bench.#folder, {recursive: true});
    });
    bench.clock.shiftMs = -daysAgo * DAY_MS;
    await bench.#start(0);
    await bench.enrol();
    const port = Number(new URL(bench.cloud.mqttsUrl ?? '').port);
    await bench.cloud.close();
    bench.clock.shiftMs = 0;
    await bench.#start(port);
    return bench;
  }

  get cloud(): Cloud {
    return this.#cloud as Cloud;
  }

  get identity(): GatewayIdentity {
    return readIdentity(this.shelf) as GatewayIdentity;
  }

  async enrol(): Promise<void> {
    const request = async (url: string, init: RequestInit) =>
      this.cloud.fetch(new Request(url, init));
    await enrol(await codeFor(this.cloud, 'gw-1'), 'http://cloud', {shelf: this.shelf, request});
  }

  /** Run the gateway's uplink until `isDone`. */
  async run(isDone: (isOnline: boolean) => boolean | Promise<boolean>): Promise<void> {
    const {clock, entropy, shelf} = this;
    const log: SyncLog = {
      ...QUIET,
      error: (event, fields) => void this.errors.push(`${event} ${JSON.stringify(fields)}`),
    };
    const outbox = new FleetOutbox(
      'ab'.repeat(16),
      () => clock.nowMs(),
      () => {},
    );
    const uplink = createIdentityUplink({
      ...{clock, entropy, shelf, log, outbox, boot: entropy.ulid(), firmware: 'test'},
      startSpreadMs: 0,
      fenceFor: credential => {
        this.credentials.push(credential);
        return {cause: () => undefined, raise: () => {}};
      },
      grants: {
        current: () => ({ver: 0, hash: EMPTY_STATE_HASH}),
        revocations: () => 0,
        staged: () => undefined,
        applyDelta: () => 'version',
        takePart: () => 'ignored',
        applyRevocations: () => {},
        touch: () => {},
      },
      commands: {
        earlier: () => undefined,
        accept: () => ({kind: 'dup', outcome: undefined}),
        reject: () => {},
      },
      time: {read: () => ({clk: 'ok'}), offer: () => {}},
    });
    uplink.start();
    try {
      while (!(await isDone(uplink.isOnline()))) await clock.sleep(20);
    } finally {
      uplink.stop();
    }
  }

  /** Whether an identity gets in: `open`, or why not. */
  attempt({ca, certificate: cert, key}: GatewayIdentity): Promise<string> {
    const url = this.cloud.mqttsUrl ?? '';
    return new Promise(resolve => {
      const transport = new MqttTransport({kind: 'url', url, tls: {ca, cert, key}}, QUIET);
      const will = {topic: 'v1/demo/gw-1/u/st', payload: new Uint8Array()};
      const connection = transport.connect(
        {clientId: 'gw-1', will, subscribe: 'v1/demo/gw-1/d/#'},
        {
          onOpen: () => {
            connection.end();
            resolve('open');
          },
          onMessage: () => {},
          onClose: resolve,
        },
      );
    });
  }

  async certificates() {
    const path = '/v1/gateways/gw-1/certificates';
    return (await office<Certificates>(this.cloud, 'GET', path)).certificates;
  }

  async #start(port: number): Promise<void> {
    const {clock, entropy} = this;
    const authority = await loadOrMakeAuthority(join(this.#folder, 'ca.key'), {clock, entropy});
    this.#cloud = await startCloud({
      ...{clock, entropy, log: QUIET, apiKey: 'rig-key', authority, signingKey: this.#signingKey},
      ...{database: join(this.#folder, 'cloud.db'), names: ['127.0.0.1']},
      mqtts: {host: '127.0.0.1', port},
    });
  }
}

test('a certificate near its end is renewed over its own connection, the next connection shows the new one, and only then the old one is refused', async t => {
  const bench = await Bench.open(t, 250);
  const old = bench.identity;
  await bench.run(() => bench.identity.certificate !== old.certificate);
  t.not(bench.identity.key, old.key);
  t.is(await bench.attempt(old), 'open', 'the answer might have got lost');
  await bench.run(isOnline => isOnline);
  const [newest, first] = await bench.certificates();
  t.is(typeof newest?.seenWall, 'number');
  t.is(first?.why, 'renewed');
  t.regex(await bench.attempt(old), /not authorized/i);
  t.is(await bench.attempt(bench.identity), 'open');
  t.deepEqual(bench.errors, []);
  const [before, after] = bench.credentials;
  t.is(after, before, 'no restart after a renewal lifts a fence');
});

test('a gateway that was off when its certificate ended is let in within 30 days, and renews it at once', async t => {
  const bench = await Bench.open(t, 375);
  const old = bench.identity;
  await bench.run(() => bench.identity.certificate !== old.certificate);
  t.regex(bench.errors.join('\n'), /identity\.lapsed.*latchkey enroll/);
  await bench.run(isOnline => isOnline);
  t.regex(await bench.attempt(old), /not authorized/i);
});

test('a gateway whose certificate ended long ago is refused, says so at both ends, and comes back by a new code', async t => {
  const bench = await Bench.open(t, 425);
  t.regex(await bench.attempt(bench.identity), /not authorized/i);
  let looks = 0;
  await bench.run(isOnline => isOnline || ++looks > 20);
  t.is(bench.errors.filter(line => /identity\.lapsed.*latchkey enroll/.test(line)).length, 1);
  await bench.enrol();
  await bench.run(isOnline => isOnline);
  t.is((await bench.certificates()).filter(({why}) => why === null).length, 1);
  t.not(bench.credentials.at(-1), bench.credentials[0], 'a new code lifts a fence');
});
