import {UsageError} from '../../../protocols/base/errors.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {CHAIN_START, chainHash} from '../../../protocols/cloud/chain.js';
import {NO_FAULTS} from '../../wire/faulty-way.js';
import type {CloudRig, FeedEvent} from '../cloud-rig.js';
import type {SyncFault} from './sync-faults.js';

/** How long both ends may take to agree once nothing disturbs them any more. */
const PEACE_MS = 30 * MINUTE_MS;

/**
 * Drives one gateway and its cloud through faults, and knows what must be true at the end. The facts
 * carry names of their own, so that "once" does not rest on any number that the product gives out.
 */
export class SyncModel {
  readonly #rig: CloudRig;
  /** Names of facts that were committed at the gateway and confirmed to it. */
  readonly #confirmed = new Set<string>();
  #hasCloudForgotten = false;

  constructor(rig: CloudRig) {
    this.#rig = rig;
  }

  async suffer(fault: SyncFault): Promise<void> {
    const rig = this.#rig;
    switch (fault.kind) {
      case 'append':
        rig.append(fault.count, 'decision');
        break;
      case 'pass':
        await rig.clock.advance(fault.ms);
        break;
      case 'weather':
        rig.transport.faults = fault.faults;
        break;
      case 'drop':
        rig.transport.drop();
        break;
      case 'cut':
        rig.transport.cut = true;
        rig.transport.drop();
        break;
      case 'mend':
        rig.transport.cut = false;
        break;
      case 'restartGateway':
        this.#noteConfirmed();
        rig.restartEdge();
        rig.uplink.start();
        break;
      case 'restartCloud':
        await rig.stopCloud();
        await rig.startCloud();
        break;
      case 'copyGateway':
        rig.copyGateway();
        break;
      case 'restoreGateway':
        this.#noteConfirmed();
        rig.restoreGateway(fault.withEpochFile);
        rig.uplink.start();
        break;
      case 'copyCloud':
        rig.copyCloud();
        break;
      case 'restoreCloud':
        this.#hasCloudForgotten = (await rig.restoreCloud()) || this.#hasCloudForgotten;
        break;
    }
  }

  /** Fair weather until both ends agree. */
  async settle(): Promise<void> {
    const {clock, transport} = this.#rig;
    transport.faults = NO_FAULTS;
    transport.cut = false;
    transport.drop();
    await clock.until(() => this.#isQuiet(), PEACE_MS);
    // A cloud that was put back asks once more for what the gateway had confirmed to it.
    await clock.advance(MINUTE_MS);
    await clock.until(() => this.#isQuiet(), PEACE_MS);
    this.#noteConfirmed();
  }

  /** Everything that is wrong; empty when nothing was lost, doubled or swapped. */
  async findings(): Promise<readonly string[]> {
    const feed = await this.#rig.feed();
    return [...doubled(feed), ...outOfOrder(feed), ...this.#missing(feed), ...this.#brokenChain()];
  }

  #isQuiet(): boolean {
    const {uplink} = this.#rig;
    const {link, unsent} = uplink.status();
    return link === 'up' && unsent === 0;
  }

  /** What the gateway holds and the cloud has confirmed is the cloud's to keep for ever. */
  #noteConfirmed(): void {
    const {outbox} = this.#rig.store;
    for (const {seq, body} of outbox.read(outbox.low(), outbox.head())) {
      if (seq <= outbox.acked()) this.#confirmed.add(nameOf(JSON.parse(body)));
    }
  }

  #missing(feed: readonly FeedEvent[]): readonly string[] {
    const held = new Set(feed.map(({body}) => nameOf(body)));
    const {outbox} = this.#rig.store;
    const journal = outbox.read(outbox.low(), outbox.head());
    const here = journal.map(({body}) => nameOf(JSON.parse(body)));
    // A cloud put back to an older copy can only have again what the gateway still holds.
    const must = this.#hasCloudForgotten ? here : [...here, ...this.#confirmed];
    return [...new Set(must)].filter(name => !held.has(name)).map(name => `lost ${name}`);
  }

  #brokenChain(): readonly string[] {
    const {outbox} = this.#rig.store;
    const rows = outbox.read(outbox.low(), outbox.head());
    let hash: Uint8Array = outbox.hashAt(outbox.low() - 1) ?? CHAIN_START;
    for (const {seq, body} of rows) {
      hash = chainHash(hash, seq, body);
      const stored = outbox.hashAt(seq);
      if (!stored || Buffer.compare(hash, stored) !== 0) return [`chain broken at ${seq}`];
    }
    return [];
  }
}

/** Facts of the model are decisions, named by their attempt; the daemon's own facts have no name. */
function nameOf(body: unknown): string {
  const {attempt} = body as {attempt?: string};
  return attempt ?? `unnamed ${JSON.stringify(body)}`;
}

function doubled(feed: readonly FeedEvent[]): readonly string[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const {body, id} of feed) {
    const {attempt} = body as {attempt?: string};
    if (attempt === undefined) continue;
    if (seen.has(attempt)) twice.push(`twice ${attempt} as ${id}`);
    seen.add(attempt);
  }
  return twice;
}

/** Within an epoch numbers go up by one, and names, which count up, go up with them. */
function outOfOrder(feed: readonly FeedEvent[]): readonly string[] {
  const wrong: string[] = [];
  const last = new Map<string, {readonly seq: number; readonly name: string}>();
  for (const {id, seq, body} of feed) {
    const epoch = id.split('/')[1];
    if (epoch === undefined) throw new UsageError('sim/feed', `no epoch in ${id}`);
    const before = last.get(epoch);
    const {attempt} = body as {attempt?: string};
    const name = attempt ?? before?.name ?? '';
    if (before && (seq <= before.seq || name < before.name)) wrong.push(`inverted at ${id}`);
    last.set(epoch, {seq, name});
  }
  return wrong;
}
