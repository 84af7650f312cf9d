import type {UpMessages} from '../../protocols/cloud/up-messages.js';

/** What the gateway holds, as `u/site` says it. */
export type SiteConfigReport = UpMessages['site'];

/** A whole site file from the cloud; signature, session and hash are checked. */
export interface SiteConfigPush {
  readonly ver: number;
  /** SHA-256 of `text`. */
  readonly sha: string;
  /** Hashes of the files that it may replace; none: any. */
  readonly base: readonly string[];
  readonly text: string;
  /** Devices that it names no more are meant to go. */
  readonly removing: boolean;
  /** Who wrote it, as the cloud knows them. */
  readonly by: string;
}

/**
 * Where site files from the cloud land at the gateway. State, not act: a version that was taken before
 * changes nothing, and the same text under a newer version restarts nothing.
 */
export interface SiteConfigSink {
  report(): SiteConfigReport;
  /** Returns at once; what becomes of it is told to `onReport`. */
  take(push: SiteConfigPush): void;
  /** Call `listener` after every change of the report, until the returned function is called. */
  onReport(listener: () => void): () => void;
}
