import {createPublicKey, generateKeyPairSync} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {loadOrMakeSigningKey} from '../../cloud-sync/api/key-files.js';
import {type Cloud, startCloud} from '../../cloud-sync/api/server.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {GatewayTable} from '../../cloud-sync/api/store/gateway-table.js';
import {GrantTable} from '../../cloud-sync/api/store/grant-table.js';
import {SecretBox} from '../../cloud-sync/api/store/secret-box.js';
import type {FarEnd} from '../../drivers/port/byte-link.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import {decodeRequest} from '../../protocols/modbus/rtu-frame.js';
import {
  lockOrderOf,
  REFERENCE_LOCK_PROFILE,
} from '../../protocols/profiles/parking-lock-profile.js';
import {CodeReader} from '../devices/code-reader.js';
import {Keypad} from '../devices/keypad.js';
import {type CollectorPlan, LINE_BAUD_RATE, siteYaml} from '../plan/site-plan.js';
import {rest} from '../real/peer-process.js';
import {CloudClient} from '../scenarios/cloud-client.js';
import {SimSite} from '../site/sim-site.js';
import {TcpFarEnd} from '../wire/tcp-far-end.js';
import {TcpProxy} from '../wire/tcp-proxy.js';
import {type GoodOnce, makeGoodOnce, TOKEN_KEYS} from './good-once.js';
import type {Note, NotedFrame} from './notes.js';

/** Name of the gateway's database beside its site file. */
export const DATABASE = 'lot.db';
export const GATEWAY = 'gw-1';
export const SITE = 'lot-1';
/** Key under which card secrets lie in the database. */
export const SECRET_KEY_HEX = '05'.repeat(32);
export const COLLECTORS = ['C1', 'C2', 'C3', 'C4'] as const;
/** Its lock acknowledges everything and never moves: a series that power cuts fall into. */
export const DEAF_BAY = 'A-003';
/** Nobody parks there: once all is over its tokens still open. */
export const SPARE_BAY = 'B-003';
/** These have a scanner and a keypad beside their card reader. */
const CODE_COLLECTORS: readonly string[] = ['C1', 'C2'];
const KEYPAD_UNIT = 33;
/** A practised finger. */
const KEY_GAP_MS = 150;
const TOKENS_EACH = 5;
/** Nobody listens there: a site that is cut off from its cloud. */
const NO_BROKER = 'mqtt://127.0.0.1:9';
const BAYS_EACH = 3;
const LOOPBACK = '127.0.0.1';
const TENANT = 'demo';

/** Quick rules: a stay from card to raised arm fits into a short life. */
const RULES = {
  unlock: {intervalMs: 2170, confirmMs: 1800},
  verify: {repeats: 1},
  raiseAfterVacantMs: 300,
  enterWithinMs: 10_000,
  idleScreenMs: 1000,
  debounceMs: 300,
  // Cut off after a power cut nobody knows the time: a refusal for that would look like one for a use.
  floorGraceMs: 3_600_000,
};

export interface CrashParkOptions {
  /** For the cloud's database and keys: not on the disk under test. */
  readonly folder: string;
  readonly onFrame: (frame: NotedFrame) => void;
  /** Without one the site is cut off: nobody answers where its cloud was. */
  readonly withCloud: boolean;
  /** One-use codes for each bay with a keypad: each is stretched, which takes its time. */
  readonly codesEach?: number;
}

/** What is not on the spot. */
interface Far {
  readonly server: Cloud;
  readonly uplink: TcpProxy;
  readonly goodOnce: readonly GoodOnce[];
}

/** Everything around the gateway that no power cut reaches: wires, locks, cards, the cloud. */
export class CrashPark {
  readonly clock = new SystemClock();
  readonly entropy = new SystemEntropy(this.clock);
  readonly site: SimSite;
  readonly cloud: CloudClient;
  /** The network between the gateway and its cloud. */
  readonly uplink: TcpProxy | undefined;
  /** What is good once and was sent to the gateway. */
  readonly goodOnce: readonly GoodOnce[];
  readonly #scanners = new Map<string, CodeReader>();
  readonly #keypads = new Map<string, Keypad>();
  readonly #server: Cloud | undefined;
  readonly #ends: ReadonlyMap<string, TcpFarEnd>;
  #hasSite = false;

