import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {equalBytes, toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {CloudProcess, cloudSite} from '../real/cloud-process.js';
import {Gateway} from '../real/gateway.js';
import {freePort} from '../real/mosquitto.js';
import {rest, until} from '../real/peer-process.js';

const NAMES = ['gw-1', 'gw-2', 'gw-3'];
/** Journalled at a time by each gateway. */
const LOT = 12;
const PAUSE_MS = 40;
const DRAIN_LIMIT_MS = 90_000;

interface StoredEvent {
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
  readonly h: Uint8Array;
}

/**
 * `latchkey-cloud serve` in its embedded form as a process of its own, and gateways that never stop
 * sending. What the cloud acknowledged is read at the gateways, what it holds in its file: nothing in
 * between is asked.
 */
export class EmbeddedCloud {
  readonly cloud: CloudProcess;
  readonly #gateways: readonly Gateway[];
  readonly #database: string;
  readonly #outside: string;
  #isOver = false;
  #load: Promise<void> | undefined;

  private constructor(
    cloud: CloudProcess,
    gateways: readonly Gateway[],
    place: {readonly database: string; readonly outside: string},
  ) {
    this.cloud = cloud;
    this.#gateways = gateways;
    this.#database = place.database;
    this.#outside = place.outside;
  }

  /** `disk`: where the cloud's database lies. `outside`: for keys, and what the test itself leaves. */
  static async start(t: ExecutionContext, disk: string, outside: string): Promise<EmbeddedCloud> {
    const database = join(disk, 'cloud.db');
    const port = await freePort();
    const site = {...cloudSite(outside, database), mqttPort: port};
    const cloud = await CloudProcess.start(t, site);
    const clock = new SystemClock();
    const gateways = NAMES.map(name => new Gateway(t, clock, site.signingKey, port, name));
    const embedded = new EmbeddedCloud(cloud, gateways, {database, outside});
    embedded.#notePid();
    await Promise.all(gateways.map(gateway => gateway.online()));
    embedded.#load = embedded.#send();
    return embedded;
  }

  /** Events that the gateways were told are safe. */
  acked(): number {
    return this.#gateways.reduce((sum, {store}) => sum + store.outbox.acked(), 0);
  }

  /** As often as one likes. */
  async killAndRestart(): Promise<readonly string[]> {
    await this.cloud.kill();
    const problems = this.problems();
    await this.cloud.restart();
    this.#notePid();
    return problems;
  }

  /** What was acknowledged and is not in the file, or not as it was sent. */
  problems(): readonly string[] {
    const acked = this.#gateways.map(({store}) => store.outbox.acked());
    const database = new Database(this.#database, {readonly: true});
    try {
      return NAMES.flatMap((name, index) => this.#compare(database, name, acked[index] ?? 0));
    } finally {
      database.close();
    }
  }

  /** Stop sending; then everything arrives, and is there exactly once. */
  async drain(): Promise<readonly string[]> {
    this.#isOver = true;
    await this.#load;
    const unsent = () => this.#gateways.map(({uplink}) => uplink.status().unsent);
    const all = () => unsent().every(count => count === 0);
    await until(`all is sent, still ${unsent()}`, all, DRAIN_LIMIT_MS);
    return this.problems();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#load;
    await this.cloud.end();
  }

  #compare(database: Database.Database, name: string, acked: number): readonly string[] {
    const {outbox} = this.#gateways[NAMES.indexOf(name)]?.store ?? {};
    const own = outbox?.read(1, Number.MAX_SAFE_INTEGER) ?? [];
    const rows = database
      .prepare('SELECT seq, kind, body, h FROM ev WHERE gw = ? ORDER BY epoch_no, seq')
      .all(name) as StoredEvent[];
    const problems: string[] = [];
    let hash = CHAIN_START;
    for (const [place, {seq, kind, body, h}] of rows.entries()) {
      const sent = own[place];
      hash = chainHash(hash, seq, body);
      if (seq !== place + 1) problems.push(`${name}: event ${seq} in place ${place + 1}`);
      if (sent?.kind !== kind || sent.body !== body) problems.push(`${name}: event ${seq} differs`);
      if (!equalBytes(hash, new Uint8Array(h)))
        problems.push(`${name}: the chain breaks at ${seq}`);
      if (problems.length > 3) return problems;
    }
    if (rows.length < acked) {
      problems.push(`${name}: ${acked} acknowledged, ${rows.length} held, ${toHex(hash)}`);
    }
    return problems;
  }

  async #send(): Promise<void> {
    while (!this.#isOver) {
      for (const gateway of this.#gateways) gateway.append(LOT);
      await rest(PAUSE_MS);
    }
  }

  #notePid(): void {
    const {pid} = this.cloud;
    writeFileSync(join(this.#outside, `cloud-${pid}.pid`), `${pid}`);
  }
}
