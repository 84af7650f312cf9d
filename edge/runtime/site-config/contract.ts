import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {SiteConfigState} from '../../../protocols/cloud/site-config.js';
import type {ConfigRefusal, ConfigRollback} from '../../../protocols/site/config-trials.js';
import type {SiteFact} from '../../../protocols/site/events.js';

/** Which of the two whole files runs: the one in force, or the one on trial. */
export type SiteFileRole = 'site' | 'trial';

/** A new site file, looked at and not yet touched. */
export interface ConfigOffer {
  readonly sha: string;
  /** Of the cloud; 0: applied on the spot. */
  readonly ver: number;
  /** Hashes of the files that it may replace; none: any. */
  readonly base: readonly string[];
  readonly by: string;
  /** Devices that it names no more are meant to go. */
  readonly removing: boolean;
}

/** The newest version from the cloud, and what became of it. Version 0: none came yet. */
export interface CloudVersion {
  readonly ver: number;
  readonly sha: string;
  readonly state: SiteConfigState;
  readonly why: ConfigRefusal | ConfigRollback | null;
  readonly problems: readonly string[];
}

export interface Trial {
  readonly sha: string;
  readonly ver: number;
  readonly by: string;
  readonly removing: boolean;
  /** Hash of the file that it replaces. */
  readonly previous: string;
  /** `staged`: sound and on the disk, waits for a safe moment. */
  readonly phase: 'staged' | 'running';
  /** Starts of the daemon with it, this one included. */
  readonly starts: number;
  /** Devices that answered before it. */
  readonly before: readonly string[];
  readonly linkWasUp: boolean;
}

/** What became of a site file, for people. */
export interface ConfigHistoryEntry {
  readonly wallMs: UnixMillis;
  readonly sha: string;
  readonly ver: number;
  readonly by: string;
  readonly result: 'applied' | 'rolled_back' | 'refused';
  readonly why: ConfigRefusal | ConfigRollback | null;
  readonly detail: string;
}

export type ConfigFact = Extract<SiteFact, {readonly kind: `config.${string}`}>;

/** All that is remembered of site files beside the files themselves; one small file, replaced whole. */
export interface ConfigRecord {
  readonly v: 1;
  readonly cloud: CloudVersion;
  readonly trial: Trial | null;
  /** Newest last. */
  readonly history: readonly ConfigHistoryEntry[];
  /** Hashes of the files that were in force before, newest last, of which a copy is kept. */
  readonly backups: readonly string[];
  /** What the journal has not been told yet. */
  readonly untold: readonly ConfigFact[];
}

/** What a trial sees of the site that runs. */
export interface SiteSight {
  /** Since the daemon of this site was started. */
  readonly upMs: Millis;
  /** An arm moves, or somebody's card is being judged. */
  readonly isBusy: boolean;
  readonly health: ReadonlyMap<string, 'ok' | 'offline'>;
  /** Undefined: the site has no cloud. */
  readonly isLinkUp: boolean | undefined;
}

/** The site that runs, as the desk of site files needs it. */
export interface WatchedSite {
  readonly isBusy: boolean;
  readonly isLinkUp: boolean | undefined;
  deviceHealth(): ReadonlyMap<string, 'ok' | 'offline'>;
  /** @throws StoreError when nothing was stored */
  tell(facts: readonly ConfigFact[]): void;
}

export const EMPTY_RECORD: ConfigRecord = {
  v: 1,
  cloud: {ver: 0, sha: '', state: 'applied', why: null, problems: []},
  trial: null,
  history: [],
  backups: [],
  untold: [],
};