  private constructor(
    options: CrashParkOptions,
    ends: ReadonlyMap<string, TcpFarEnd>,
    far: Far | undefined,
  ) {
    const server = far?.server;
    this.#ends = ends;
    this.#server = server;
    this.uplink = far?.uplink;
    this.goodOnce = far?.goodOnce ?? [];
    this.site = new SimSite({
      collectors: planOf(ends),
      clock: this.clock,
      entropy: this.entropy,
      farEnd: name => watched(endOf(ends, name), name, options.onFrame),
      keys: new Map(),
      pacing: 'bytes',
    });
    for (const id of CODE_COLLECTORS) {
      const keypad = new Keypad({clock: this.clock, unit: KEYPAD_UNIT});
      this.site.line(id).attach(keypad);
      this.#keypads.set(id, keypad);
      const farEnd = endOf(ends, scannerOf(id));
      this.#scanners.set(id, new CodeReader({clock: this.clock, farEnd}));
    }
    this.cloud = new CloudClient({
      url: 'http://cloud.invalid',
      apiKey: API_KEY,
      gateway: GATEWAY,
      fetch: request => server?.fetch(request) ?? new Response('no cloud', {status: 503}),
    });
  }

  static async build(options: CrashParkOptions): Promise<CrashPark> {
    const ends = new Map<string, TcpFarEnd>();
    const links = [
      ...COLLECTORS.flatMap(id => [`line-${id}`, id]),
      ...CODE_COLLECTORS.map(scannerOf),
    ];
    for (const name of links) ends.set(name, await TcpFarEnd.listen());
    if (!options.withCloud) return new CrashPark(options, ends, undefined);
    const {items: goodOnce, rows} = makeGoodOnce({
      ...{site: SITE, gateway: GATEWAY, bays: numberedBays(), wallMs: new SystemClock().wallMs()},
      ...{tokensEach: TOKENS_EACH, codesEach: options.codesEach ?? 0},
    });
    const server = await serve(options.folder, rows);
    const {port} = new URL(server.mqttUrl ?? '');
    const uplink = await TcpProxy.open(new SystemClock(), Number(port));
    return new CrashPark(options, ends, {server, uplink, goodOnce});
  }

