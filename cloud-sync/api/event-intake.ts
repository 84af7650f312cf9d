import {toHex} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import {StoreError} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {CHAIN_START} from '../../protocols/cloud/chain.js';
import type {Ack} from '../../protocols/cloud/down-messages.js';
import type {Batch, Hello, UpMessages} from '../../protocols/cloud/up-messages.js';
import {chained, hashIn, runBehind, storedEvent, storedRun} from './event-chain.js';
import {copiesIn} from './event-copies.js';
import {EventKeeper, type KeeperOptions} from './event-keeper.js';
import {isViewed} from './event-views.js';
import type {EpochRow, StoredEvent} from './store/event-ledger.js';
import {byName, type ChainedRun, type EpochKey} from './store/event-writer.js';

/** They end when the gateway numbers anew; what was in conflict stays stored. */
export const INTAKE_FAULTS = ['seq_conflict', 'chain_broken'] as const;
export type IntakeFault = (typeof INTAKE_FAULTS)[number];

/** What came of one gateway's messages of one tick. */
export interface IntakeResult {
  readonly gateway: string;
  /** To be sent after the commit. Undefined: nothing to say yet; the gateway will ask again. */
  readonly ack: Ack | undefined;
  readonly fault: IntakeFault | undefined;
  /** An epoch began. */
  readonly began: boolean;
  /** A gap that stood has closed. */
  readonly closedGap: boolean;
  /** Events that were new, those that the views look into. */
  readonly fresh: readonly StoredEvent[];
}

export interface IntakeOptions extends KeeperOptions {
  /** How long a gap may be open before the missing part is asked for: with several workers the batch
   *  before this one may be in another's hands. */
  readonly patienceMs: Millis;
  /** Read before each write, however the epoch looks. */
  readonly careful: boolean;
}

interface Epoch extends EpochKey {
  row: EpochRow;
  isChanged: boolean;
}

interface Tally {
  readonly fresh: StoredEvent[];
  /** Of the epoch that the gateway is in: here already under an earlier one. */
  readonly copies: Set<number>;
  epoch?: Epoch;
  refusal?: 'rollback' | 'conflict';
  fault?: IntakeFault;
  saidHello?: boolean;
  /** Something came that wants an answer. */
  asks?: boolean;
  began?: boolean;
  closedGap?: boolean;
}

const ASK_AGAIN_MS: Millis = 2 * SECOND_MS;

/** What was written at once was not as free as the epoch said. */
export class NotFree extends Error {}

/**
 * What the cloud keeps of what gateways send within one transaction, and what it answers after the
 * commit. Batches that continue what is there are gathered and written at once; before anything else is
 * written, what is there is read. @see sync.md 7, ingest
 */
export class EventIntake {
  readonly #options: IntakeOptions;
  readonly #keeper: EventKeeper;
  readonly #epochs = new Map<string, Epoch>();
  readonly #tallies = new Map<string, Tally>();
  #pending: ChainedRun[] = [];

  private constructor(options: IntakeOptions) {
    this.#options = options;
    this.#keeper = new EventKeeper(options);
  }

  /** `keys`: every epoch that the messages to come name. */
  static async begin(options: IntakeOptions, keys: readonly EpochKey[]): Promise<EventIntake> {
    const intake = new EventIntake(options);
    const distinct = new Map(keys.map(key => [nameOf(key), key]));
    const sorted = [...distinct.values()].sort(byName);
    for (const {gateway, epoch, row} of await options.writer.lockEpochs(options.tx, sorted)) {
      intake.#epochs.set(nameOf({gateway, epoch}), {gateway, epoch, row, isChanged: false});
    }
    return intake;
  }

  /** Which epoch of its gateway it is; undefined: nobody has heard of it. */
  noOf(key: EpochKey): number | undefined {
    return this.#epochs.get(nameOf(key))?.row.no;
  }

