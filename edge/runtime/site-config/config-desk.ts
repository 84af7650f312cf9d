import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {SECOND_MS} from '../../../protocols/base/units.js';
import {
  MAX_SITE_PROBLEM_CHARS,
  MAX_SITE_PROBLEMS,
  type SiteConfigState,
  siteTextHash,
} from '../../../protocols/cloud/site-config.js';
import {NO_TRIAL, type PageConfig} from '../../page/view.js';
import type {Log} from '../../platform/log.js';
import {
  type ConfigOffer,
  type ConfigRecord,
  EMPTY_RECORD,
  type SiteFileRole,
  type WatchedSite,
} from './contract.js';
import type {SiteFiles} from './site-files.js';
import {
  stepTrial,
  TRIAL_MS,
  type TrialEffect,
  type TrialInput,
  type TrialState,
} from './trial-machine.js';

export interface ConfigDeskOptions {
  readonly files: SiteFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** Every problem of a text that is to take the place of the file in force. */
  readonly problemsOf: (text: string, isFromCloud: boolean) => readonly string[];
  /** Close the site that runs and start this file; `opened` or `failed` is called afterwards. */
  readonly restart: (file: SiteFileRole) => void;
}

/** A site file from a person on the spot. */
export interface LocalOffer {
  readonly text: string;
  readonly by: string;
  /** Devices that it names no more are meant to go. */
  readonly removing: boolean;
}

/** A site file from the cloud. */
export interface CloudPush extends LocalOffer {
  readonly ver: number;
  readonly sha: string;
  readonly base: readonly string[];
}

/** `same`: in force or on trial already, nothing was restarted. */
export interface LocalAnswer {
  readonly kind: 'staged' | 'same' | 'refused' | 'rolled_back';
  readonly sha: string;
  readonly problems: readonly string[];
}

export interface CloudReport {
  readonly ver: number;
  readonly sha: string;
  readonly state: SiteConfigState;
  readonly held: string;
  readonly why: string | null;
  readonly problems: readonly string[];
}

/** How often a trial looks at the site. */
const LOOK_MS: Millis = SECOND_MS;
const NO_HASH = '0'.repeat(64);

/**
 * Takes site files from the cloud and from people, tries them, and remembers what became of them. It
 * outlives the site that it restarts. @see requirements E15
 */
export class ConfigDesk {
  readonly #options: ConfigDeskOptions;
  readonly #listeners = new Set<() => void>();
  #state: TrialState;
  #site: WatchedSite | undefined;
  #openedMs: Millis = 0;
  #look: Timer | undefined;
  /** The file on trial is the one in force by now, and the record does not say so yet. */
  #isPromoted = false;
  #isClosed = false;

