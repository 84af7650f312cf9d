import type {Clock, Millis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {Log} from '../platform/log.js';
import type {ConfigDesk} from '../runtime/site-config/config-desk.js';
import type {SiteFileRole, WatchedSite} from '../runtime/site-config/contract.js';
import {MOST_WAIT_MS} from '../runtime/site-config/trial-machine.js';

/** One site that runs, from its start to its end. */
export interface SiteRun {
  readonly watched: WatchedSite;
  close(): Promise<void>;
}

export type StartedSite<Run> =
  | {readonly kind: 'running'; readonly run: Run}
  /** Nothing of it stays open. */
  | {readonly kind: 'refused'; readonly problems: readonly string[]};

export interface SiteSupervisorOptions<Run> {
  readonly clock: Clock;
  readonly log: Log;
  readonly desk: ConfigDesk;
  readonly start: (file: SiteFileRole) => Promise<StartedSite<Run>>;
  /** Keep a copy of all that the site has, before another file is tried on it. */
  readonly keepCopy: (run: Run) => Promise<void>;
}

/** A port or the database may still be held by what has just been closed. */
const TRIES = 5;
const TRY_AGAIN_MS: Millis = SECOND_MS;
const LOOK_MS: Millis = SECOND_MS;

/** Keeps one site running in this process, and starts it anew with another file when its desk says so. */
export class SiteSupervisor<Run extends SiteRun> {
  /** Why no site file runs any more; settles only when that comes to pass. */
  readonly ended: Promise<readonly string[]>;
  readonly #options: SiteSupervisorOptions<Run>;
  #run: Run | undefined;
  #end: (problems: readonly string[]) => void = () => {};
  #restarting: Promise<void> = Promise.resolve();
  /** A trial was ended before its file ran: what runs is the file in force. */
  #isUntouched = false;
  #isClosed = false;

  constructor(options: SiteSupervisorOptions<Run>) {
    this.#options = options;
    this.ended = new Promise(resolve => {
      this.#end = resolve;
    });
  }

  /** The site that runs; undefined while it is started anew. */
  get current(): Run | undefined {
    return this.#run;
  }

  /** The first start of the process: what cannot run is told at once. */
  open(): Promise<StartedSite<Run>> {
    return this.#startFrom(this.#options.desk.boot(), 1);
  }

  /** Close what runs and start this file. Returns at once. */
  restart(file: SiteFileRole): void {
    this.#restarting = this.#restarting
      .then(() => this.#restart(file))
      .catch(thrown => this.#end([errorText(thrown)]));
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#options.desk.close();
    await this.#restarting;
    await this.#closeRun();
  }

  async #restart(file: SiteFileRole): Promise<void> {
    if (file === 'trial') {
      await this.#keepCopy();
      this.#isUntouched = !(await this.#comesToRest());
    }
    if (this.#run && this.#isUntouched) {
      if (file === 'site') this.#options.desk.opened(this.#run.watched);
      return;
    }
    await this.#closeRun();
    if (this.#isClosed) return;
    const started = await this.#startFrom(file, TRIES);
    if (started.kind === 'refused') this.#end(started.problems);
  }

  /** Without room for a copy the file is tried all the same: it may be the one that makes room. */
  async #keepCopy(): Promise<void> {
    if (!this.#run || this.#isClosed) return;
    try {
      await this.#options.keepCopy(this.#run);
    } catch (thrown) {
      this.#options.log.error('config.no-copy', {error: errorText(thrown)});
    }
  }

  /**
   * An arm may have set out while the copy was made: nothing is closed under it. False when the trial is
   * over before its file ran, for the site was never at rest or because somebody ended it.
   */
  async #comesToRest(): Promise<boolean> {
    const {clock, desk} = this.#options;
    const sinceMs = clock.nowMs();
    while (this.#run && !this.#isClosed) {
      if (desk.record.trial?.phase !== 'running') return false;
      const {watched} = this.#run;
      if (!watched.isBusy) return true;
      if (clock.nowMs() - sinceMs >= MOST_WAIT_MS && desk.stayedBusy(watched)) return false;
      await clock.sleep(LOOK_MS);
    }
    return true;
  }

  /** Start `file`, or what the desk names in its place. */
  async #startFrom(file: SiteFileRole, tries: number): Promise<StartedSite<Run>> {
    const {desk} = this.#options;
    const started = await this.#try(file, tries);
    if (started.kind === 'running') {
      this.#run = started.run;
      desk.opened(started.run.watched);
      return started;
    }
    const other = desk.failed(started.problems.join('; '));
    return other === undefined ? started : this.#startFrom(other, TRIES);
  }

  async #try(file: SiteFileRole, tries: number): Promise<StartedSite<Run>> {
    const {clock, log, start} = this.#options;
    const started = await start(file);
    if (started.kind === 'running' || tries <= 1 || this.#isClosed) return started;
    log.warn('site.not-started', {file, problems: started.problems});
    await clock.sleep(TRY_AGAIN_MS);
    return this.#try(file, tries - 1);
  }

  /** A part that does not close must not keep the next file from its start. */
  async #closeRun(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    try {
      await run?.close();
    } catch (thrown) {
      if (this.#isClosed) throw thrown;
      this.#options.log.error('site.not-closed', {error: errorText(thrown)});
    }
  }
}