  /** Where to resume. An unknown epoch begins at the lowest number that the gateway still holds. */
  async hello(gateway: string, hello: Hello): Promise<void> {
    const tally = this.#tally(gateway);
    const held = this.#epochs.get(nameOf({gateway, epoch: hello.epoch}));
    tally.asks = true;
    tally.saidHello = true;
    tally.began ||= !held;
    tally.epoch = held ?? (await this.#beginEpoch(gateway, hello));
    delete tally.refusal;
    if (tally.epoch.row.known > hello.head) tally.refusal = 'rollback';
  }

  async batch(gateway: string, batch: Batch): Promise<void> {
    const epoch = this.#epochs.get(nameOf({gateway, epoch: batch.epoch}));
    if (!epoch) return;
    const tally = this.#tally(gateway);
    const run = chained(gateway, batch, epoch.row.no);
    if (!run) {
      tally.fault = 'chain_broken';
      return;
    }
    tally.epoch = epoch;
    tally.asks = true;
    if (batch.o) await this.#noteCopies(epoch, tally, batch);
    const {known, knownHash} = epoch.row;
    const overlap = Math.max(0, known - batch.from + 1);
    const hangsOn = overlap === 0 ? batch.p : toHex(hashIn(run, overlap - 1));
    const continues = overlap > 0 || batch.from === known + 1;
    if (!this.#options.careful && continues && knownHash && hangsOn === toHex(knownHash)) {
      if (this.#append(epoch, tally, runBehind(run, overlap))) return;
    }
    await this.#flush(gateway);
    await this.#keep(epoch, tally, batch, storedRun(run));
  }

  /** Early copies carry no chain; their batch confirms them later. */
  async live(gateway: string, live: UpMessages['live']): Promise<void> {
    const epoch = this.#epochs.get(nameOf({gateway, epoch: live.epoch}));
    if (!epoch) return;
    await this.#flush(gateway);
    const {known, no, beyond} = epoch.row;
    const events = live.ev.map((wire, index) => storedEvent(wire, no, live.seq + index, null));
    const later = events.filter(event => event.seq > known);
    const fresh = await this.#keeper.keepEarly(gateway, later);
    noteFresh(this.#tally(gateway), fresh);
    const [first] = fresh;
    if (first) this.#set(epoch, {beyond: Math.min(beyond ?? first.seq, first.seq)});
  }

  /** The gateway holds these no more: the gap stays, marked, and the story goes on behind it. */
  async gone(gateway: string, gone: UpMessages['gone']): Promise<void> {
    const epoch = this.#epochs.get(nameOf({gateway, epoch: gone.epoch}));
    if (!epoch || gone.to <= epoch.row.known) return;
    await this.#flush(gateway);
    const {tx, ledger, wallMs} = this.#options;
    const tally = this.#tally(gateway);
    tally.epoch = epoch;
    tally.asks = true;
    const from = epoch.row.known + 1;
    const top = Math.max(epoch.row.chained, gone.to);
    if (gone.from > from) {
      this.#set(epoch, {chained: top});
      return;
    }
    await ledger.addGap(tx, gateway, epoch.row.no, {from, to: gone.to, why: gone.why}, wallMs);
    this.#set(epoch, {known: gone.to, knownHash: null, chained: top});
    await this.#walk(epoch, tally);
  }

  /** Write what is still in hand; settles with what to answer once all is committed. */
  async finish(): Promise<readonly IntakeResult[]> {
    await this.#flush();
    for (const epoch of this.#epochs.values()) this.#noteGap(epoch);
    const results = [...this.#tallies].map(([gateway, tally]) => ({
      gateway,
      ack: this.#answer(tally),
      fault: tally.fault,
      began: tally.began ?? false,
      closedGap: tally.closedGap ?? false,
      fresh: tally.fresh.filter(({seq}) => !tally.copies.has(seq)),
    }));
    const changed = [...this.#epochs.values()].filter(epoch => epoch.isChanged);
    await this.#options.writer.saveEpochs(this.#options.tx, changed);
    return results;
  }

  async #beginEpoch(gateway: string, {epoch: name, low, first = 1}: Hello): Promise<Epoch> {
    const {tx, ledger, writer, wallMs} = this.#options;
    const known = Math.max(0, low - 1);
    const knownHash = known === 0 ? CHAIN_START : null;
    await ledger.addEpoch(tx, gateway, {epoch: name, known, knownHash, wallMs});
    const [added] = await writer.lockEpochs(tx, [{gateway, epoch: name}]);
    if (!added) throw new StoreError('store/conflict', 'another epoch began at the same moment');
    const epoch = {...added, isChanged: false};
    this.#epochs.set(nameOf(added), epoch);
    // Numbers below the first of the epoch are those of the one before.
    if (known >= first) {
      const gap = {from: first, to: known, why: 'before_first_contact'};
      await ledger.addGap(tx, gateway, added.row.no, gap, wallMs);
    }
    return epoch;
  }

  async #noteCopies({gateway, row}: Epoch, tally: Tally, batch: Batch): Promise<void> {
    await this.#flush(gateway);
    const {tx, ledger} = this.#options;
    const epoch = async (name: string) =>
      this.#epochs.get(nameOf({gateway, epoch: name}))?.row ?? ledger.epoch(tx, gateway, name);
    const copies = await copiesIn({tx, ledger, epoch}, gateway, batch, row.no);
    await ledger.addCopies(tx, gateway, row.no, copies);
    for (const seq of copies) tally.copies.add(seq);
  }

  /** Events that hang on the last one known go at once, as long as they meet nothing that is there. */
  #append(epoch: Epoch, tally: Tally, run: ChainedRun): boolean {
    const {epochNo, from, ev} = run;
    if (ev.length === 0) return true;
    const last = from + ev.length - 1;
    const {beyond, chained: top} = epoch.row;
    if (beyond !== null && last + 1 >= beyond) return false;
    this.#pending.push(run);
    ev.forEach((event, index) => {
      if (isViewed(event[0])) tally.fresh.push(storedEvent(event, epochNo, from + index, null));
    });
    const knownHash = hashIn(run, ev.length - 1);
    this.#set(epoch, {known: last, knownHash, chained: Math.max(top, last)});
    return true;
  }