  /** Lay out a gateway's folder: site file and keys. */
  install(folder: string): void {
    const write = (name: string, text: string) =>
      writeFileSync(join(folder, name), text, {mode: 0o600});
    write('secret.key', SECRET_KEY_HEX);
    write('cloud.pub', this.#server?.publicKey ?? strangeKey());
    write('site.yaml', this.siteFile());
  }

  /** Does somebody who stands there have a scanner and a keypad before him? */
  takesCodes(collector: string): boolean {
    return this.#scanners.has(collector);
  }

  /** Hold a token before the scanner, or type a code. Settles when the last key was hit. */
  async show(collector: string, {kind, text}: Pick<GoodOnce, 'kind' | 'text'>): Promise<void> {
    if (kind === 'token') return this.#scanners.get(collector)?.show(text);
    const keys = `${text}#`;
    this.#keypads.get(collector)?.type(keys, KEY_GAP_MS);
    await rest(keys.length * KEY_GAP_MS);
  }

  /** Nothing of the hardware answers any more. */
  unplug(): void {
    for (const end of this.#ends.values()) end.unplug();
  }

  /** What the oracle has to know of them. */
  issuedNotes(): readonly Note[] {
    return this.goodOnce.map(({grant, use}) => ({at: 0, kind: 'issued', grant, use}));
  }

  /** Order a bay open through the cloud. `state`: what came of it within 10 s. */
  async orderOpen(bay: string): Promise<{readonly id: string; readonly state: string}> {
    if (!this.#hasSite) {
      this.#hasSite = true;
      await this.cloud.addSite(SITE, COLLECTORS.flatMap(baysOf));
    }
    let command = await this.cloud.order({site: SITE, point: bay, kind: 'open'}, 'asked for');
    const untilMs = this.clock.nowMs() + 10_000;
    while (this.clock.nowMs() < untilMs) {
      if (!['pending', 'sent', 'delivered'].includes(command.state)) break;
      await rest(50);
      command = await this.cloud.command(command.id);
    }
    return command;
  }

  bays(collector: string): readonly string[] {
    return baysOf(collector);
  }

  async close(): Promise<void> {
    for (const device of [...this.#scanners.values(), ...this.#keypads.values()]) device.close();
    this.site.close();
    await this.uplink?.close();
    await this.#server?.close();
    for (const end of this.#ends.values()) await end.close();
  }

  /** As the installer wrote it. `pagePort`: 0 for any free one. */
  siteFile(pagePort = 0): string {
    return siteYaml({
      siteId: SITE,
      collectors: planOf(this.#ends),
      database: `./${DATABASE}`,
      pagePort,
      tokenKeys: TOKEN_KEYS,
      cloud: {
        broker: this.uplink ? `mqtt://${this.uplink.host}:${this.uplink.port}` : NO_BROKER,
        tenant: TENANT,
        gateway: GATEWAY,
        publicKeyFile: 'cloud.pub',
      },
      language: 'en',
      secretKeyFile: 'secret.key',
      rules: RULES,
    });
  }
}

const API_KEY = 'lk_0123456789abcdef0123456789abcdef';

function baysOf(collector: string): readonly string[] {
  const zone = 'ABCD'[COLLECTORS.indexOf(collector as never)];
  return Array.from({length: BAYS_EACH}, (_, index) => `${zone}-00${index + 1}`);
}

function planOf(ends: ReadonlyMap<string, TcpFarEnd>): readonly CollectorPlan[] {
  const link = (name: string) => {
    const port = ends.get(name)?.port ?? 0;
    return {kind: 'tcp', host: LOOPBACK, port, baudRate: LINE_BAUD_RATE} as const;
  };
  return COLLECTORS.map((id, index) => ({
    ...{id, zone: 'ABCD'[index] ?? 'A', arrow: '→', kind: 'plain', bays: baysOf(id)},
    lineLink: link(`line-${id}`),
    readerLink: link(id),
    keyFile: undefined,
    travelMs: 1000,
    pollMs: 300,
    ...(CODE_COLLECTORS.includes(id) ? {more: codePost(id, link(scannerOf(id)))} : {}),
  }));
}

/** What a collector with a scanner and a keypad has beside the usual. */
function codePost(id: string, link: object): NonNullable<CollectorPlan['more']> {
  return {
    lineDevices: [{id: `K-${id}`, kind: 'keypad', address: KEYPAD_UNIT}],
    ownDevices: [{id: scannerOf(id), kind: 'code-scanner', family: 'gm65', link}],
    codes: [scannerOf(id), `K-${id}`],
    bayNumbers: baysOf(id).map(bay => numberedBays().get(bay) ?? 0),
  };
}

function scannerOf(collector: string): string {
  return `S-${collector}`;
}

function numberedBays(): ReadonlyMap<string, number> {
  return new Map(CODE_COLLECTORS.flatMap(baysOf).map((bay, index) => [bay, index + 1]));
}

function endOf(ends: ReadonlyMap<string, TcpFarEnd>, name: string): TcpFarEnd {
  const end = ends.get(name);
  if (end) return end;
  throw new UsageError('sim/absent', `no line ${name}`);
}

/** Of a cloud that nobody ever hears of. */
function strangeKey(): string {
  const {privateKey} = generateKeyPairSync('ed25519');
  return createPublicKey(privateKey).export({format: 'pem', type: 'spki'}).toString();
}

/** `rows`: what no API issues yet. */
async function serve(folder: string, rows: readonly GrantStateRow[]): Promise<Cloud> {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const log = createJsonLog({clock, level: 'error', destination: {write: () => {}}});
  const database = join(folder, 'cloud.db');
  const signingKey = loadOrMakeSigningKey(join(folder, 'cloud.key'));
  const store = await CloudStore.open(database);
  const grants = new GrantTable(new SecretBox(signingKey, entropy));
  await store.transaction(async tx => {
    await new GatewayTable().add(tx, [GATEWAY]);
    for (const row of rows) await grants.put(tx, GATEWAY, row);
  });
  await store.close();
  return startCloud({
    ...{clock, log, entropy, database, signingKey},
    apiKey: API_KEY,
    tenant: TENANT,
    http: {host: LOOPBACK, port: 0},
    mqtt: {host: LOOPBACK, port: 0},
  });
}

/** A line whose frames to the locks are told before any lock hears them. */
function watched(end: TcpFarEnd, name: string, onFrame: (frame: NotedFrame) => void): FarEnd {
  const bays = name.startsWith('line-') ? baysOf(name.slice('line-'.length)) : [];
  return {
    send: bytes => end.send(bytes),
    onBytes: listener =>
      end.onBytes(bytes => {
        const frame = lockFrame(bytes, bays);
        if (frame) onFrame(frame);
        listener(bytes);
      }),
    unplug: () => end.unplug(),
    replug: () => end.replug(),
    close: () => end.close(),
  };
}

function lockFrame(bytes: Uint8Array, bays: readonly string[]): NotedFrame | undefined {
  const decoded = decodeRequest(bytes);
  if (decoded.kind !== 'frame' || decoded.frame.request.kind !== 'writeOne') return undefined;
  const command = lockOrderOf(decoded.frame.request.value, REFERENCE_LOCK_PROFILE);
  const bay = bays[decoded.frame.unit - 1];
  return bay && (command === 'lower' || command === 'raise') ? {bay, command} : undefined;
}
