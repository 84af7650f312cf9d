import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {
  dueUpdate,
  judgeTrial,
  mayUpdate,
  type Update,
  type UpdateFact,
  type UpdateRecord,
  type UpdateSight,
} from '../domain/update/update-machine.js';
import type {Log} from '../platform/log.js';
import type {UpdateFiles} from './update-files.js';

/** The site that runs, as whoever brings new releases sees it. */
export interface UpdatedSite {
  readonly database: string;
  sight(): Omit<UpdateSight, 'upMs' | 'stuck'>;
  /** @throws StoreError when nothing was stored */
  tell(facts: readonly UpdateFact[]): void;
  /** A copy of the whole site, before something risky. */
  keepCopy(): Promise<void>;
}

export interface UpdateDeskOptions {
  readonly files: UpdateFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** Undefined while the site is started anew. */
  readonly site: () => UpdatedSite | undefined;
  readonly stuck: () => readonly string[];
  /** End this process, so that the next start puts another release in place. Nothing moves meanwhile. */
  readonly leave: () => void;
}

const LOOK_MS: Millis = SECOND_MS;

/** Waits for the moment of a new release, and judges the one that is on trial. @see requirements E16 */
export class UpdateDesk {
  readonly #options: UpdateDeskOptions;
  readonly #startedMs: Millis;
  #record: UpdateRecord;
  #linkSeen = false;
  /** Of this version there is a copy of the site from before. */
  #copied = '';
  #isCopying = false;
  #isLeaving = false;
  #timer: Timer | undefined;

  constructor(options: UpdateDeskOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    this.#record = options.files.record();
    this.#arm();
  }

  get update(): Update | null {
    return this.#record.update;
  }

  close(): void {
    this.#isLeaving = true;
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer = this.#options.clock.timer('update look', LOOK_MS, () => {
      try {
        this.#look();
      } catch (thrown) {
        // A disk that does not take the record: what it says still holds, and it is tried again.
        this.#options.log.error('update.not-stored', {error: errorText(thrown)});
      }
      if (!this.#isLeaving) this.#arm();
    });
  }

  #look(): void {
    const site = this.#options.site();
    if (!site) return;
    this.#takeOffer(site);
    this.#tellJournal(site);
    const {update} = this.#record;
    if (!update) return;
    const {clock, stuck} = this.#options;
    const upMs = clock.nowMs() - this.#startedMs;
    const sight: UpdateSight = {...site.sight(), upMs, stuck: stuck()};
    this.#linkSeen ||= sight.isLinkUp === true;
    if (update.phase === 'waiting') this.#await(update, sight, site);
    else if (update.phase === 'trial') this.#judge(update, sight);
  }

  #takeOffer(site: UpdatedSite): void {
    const {files, log} = this.#options;
    const offer = files.offer();
    if (!offer) return;
    const {update} = this.#record;
    if (update && update.phase !== 'waiting' && update.phase !== 'sound') return;
    const waiting: Update = {
      ...{version: offer.version, file: offer.file, by: offer.by, phase: 'waiting', from: ''},
      ...{before: [], linkWasUp: false, why: null, detail: '', database: site.database},
    };
    this.#keep({...this.#record, update: waiting});
    files.dropOffer();
    log.notice('update.waits', {version: offer.version, by: offer.by});
  }

  #await(update: Update, sight: UpdateSight, site: UpdatedSite): void {
    if (!mayUpdate(sight)) return;
    if (this.#copied !== update.version) {
      if (!this.#isCopying) this.#copy(update.version, site);
      return;
    }
    this.#keep({...this.#record, update: dueUpdate(update, sight)});
    this.#leave('update.due', update.version);
  }

  /** The site goes on meanwhile: afterwards the moment is looked for anew. */
  #copy(version: string, site: UpdatedSite): void {
    this.#isCopying = true;
    site
      .keepCopy()
      .then(
        () => {
          this.#copied = version;
        },
        thrown => this.#options.log.error('update.no-copy', {error: errorText(thrown)}),
      )
      .finally(() => {
        this.#isCopying = false;
      });
  }

  #judge(update: Update, sight: UpdateSight): void {
    const judged = judgeTrial(update, sight, this.#linkSeen);
    if (!judged) return;
    if (judged.phase === 'failed') {
      this.#keep({...this.#record, update: judged});
      this.#leave('update.failed', update.version);
      return;
    }
    // What runs is sound from now on; the next start, whenever that is, makes it the one to go back to.
    const {version, from, by} = update;
    const fact: UpdateFact = {kind: 'update.applied', body: {version, from, by}};
    this.#keep({...this.#record, update: judged, untold: [...this.#record.untold, fact]});
    this.#options.log.notice('update.sound', {version});
  }

  #leave(event: string, version: string): void {
    this.#options.log.notice(event, {version});
    this.#isLeaving = true;
    this.#options.leave();
  }

  #tellJournal(site: UpdatedSite): void {
    const {untold} = this.#record;
    if (untold.length === 0) return;
    site.tell(untold);
    this.#keep({...this.#record, untold: []});
  }

  /** On the disk before anything follows from it. */
  #keep(record: UpdateRecord): void {
    this.#options.files.keep(record);
    this.#record = record;
  }
}
