import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {SiteFact} from '../../protocols/site/events.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from '../platform/event-loop.js';
import {FaultyDisk} from './disk-rig.js';
import {SiteStore, type SiteStoreOptions} from './site-store.js';

/** A store on a disk that fails as it is told. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  readonly path = join(this.folder, 'lot.db');
  readonly clock = new VirtualClock({yieldTurn});
  readonly entropy = new SeededEntropy(11);
  readonly disk = new FaultyDisk();
  readonly #t: ExecutionContext;

  constructor(t: ExecutionContext) {
    this.#t = t;
    t.teardown(() => rmSync(this.folder, {recursive: true}));
  }

  open(more: Partial<SiteStoreOptions> = {}): SiteStore {
    const {path, clock, entropy, disk} = this;
    const store = new SiteStore({
      ...{path, site: 'lot-1', secretKey: new Uint8Array(32).fill(9), clock, entropy, disk},
      clockState: () => 'ok',
      ...more,
    });
    this.#t.teardown(() => store.close());
    return store;
  }

  /** Put noise over the pages from `from` on, as a share of the file. */
  damage(from: number, to: number): void {
    const content = readFileSync(this.path);
    const page = (share: number) => Math.floor((content.length * share) / 4096) * 4096;
    content.fill(0xa5, page(from), page(to));
    writeFileSync(this.path, content);
  }
}

/** An event that is nothing but a text. */
export function fact(why: string): SiteFact {
  return {kind: 'epoch.new', body: {why}};
}

export function commit(store: SiteStore, ...whys: readonly string[]): void {
  store.lot.commit({facts: whys.map(fact), records: [], stamp: store.stampNow()});
}

/** The texts of all events, in order. */
export function whys(store: SiteStore): readonly string[] {
  return store.outbox
    .read(1, 10_000)
    .map(({body}) => (JSON.parse(body) as {why?: string}).why ?? '')
    .filter(why => why !== '');
}
