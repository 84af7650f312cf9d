import {UsageError} from '../../../protocols/base/errors.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {CHAIN_START, chainHash} from '../../../protocols/cloud/chain.js';
import {NO_FAULTS} from '../../wire/faulty-way.js';
import type {CloudRig, FeedEvent} from '../cloud-rig.js';
import type {SyncFault} from './sync-faults.js';

/** How long both ends may take to agree once nothing disturbs them any more. */
const PEACE_MS = 30 * MINUTE_MS;
const PAGE_ROWS = 5000;

/**
 * Drives one gateway and its cloud through faults, and knows what must be true at the end. The facts
 * carry names of their own, so that "once" does not rest on any number that the product gives out.
 */
export class SyncModel {
  readonly #rig: CloudRig;
  /** Names of facts that were committed at the gateway and confirmed to it. */
  readonly #confirmed = new Set<string>();
  /** In that numbering everything up to there is in `#confirmed`. */
  #noted = {epoch: '', upto: 0};
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
        // An old copy may give the same numbers to other facts before anybody can know.
        this.#noted = {epoch: '', upto: 0};
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
    const feed = new FeedCheck();
    for await (const page of this.#rig.feedPages()) for (const event of page) feed.take(event);
    return [...feed.findings, ...this.#missing(feed.names), ...this.#brokenChain()];
  }

  #isQuiet(): boolean {
    const {uplink} = this.#rig;
    const {link, unsent} = uplink.status();
    return link === 'up' && unsent === 0;
  }

  /** What the gateway holds and the cloud has confirmed is the cloud's to keep for ever. */
  #noteConfirmed(): void {
    const {outbox} = this.#rig.store;
    const epoch = outbox.epoch();
    const from = this.#noted.epoch === epoch ? this.#noted.upto + 1 : outbox.low();
    const upto = outbox.acked();
    for (const {body} of this.#journal(from, upto)) this.#confirmed.add(nameOf(JSON.parse(body)));
    this.#noted = {epoch, upto};
  }

  *#journal(from: number, to: number) {
    const {outbox} = this.#rig.store;
    for (let seq = from; seq <= to; seq += PAGE_ROWS) {
      yield* outbox.read(seq, Math.min(PAGE_ROWS, to - seq + 1));
    }
  }

  #missing(held: ReadonlySet<string>): readonly string[] {
    const {outbox} = this.#rig.store;
    const lost = new Set<string>();
    for (const {body} of this.#journal(outbox.low(), outbox.head())) {
      const name = nameOf(JSON.parse(body));
      if (!held.has(name)) lost.add(name);
    }
    // A cloud put back to an older copy can only have again what the gateway still holds.
    if (!this.#hasCloudForgotten) {
      for (const name of this.#confirmed) if (!held.has(name)) lost.add(name);
    }
    return [...lost].map(name => `lost ${name}`);
  }

  #brokenChain(): readonly string[] {
    const {outbox} = this.#rig.store;
    let hash: Uint8Array = outbox.hashAt(outbox.low() - 1) ?? CHAIN_START;
    for (const {seq, body} of this.#journal(outbox.low(), outbox.head())) {
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

/** Looks at what the cloud shows, event by event. */
class FeedCheck {
  readonly names = new Set<string>();
  readonly findings: string[] = [];
  readonly #last = new Map<string, {readonly seq: number; readonly name: string}>();

  take({id, seq, body}: FeedEvent): void {
    const {attempt} = body as {attempt?: string};
    if (attempt !== undefined && this.names.has(attempt)) {
      this.findings.push(`twice ${attempt} as ${id}`);
    }
    this.names.add(nameOf(body));
    this.#order(id, seq, attempt);
  }

  /** Within an epoch numbers go up by one, and names, which count up, go up with them. */
  #order(id: string, seq: number, attempt: string | undefined): void {
    const epoch = id.split('/')[1];
    if (epoch === undefined) throw new UsageError('sim/feed', `no epoch in ${id}`);
    const before = this.#last.get(epoch);
    const name = attempt ?? before?.name ?? '';
    if (before && (seq <= before.seq || name < before.name)) {
      this.findings.push(`inverted at ${id}`);
    }
    this.#last.set(epoch, {seq, name});
  }
}