  constructor(options: ConfigDeskOptions) {
    this.#options = options;
    const {files} = options;
    this.#state = {
      record: files.record() ?? EMPTY_RECORD,
      heldSha: files.hash('site') ?? NO_HASH,
      sinceMs: undefined,
      linkSeen: false,
      gone: [],
    };
  }

  get record(): ConfigRecord {
    return this.#state.record;
  }

  /** Which file this start of the process runs. */
  boot(): SiteFileRole {
    const {files, log} = this.#options;
    const input = {kind: 'boot', stagedSha: files.hash('trial')} as const;
    const {state, effects} = stepTrial(this.#state, input, this.#time());
    if (!this.#keep(state)) {
      // What cannot be counted is not tried: the file in force runs, and the trial waits for a better disk.
      log.error('config.trial-waits', {});
      return 'site';
    }
    this.#state = state;
    if (effects.some(({kind}) => kind === 'discard')) this.#discard();
    return this.#fileToRun(effects) ?? 'site';
  }

  /** The site runs. */
  opened(site: WatchedSite): void {
    this.#site = site;
    this.#openedMs = this.#options.clock.nowMs();
    this.#feed({kind: 'started', problem: undefined});
  }

  /** The site could not be started; the file to start instead, if there is one. */
  failed(problem: string): SiteFileRole | undefined {
    const {state, effects} = stepTrial(this.#state, {kind: 'started', problem}, this.#time());
    const file = this.#fileToRun(effects);
    if (file === undefined) return undefined;
    this.#options.log.error('config.not-started', {problem});
    // Even if the record cannot be kept: its count of starts ends the trial at the next start.
    this.#keep(state);
    this.#state = state;
    this.#discard();
    return file;
  }

  /** An arm has moved ever since the file on trial was to take over: `site` goes on as it is. False when
   *  the disk would not take that; then nothing has changed. */
  stayedBusy(site: WatchedSite): boolean {
    this.#site = site;
    if (this.#feed({kind: 'busy'})) return true;
    this.#site = undefined;
    return false;
  }

  /** `SiteConfigSink` of the uplink. */
  report(): CloudReport {
    const {record, heldSha: held} = this.#state;
    const {ver, sha, state, why, problems} = record.cloud;
    if (ver === 0) return {ver, sha: held, state: 'applied', held, why: null, problems: []};
    const shown = problems.slice(0, MAX_SITE_PROBLEMS);
    const short = shown.map(text => text.slice(0, MAX_SITE_PROBLEM_CHARS));
    return {ver, sha, state, held, why, problems: short};
  }

  take({text, ...offer}: CloudPush): void {
    this.#offer(text, offer, true);
  }

  onReport(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Try a file that a person brings. */
  apply({text, by, removing}: LocalOffer): LocalAnswer {
    const sha = siteTextHash(text);
    const {record, heldSha} = this.#state;
    const onTrial = record.trial?.sha;
    if (sha === (onTrial ?? heldSha)) return {kind: 'same', sha, problems: []};
    if (onTrial !== undefined) {
      return {kind: 'refused', sha, problems: ['another site file is on trial']};
    }
    const problems = this.#offer(text, {sha, ver: 0, base: [], by, removing}, false);
    return {kind: problems.length > 0 ? 'refused' : 'staged', sha, problems};
  }

  /** End a trial, or try the file that was in force before. */
  rollback(by: string): LocalAnswer {
    if (this.#isPromoted) this.#notePromoted();
    const {record, heldSha} = this.#state;
    if (this.#isPromoted) {
      return {kind: 'refused', sha: heldSha, problems: ['the disk does not take it']};
    }
    if (record.trial) {
      const isStored = this.#feed({kind: 'rollback', by});
      const problems = isStored ? [] : ['the disk does not take it'];
      return {kind: isStored ? 'rolled_back' : 'refused', sha: heldSha, problems};
    }
    const last = record.backups.findLast(sha => sha !== heldSha);
    const text = last === undefined ? undefined : this.#options.files.backup(last);
    if (text !== undefined) return this.apply({text, by, removing: true});
    return {kind: 'refused', sha: heldSha, problems: ['no former site file is kept']};
  }

  /** What the page shows. */
  picture(): PageConfig {
    const {record, sinceMs, gone} = this.#state;
    const {trial} = record;
    if (!trial) return NO_TRIAL;
    const endsMs = trial.phase === 'staged' ? null : (sinceMs ?? this.#time().nowMs) + TRIAL_MS;
    const phase = trial.phase === 'staged' ? 'staged' : 'trial';
    const counts = {answered: trial.before.length, gone: gone.length};
    return {phase, version: trial.ver, endsMs, ...counts};
  }

  close(): void {
    this.#isClosed = true;
    this.#site = undefined;
    this.#look?.cancel();
  }

  #offer(text: string, offer: ConfigOffer, isFromCloud: boolean): readonly string[] {
    const {files, log, problemsOf} = this.#options;
    const {record, heldSha} = this.#state;
    const isKnown = record.trial !== null || offer.sha === heldSha;
    const isOld = isFromCloud && offer.ver <= record.cloud.ver;
    const problems = isKnown || isOld ? [] : problemsOf(text, isFromCloud);
    const isBased = offer.base.length === 0 || offer.base.includes(heldSha);
    let notStored: string | undefined;
    if (!isKnown && !isOld && isBased && problems.length === 0) {
      notStored = this.#attempt('stage', () => files.stage(text));
    }
    const stored = this.#feed({
      ...{kind: 'offer', offer, problems},
      ...(notStored === undefined ? {} : {notStored}),
    });
    log.notice('config.offered', {sha: offer.sha, ver: offer.ver, by: offer.by, problems});
    if (notStored !== undefined) return [notStored];
    if (stored) return problems;
    if (!this.#state.record.trial) this.#discard();
    return ['the record of site files cannot be written'];
  }

  /** False when the disk would not take it: nothing has happened then. */
  #feed(input: TrialInput): boolean {
    const before = this.#state.record;
    const {state, effects} = stepTrial(this.#state, input, this.#time());
    if (!this.#keep(state)) {
      this.#arm();
      return false;
    }
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (this.#state.record !== before) for (const listener of this.#listeners) listener();
    this.#tellJournal();
    this.#arm();
    return true;
  }

  #perform(effect: TrialEffect): void {
    const {files, log, restart} = this.#options;
    switch (effect.kind) {
      case 'run':
        log.notice('config.restart', {file: effect.file});
        this.#site = undefined;
        restart(effect.file);
        return;
      case 'promote': {
        const why = this.#attempt('promote', () => files.promote());
        if (why === undefined) this.#notePromoted();
        else this.#feed({kind: 'notPromoted', why});
        return;
      }
      case 'discard':
        this.#discard();
        return;
      case 'giveUp':
        log.fatal('config.no-file-runs', {problem: effect.problem});
    }
  }

  /** Only a record that names the copy keeps it. False: to be tried again, the disk does not take it now. */
  #notePromoted(): boolean {
    this.#isPromoted = !this.#feed({kind: 'promoted'});
    if (this.#isPromoted) return false;
    this.#attempt('prune', () => this.#options.files.prune(this.record.backups));
    return true;
  }

  #fileToRun(effects: readonly TrialEffect[]): SiteFileRole | undefined {
    return effects.find(effect => effect.kind === 'run')?.file;
  }

  #discard(): void {
    this.#attempt('discard', () => this.#options.files.discard());
  }

  /** On the disk before anything follows from it. */
  #keep({record}: TrialState): boolean {
    if (record === this.#state.record) return true;
    return this.#attempt('record', () => this.#options.files.keep(record)) === undefined;
  }

  /** Why the disk would not do it; undefined when it did. */
  #attempt(what: string, work: () => void): string | undefined {
    try {
      work();
      return undefined;
    } catch (thrown) {
      this.#options.log.error('config.not-stored', {what, error: errorText(thrown)});
      return errorText(thrown);
    }
  }

  #tellJournal(): void {
    const {untold} = this.#state.record;
    if (!this.#site || untold.length === 0) return;
    try {
      this.#site.tell(untold);
    } catch (thrown) {
      this.#options.log.warn('config.not-journalled', {error: errorText(thrown)});
      return;
    }
    this.#feed({kind: 'told'});
  }

  #arm(): void {
    const {trial, untold} = this.#state.record;
    const isWanted = this.#site !== undefined && (trial !== null || untold.length > 0);
    if (this.#isClosed || !isWanted || this.#look) return;
    this.#look = this.#options.clock.timer('config look', LOOK_MS, () => {
      this.#look = undefined;
      this.#lookAtSite();
      this.#arm();
    });
  }

  #lookAtSite(): void {
    const site = this.#site;
    if (!site || (this.#isPromoted && !this.#notePromoted())) return;
    const {isBusy, isLinkUp} = site;
    const upMs = this.#time().nowMs - this.#openedMs;
    this.#feed({kind: 'look', sight: {upMs, isBusy, isLinkUp, health: site.deviceHealth()}});
  }

  #time() {
    const {clock} = this.#options;
    return {nowMs: clock.nowMs(), wallMs: clock.wallMs()};
  }
}
