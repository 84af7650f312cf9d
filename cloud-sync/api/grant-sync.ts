import type {Clock, Millis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import type {SyncLog} from '../log.js';
import type {Downlink} from './downlink.js';
import type {HeldReport} from './gateway-reports.js';
import type {GatewaySessions} from './gateway-sessions.js';
import type {CloudStore} from './store/cloud-store.js';
import type {GatewayRow, GatewayTable} from './store/gateway-table.js';
import type {GrantChange, GrantTable} from './store/grant-table.js';

export interface GrantSyncOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
  readonly sessions: GatewaySessions;
  readonly downlink: Downlink;
}

/** Plain JSON per message: room for the envelope below the 64 KB limit, even undeflated. */
const PART_CHARS = 20_000;
const MAX_REVOCATIONS = 500;
const MAX_OPS = 500;
/** What was sent is not sent again before the gateway answered, or this has passed. */
const IN_FLIGHT_MS: Millis = 5 * SECOND_MS;

/**
 * Brings each gateway to the state the cloud wants: revocations first, then changes, or the whole
 * state where changes do not lead there. Driven by what the gateway reports, so nothing is lost when
 * a message is, and what two workers send twice is taken once. @see sync.md 8, state
 */
export class GrantSync {
  readonly #options: GrantSyncOptions;
  /** Only saves sending twice: another worker knows nothing of it, and nothing breaks. */
  readonly #inFlight = new Map<string, Millis>();
  /** Work for one gateway goes on one after the other. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(options: GrantSyncOptions) {
    this.#options = options;
  }

  /** After the commit of what the gateway said: send what it lacks, or confirm that it lacks nothing. */
  onReport({row, settled, revocationsOnly}: HeldReport): void {
    if (settled) this.#inFlight.delete(row.gw);
    this.#queue(row.gw, () => (revocationsOnly ? this.#sendRevocations(row) : this.#bringUp(row)));
  }

  /** The wanted state has changed. */
  push(gateway: string): void {
    const {store, gateways} = this.#options;
    this.#queue(gateway, async () => {
      const row = await store.read(db => gateways.get(db, gateway));
      if (row) await this.#bringUp(row);
    });
  }

  /** Settles when nothing is being sent any more. */
  async close(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  #queue(gateway: string, work: () => Promise<void>): void {
    if (!this.#options.sessions.online(gateway)) return;
    const before = this.#busy.get(gateway) ?? Promise.resolve();
    const done = before.then(work).catch(error => {
      // The gateway's next heartbeat starts it again.
      this.#options.log.warn('grants.not_sent', {gateway, why: errorText(error)});
    });
    const tracked = done.finally(() => {
      if (this.#busy.get(gateway) === tracked) this.#busy.delete(gateway);
    });
    this.#busy.set(gateway, tracked);
  }

  async #bringUp(row: GatewayRow): Promise<void> {
    const {clock} = this.#options;
    await this.#sendRevocations(row);
    if (clock.nowMs() < (this.#inFlight.get(row.gw) ?? 0)) return;
    this.#inFlight.delete(row.gw);
    await this.#sendState(row);
  }

  async #sendRevocations(row: GatewayRow): Promise<void> {
    if (row.heldRev >= row.revVer) return;
    const {store, grants, downlink} = this.#options;
    const list = await store.read(db =>
      grants.revokedSince(db, row.gw, row.heldRev, MAX_REVOCATIONS),
    );
    const last = list.at(-1);
    // The newest may be forgotten by now: with all the rest it holds them too.
    const isAll = list.length < MAX_REVOCATIONS;
    const ver = Math.max(last?.ver ?? 0, isAll ? row.revVer : 0);
    downlink.send(row.gw, 'rev', {ver, ids: list.map(({id}) => id)});
  }

  async #sendState(row: GatewayRow): Promise<void> {
    if (row.heldVer === row.cfgVer && row.heldHash === row.cfgHash) {
      this.#sendDelta(row, row.cfgVer, row.cfgHash, []);
      return;
    }
    const {store, grants} = this.#options;
    const byChanges = row.heldVer < row.cfgVer && row.misfit === 0;
    const changes = byChanges
      ? await store.read(db => grants.changes(db, row.gw, row.heldVer, MAX_OPS))
      : [];
    const last = changes.at(-1);
    if (!last) {
      await this.#sendSnapshot(row);
      return;
    }
    this.#markInFlight(row.gw);
    const fitting = fitInto(changes);
    const end = fitting.at(-1) ?? last;
    this.#sendDelta(row, end.ver, end.hash, fitting);
  }

  #sendDelta(row: GatewayRow, to: number, hash: string, changes: readonly GrantChange[]): void {
    const {downlink, sessions} = this.#options;
    const session = sessions.online(row.gw);
    if (!session) return;
    const ops = changes.map(change => change.op);
    downlink.send(row.gw, 'cfg', {sid: session.sid, from: row.heldVer, to, ops, hash});
  }

  async #sendSnapshot(stale: GatewayRow): Promise<void> {
    const {store, gateways, grants, downlink} = this.#options;
    // Version, hash and rows of one moment: the row is locked while they are read.
    const state = await store.transaction(async tx => {
      const row = await gateways.lock(tx, stale.gw);
      if (!row) return undefined;
      const ver = versionBeyond(row, stale);
      if (ver !== row.cfgVer) await grants.skipTo(tx, row.gw, ver);
      return {ver, hash: row.cfgHash, parts: split(await grants.all(tx, row.gw))};
    });
    if (!state) return;
    this.#markInFlight(stale.gw);
    const {ver, hash, parts} = state;
    parts.forEach((part, i) => {
      downlink.send(stale.gw, 'snap', {ver, i, n: parts.length, part, hash});
    });
  }

  #markInFlight(gateway: string): void {
    this.#inFlight.set(gateway, this.#options.clock.nowMs() + IN_FLIGHT_MS);
  }
}

/** After a restore this database may lie behind the gateway, or hold another state under the same
 *  number: versions move past both, so that the snapshot counts as newer. */
function versionBeyond(row: GatewayRow, {heldVer, heldHash}: GatewayRow): number {
  const same = heldVer === row.cfgVer && heldHash === row.cfgHash;
  return same || heldVer < row.cfgVer ? row.cfgVer : heldVer + 1;
}

function fitInto(changes: readonly GrantChange[]): readonly GrantChange[] {
  let chars = 0;
  const count = changes.findIndex(change => {
    chars += JSON.stringify(change.op).length;
    return chars > PART_CHARS;
  });
  return count < 0 ? changes : changes.slice(0, Math.max(1, count));
}

/** At least one part, so that an empty state can be sent too. */
function split(rows: readonly GrantStateRow[]): readonly (readonly GrantStateRow[])[] {
  const parts: GrantStateRow[][] = [[]];
  let chars = 0;
  for (const row of rows) {
    const length = JSON.stringify(row).length;
    if (chars > 0 && chars + length > PART_CHARS) {
      parts.push([]);
      chars = 0;
    }
    parts.at(-1)?.push(row);
    chars += length;
  }
  return parts;
}
