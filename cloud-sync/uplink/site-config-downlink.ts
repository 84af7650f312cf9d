import type {DownMessages} from '../../protocols/cloud/down-messages.js';
import {joinSiteText} from '../../protocols/cloud/site-config.js';
import {rawDeflate} from '../raw-deflate.js';
import type {SiteConfigReport, SiteConfigSink} from './site-config-sink.js';

interface Assembly {
  readonly ver: number;
  readonly sha: string;
  readonly n: number;
  readonly pieces: Map<number, string>;
}

export interface SiteConfigDownlinkOptions {
  readonly sid: string;
  readonly sink: SiteConfigSink | undefined;
  readonly report: (report: SiteConfigReport) => void;
  /** A message that goes no further. */
  readonly drop: (why: string) => void;
}

/** Puts site files from the cloud together, signature already checked, and reports what became of them. */
export class SiteConfigDownlink {
  readonly #options: SiteConfigDownlinkOptions;
  #assembly: Assembly | undefined;
  #forget: (() => void) | undefined;

  constructor(options: SiteConfigDownlinkOptions) {
    this.#options = options;
  }

  /** The cloud has answered: say what is held, now and after every change. */
  start(): void {
    this.#forget ??= this.#options.sink?.onReport(() => this.#report());
    this.#report();
  }

  close(): void {
    this.#forget?.();
  }

  take(piece: DownMessages['site']): void {
    const {sid, sink, drop} = this.#options;
    if (!sink || piece.sid !== sid) {
      drop(sink ? 'session' : 'unasked');
      return;
    }
    if (piece.ver <= sink.report().ver) {
      this.#report();
      return;
    }
    const {pieces, n} = this.#assemblyOf(piece);
    pieces.set(piece.i, piece.piece);
    if (pieces.size < n) return;
    this.#assembly = undefined;
    const inOrder = Array.from({length: n}, (_, index) => pieces.get(index) ?? '');
    const text = joinSiteText(inOrder, piece.sha, rawDeflate);
    if (text === undefined) {
      drop('text');
      return;
    }
    const {ver, sha, base, removing, by} = piece;
    sink.take({ver, sha, base, text, removing, by});
  }

  #assemblyOf({ver, sha, n}: DownMessages['site']): Assembly {
    const open = this.#assembly;
    if (open && open.ver === ver && open.sha === sha && open.n === n) return open;
    this.#assembly = {ver, sha, n, pieces: new Map()};
    return this.#assembly;
  }

  #report(): void {
    const {sink, report} = this.#options;
    if (sink) report(sink.report());
  }
}
