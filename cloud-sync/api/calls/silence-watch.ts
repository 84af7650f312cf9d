import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import {SECOND_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';
import type {Presence} from '../places/live-bays.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import {FaultTable} from '../store/fault-table.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {CallDesk} from './call-desk.js';
import type {CallTable} from './call-table.js';
import type {SilentTable, SiteGateway} from './silent-table.js';

export interface SilenceWatchOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly sites: SiteTable;
  readonly calls: CallTable;
  readonly silent: SilentTable;
  readonly desk: CallDesk;
  readonly changes: ChangeFeed;
  readonly presence: Presence;
  /** This worker hears what gateways say. */
  readonly isListening: () => boolean;
}

/** Three heartbeats and a little: the third one is missed, the fourth not due. @see ecosystem.md 1.3 */
const SILENT_AFTER_MS: Millis = 35 * SECOND_MS;
/** A gateway that comes back is looked for so often. */
const BACK_EVERY_MS: Millis = 5 * SECOND_MS;
const SILENT_FAULT = 'gateway_silent';

/**
 * Notices gateways that fall silent: a fault, a word to whoever follows, to those who are told of calls, and the
 * next step of each call that is open there. A worker that has just begun to listen gives everybody time to be heard.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  #listeningMs: Millis | undefined;
  readonly #faults = new FaultTable();

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** Gives by when to look again, by the monotonic clock. */
  async run(): Promise<Millis> {
    const {clock, store, silent, presence, isListening} = this.#options;
    const nowMs = clock.nowMs();
    if (!isListening()) {
      this.#listeningMs = undefined;
      return nowMs + BACK_EVERY_MS;
    }
    this.#listeningMs ??= nowMs;
    const known = await store.read(db => silent.known(db));
    const before = await store.read(db => silent.silent(db));
    let nextMs = nowMs + SILENT_AFTER_MS;
    if (before.size > 0) nextMs = nowMs + BACK_EVERY_MS;
    for (const gateway of known) {
      const lastMs = Math.max(presence.heardMs(gateway.gateway) ?? 0, this.#listeningMs);
      const isSilent = nowMs - lastMs >= SILENT_AFTER_MS;
      if (isSilent && !before.has(gateway.gateway)) {
        await this.#try(gateway, tx => this.#fallen(tx, gateway, nowMs - lastMs));
        nextMs = Math.min(nextMs, nowMs + BACK_EVERY_MS);
      } else if (!isSilent) {
        if (before.has(gateway.gateway) && presence.isOnline(gateway.gateway)) {
          await this.#try(gateway, tx => this.#back(tx, gateway));
        }
        nextMs = Math.min(nextMs, lastMs + SILENT_AFTER_MS);
      }
    }
    return nextMs;
  }

  async #fallen(tx: CloudTransaction, at: SiteGateway, forMs: Millis): Promise<void> {
    const {clock, log, sites, calls, silent, desk} = this.#options;
    const {gateway, site} = at;
    const wall = clock.wallMs();
    const sinceWall = wall - Math.round(forMs);
    if (!(await silent.add(tx, gateway, {sinceWall, wall}))) return;
    for (const call of await calls.openOf(tx, gateway)) {
      await desk.feed(tx, call, {kind: 'silent', sinceWall});
    }
    const detail = 'no heartbeat';
    await this.#faults.raise(tx, gateway, {kind: SILENT_FAULT, wallMs: wall, detail});
    await this.#tell(tx, at, 'silent', {sinceMs: sinceWall});
    const name = (await sites.byId(tx, site))?.name ?? site;
    await desk.tellAll(tx, site, SILENT_FAULT, {kind: 'gateway', site: name, gateway});
    log.warn('gateway.silent', {gateway, forMs: Math.round(forMs)});
  }

  async #back(tx: CloudTransaction, at: SiteGateway): Promise<void> {
    const {log, calls, silent, desk} = this.#options;
    const {gateway} = at;
    if (!(await silent.remove(tx, gateway))) return;
    for (const call of await calls.openOf(tx, gateway)) await desk.feed(tx, call, {kind: 'heard'});
    await this.#faults.clear(tx, gateway, [SILENT_FAULT]);
    await this.#tell(tx, at, 'heard', {});
    log.info('gateway.heard', {gateway});
  }

  #tell(
    tx: CloudTransaction,
    {gateway, tenant, site}: SiteGateway,
    word: 'silent' | 'heard',
    data: object,
  ): Promise<void> {
    const about = {subject: 'gateway', subjectId: gateway, data};
    return this.#options.changes.note(tx, {tenant, site, type: `gateway.${word}`, ...about});
  }

  /** One gateway that cannot be written down holds up no other. */
  async #try({gateway}: SiteGateway, work: (tx: CloudTransaction) => Promise<void>): Promise<void> {
    const {store, log} = this.#options;
    try {
      await store.transaction(work);
    } catch (error) {
      if (error instanceof StoreError && error.code !== 'store/failed') throw error;
      log.error('gateway.not_watched', {gateway, why: errorText(error)});
    }
  }
}
