import type {Clock, Millis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {canonicalJson} from '../../protocols/cloud/signing.js';
import {cutSiteText} from '../../protocols/cloud/site-config.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import type {SyncLog} from '../log.js';
import {rawDeflate} from '../raw-deflate.js';
import type {Downlink} from './downlink.js';
import {Errands} from './errands.js';
import type {GatewaySessions} from './gateway-sessions.js';
import type {CloudStore} from './store/cloud-store.js';
import type {GatewayTable} from './store/gateway-table.js';
import type {SiteConfigRow, SiteConfigTable, SiteHeldRow} from './store/site-config-table.js';

export interface SiteConfigSyncOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly configs: SiteConfigTable;
  readonly sessions: GatewaySessions;
  readonly downlink: Downlink;
}

type Report = UpMessages['site'];

/** What was sent is not sent again before the gateway answered, or this has passed. */
const IN_FLIGHT_MS: Millis = 10 * SECOND_MS;

/**
 * Brings each gateway the newest site file, until it says that it has dealt with it: applied, taken back
 * and refused are all ends, and only a newer version begins anew. Driven by what gateways report and by
 * their heartbeats, so a message that is lost is sent again.
 */
export class SiteConfigSync {
  readonly #options: SiteConfigSyncOptions;
  readonly #inFlight = new Map<string, Millis>();
  /** Sessions of gateways that were seen to lack nothing: their heartbeats ask the database no more. */
  readonly #settled = new Map<string, string>();
  /** What a gateway said last, if it said something. */
  readonly #errands: Errands<{readonly report?: Report}>;

  constructor(options: SiteConfigSyncOptions) {
    this.#options = options;
    this.#errands = new Errands({
      merge: (earlier, later) => ({...earlier, ...later}),
      run: (gateway, order) => this.#run(gateway, order),
      onError: (gateway, error) => {
        // The gateway's next heartbeat starts it again.
        options.log.warn('site_config.not_sent', {gateway, why: errorText(error)});
      },
    });
  }

  onReport(gateway: string, report: Report): void {
    this.#errands.add(gateway, {report});
  }

  onHeartbeat(gateway: string): void {
    const session = this.#options.sessions.online(gateway);
    if (!session || this.#settled.get(gateway) === session.sid) return;
    this.#errands.add(gateway, {});
  }

  /** The wanted file has changed. */
  push(gateway: string): void {
    this.#settled.delete(gateway);
    this.#errands.add(gateway, {});
  }

  /** Settles when nothing is being sent any more. */
  close(): Promise<void> {
    return this.#errands.close();
  }

  async #run(gateway: string, {report}: {readonly report?: Report}): Promise<void> {
    if (report) {
      await this.#note(gateway, report);
      this.#inFlight.delete(gateway);
    }
    await this.#bringUp(gateway);
  }

  async #note(gateway: string, report: Report): Promise<void> {
    const {clock, store, gateways, configs} = this.#options;
    // Most connections say nothing new, and a street that regains power says it all at once.
    if (isSame(report, await store.read(db => configs.held(db, gateway)))) return;
    await store.transaction(async tx => {
      if (!(await gateways.lock(tx, gateway))) return;
      await configs.setHeld(tx, gateway, report, clock.wallMs());
      const newest = await configs.newest(tx, gateway);
      // After a restore this database may lie behind the gateway, or hold another text under its number.
      const isAhead = newest && report.ver >= newest.ver && report.sha !== newest.sha;
      if (isAhead) await configs.add(tx, gateway, {...newest, ver: report.ver + 1, base: []});
    });
  }

  async #bringUp(gateway: string): Promise<void> {
    const {clock, store, configs, sessions} = this.#options;
    const session = sessions.online(gateway);
    if (!session || clock.nowMs() < (this.#inFlight.get(gateway) ?? 0)) return;
    const {newest, held} = await store.read(async db => ({
      newest: await configs.newest(db, gateway),
      held: await configs.held(db, gateway),
    }));
    // A gateway that never told of site files does not know the message.
    if (!newest || !held || held.ver >= newest.ver) {
      this.#settled.set(gateway, session.sid);
      return;
    }
    this.#inFlight.set(gateway, clock.nowMs() + IN_FLIGHT_MS);
    this.#send(gateway, session.sid, newest);
  }

  #send(gateway: string, sid: string, {text, ver, sha, base, removing, by}: SiteConfigRow): void {
    const pieces = cutSiteText(text, rawDeflate);
    const whole = {sid, ver, sha, base: [...base], n: pieces.length, removing, by};
    pieces.forEach((piece, i) => {
      this.#options.downlink.send(gateway, 'site', {...whole, i, piece});
    });
  }
}

function isSame(report: Report, held: SiteHeldRow | undefined): boolean {
  if (!held) return false;
  const {reportedWall: _, ...said} = held;
  return canonicalJson(said) === canonicalJson(report);
}