  async #keep(
    epoch: Epoch,
    tally: Tally,
    batch: Batch,
    events: readonly StoredEvent[],
  ): Promise<void> {
    const {gateway} = epoch;
    if (!(await this.#continues(epoch, batch))) {
      await this.#keeper.keepClaims(gateway, events);
      refuse(tally);
      return;
    }
    const last = batch.from + events.length - 1;
    if (last <= epoch.row.known && (await this.#hashAt(epoch, last)) === batch.h) return;
    const {fresh, conflict} = await this.#keeper.keep(gateway, events);
    noteFresh(tally, fresh);
    this.#set(epoch, {
      chained: Math.max(epoch.row.chained, last),
      beyond: Math.min(epoch.row.beyond ?? batch.from, batch.from),
    });
    if (conflict) refuse(tally);
    else if (batch.from <= epoch.row.known + 1) await this.#walk(epoch, tally);
  }

  /** Does the batch hang on the event before it, as far as that one is known? */
  async #continues(epoch: Epoch, batch: Batch): Promise<boolean> {
    if (batch.from === 1) return batch.p === toHex(CHAIN_START);
    const {known, knownHash} = epoch.row;
    const before =
      batch.from - 1 === known ? hexOf(knownHash) : await this.#hashAt(epoch, batch.from - 1);
    return before === undefined || before === batch.p;
  }

  async #hashAt({gateway, row}: Epoch, seq: number): Promise<string | undefined> {
    const {tx, ledger} = this.#options;
    return hexOf((await ledger.get(tx, gateway, row.no, seq))?.hash);
  }

  async #walk(epoch: Epoch, tally: Tally): Promise<void> {
    const row = await this.#keeper.walk(epoch.gateway, epoch.row);
    if (row) this.#set(epoch, row);
    else refuse(tally);
  }

  /** `gateway`: only when something of that one is in hand. */
  async #flush(gateway?: string): Promise<void> {
    const runs = this.#pending;
    if (runs.length === 0 || (gateway && !runs.some(run => run.gateway === gateway))) return;
    this.#pending = [];
    const {tx, writer, wallMs} = this.#options;
    const wanted = runs.reduce((sum, run) => sum + run.ev.length, 0);
    if ((await writer.append(tx, runs, wallMs)) !== wanted) throw new NotFree();
  }

  /** A gap is a fact of the database, so that all workers see the same one. */
  #noteGap(epoch: Epoch): void {
    const {wallMs} = this.#options;
    const {known, chained: top, gapSinceWall} = epoch.row;
    if (top > known) {
      if (gapSinceWall === null || gapSinceWall > wallMs) this.#set(epoch, {gapSinceWall: wallMs});
      return;
    }
    if (gapSinceWall === null) return;
    this.#set(epoch, {gapSinceWall: null, gapAskedWall: null});
    this.#tally(epoch.gateway).closedGap = true;
  }

  /** Asks for the missing part, but not with every batch behind it. */
  #answer({epoch, refusal, saidHello, asks}: Tally): Ack | undefined {
    if (!epoch || !asks) return undefined;
    const {known, knownHash, gapSinceWall, gapAskedWall} = epoch.row;
    const name = {epoch: epoch.epoch};
    if (refusal === 'rollback') return {...name, new_epoch: refusal, known};
    if (refusal) return {...name, new_epoch: refusal};
    if (saidHello) return {...name, upto: known, ...(knownHash ? {h: toHex(knownHash)} : {})};
    const {wallMs, patienceMs} = this.#options;
    const isPatient = gapSinceWall === null || wallMs - gapSinceWall < patienceMs;
    const askedMs = gapAskedWall === null ? -1 : wallMs - gapAskedWall;
    if (isPatient || (askedMs >= 0 && askedMs < ASK_AGAIN_MS)) return {...name, upto: known};
    this.#set(epoch, {gapAskedWall: wallMs});
    return {...name, want: known + 1};
  }

  #set(epoch: Epoch, changes: Partial<EpochRow>): void {
    epoch.row = {...epoch.row, ...changes};
    epoch.isChanged = true;
  }

  #tally(gateway: string): Tally {
    const held = this.#tallies.get(gateway);
    if (held) return held;
    const tally: Tally = {fresh: [], copies: new Set()};
    this.#tallies.set(gateway, tally);
    return tally;
  }
}

function nameOf({gateway, epoch}: EpochKey): string {
  return `${gateway}/${epoch}`;
}

function hexOf(hash: Uint8Array | null | undefined): string | undefined {
  return hash ? toHex(hash) : undefined;
}

function noteFresh({fresh}: Tally, events: readonly StoredEvent[]): void {
  for (const event of events) if (isViewed(event.kind)) fresh.push(event);
}

function refuse(tally: Tally): void {
  tally.refusal = 'conflict';
  tally.fault = 'seq_conflict';
}
