import type {Clock, Millis} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import type {Downlink} from './downlink.js';
import type {GatewaySessions} from './gateway-sessions.js';
import type {CloudDatabase} from './store/cloud-database.js';
import type {GatewayRow, GatewayTable} from './store/gateway-table.js';
import type {GrantChange, GrantTable} from './store/grant-table.js';

export interface GrantSyncOptions {
  readonly clock: Clock;
  readonly database: CloudDatabase;
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
  readonly sessions: GatewaySessions;
  readonly downlink: Downlink;
}

type Report = UpMessages['cfg'];

/** Plain JSON per message: room for the envelope below the 64 KB limit, even undeflated. */
const PART_CHARS = 20_000;
const MAX_REVOCATIONS = 500;
const MAX_OPS = 500;
/** What was sent is not sent again before the gateway answered, or this has passed. */
const IN_FLIGHT_MS: Millis = 5 * SECOND_MS;

/**
 * Brings each gateway to the state the cloud wants: revocations first, then changes, or the whole
 * state where changes do not lead there. Driven by what the gateway reports, so nothing is lost when
 * a message is. @see sync.md 8, state
 */
export class GrantSync {
  readonly #options: GrantSyncOptions;
  readonly #inFlight = new Map<string, Millis>();
  /** Gateways that changes did not lead to the promised state: they need the whole. */
  readonly #misfits = new Set<string>();

  constructor(options: GrantSyncOptions) {
    this.#options = options;
  }

  /** A new connection: nothing of the old one is on its way any more. */
  onHello(gateway: string, hello: UpMessages['hello']): void {
    this.#inFlight.delete(gateway);
    this.#note(gateway, hello.cfg, hello.rev);
    this.push(gateway);
  }

  onHeartbeat(gateway: string, heartbeat: UpMessages['hb']): void {
    this.#note(gateway, heartbeat.cfg, heartbeat.rev);
    this.push(gateway);
  }

  onReport(gateway: string, report: Report): void {
    this.#options.gateways.setHeld(gateway, report.ver, report.hash);
    if (report.err === 'hash') this.#misfits.add(gateway);
    // After a failure the wait stays, so that two ends that disagree do not exchange states all day.
    if (report.err === undefined) this.#inFlight.delete(gateway);
    this.push(gateway);
  }

  onRevocationReport(gateway: string, ver: number): void {
    const {gateways, sessions} = this.#options;
    const before = gateways.get(gateway)?.heldRev ?? 0;
    gateways.setHeldRevocations(gateway, ver);
    const row = gateways.get(gateway);
    if (row && ver > before && sessions.online(gateway)) this.#sendRevocations(row);
  }

  /** Send what the gateway lacks, or confirm that it lacks nothing. */
  push(gateway: string): void {
    const {clock, gateways, sessions} = this.#options;
    const row = gateways.get(gateway);
    if (!row || !sessions.online(gateway)) return;
    this.#sendRevocations(row);
    if (clock.nowMs() < (this.#inFlight.get(gateway) ?? 0)) return;
    this.#sendState(row);
  }

  #note(gateway: string, cfg: {readonly ver: number; readonly hash: string}, rev: number): void {
    this.#options.gateways.setHeld(gateway, cfg.ver, cfg.hash);
    this.#options.gateways.setHeldRevocations(gateway, rev);
  }

  #sendRevocations(row: GatewayRow): void {
    if (row.heldRev >= row.revVer) return;
    const {grants, downlink} = this.#options;
    const list = grants.revokedSince(row.gw, row.heldRev, MAX_REVOCATIONS);
    const last = list.at(-1);
    if (last) downlink.send(row.gw, 'rev', {ver: last.ver, ids: list.map(({id}) => id)});
  }

  #sendState(row: GatewayRow): void {
    if (row.heldVer === row.cfgVer && row.heldHash === row.cfgHash) {
      this.#sendDelta(row, row.cfgVer, row.cfgHash, []);
      return;
    }
    const byChanges = row.heldVer < row.cfgVer && !this.#misfits.has(row.gw);
    const changes = byChanges ? this.#options.grants.changes(row.gw, row.heldVer, MAX_OPS) : [];
    const last = changes.at(-1);
    if (!last) {
      this.#sendSnapshot(row);
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

  #sendSnapshot(stale: GatewayRow): void {
    this.#misfits.delete(stale.gw);
    const row = this.#aheadOf(stale);
    const parts = split(this.#options.grants.all(row.gw));
    this.#markInFlight(row.gw);
    parts.forEach((part, i) => {
      const chunk = {ver: row.cfgVer, i, n: parts.length, part, hash: row.cfgHash};
      this.#options.downlink.send(row.gw, 'snap', chunk);
    });
  }

  /** After a restore this database may lie behind the gateway, or hold another state under the same
   *  number: versions move past both, so that the snapshot counts as newer. */
  #aheadOf(row: GatewayRow): GatewayRow {
    const same = row.heldVer === row.cfgVer && row.heldHash === row.cfgHash;
    if (same || row.heldVer < row.cfgVer) return row;
    const {database, gateways, grants} = this.#options;
    database.transaction(() => grants.skipTo(row.gw, row.heldVer + 1));
    return gateways.get(row.gw) ?? row;
  }

  #markInFlight(gateway: string): void {
    this.#inFlight.set(gateway, this.#options.clock.nowMs() + IN_FLIGHT_MS);
  }
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
