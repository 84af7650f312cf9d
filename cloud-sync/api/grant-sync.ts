import type {Clock, Millis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {StagedGrants} from '../../protocols/cloud/up-messages.js';
import type {SyncLog} from '../log.js';
import type {Downlink} from './downlink.js';
import {Errands} from './errands.js';
import {type HeldReport, mergedReports} from './gateway-reports.js';
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
const MAX_PART_ROWS = 200;
/** What was sent is not sent again before the gateway answered, or this has passed. */
const IN_FLIGHT_MS: Millis = 5 * SECOND_MS;
/** Who lacks nothing is told so this often, which keeps the age of what it has; a book is old after 24 h. */
const CONFIRM_EVERY_MS: Millis = MINUTE_MS;

/** What is to be looked into for a gateway. */
interface Order {
  /** What it said last; undefined: it said nothing. */
  readonly report: HeldReport | undefined;
  /** The wanted state has changed since. */
  readonly isChanged: boolean;
}

interface InFlight {
  readonly untilMs: Millis;
  /** Version and number of a part; undefined when changes were sent. */
  readonly part: string | undefined;
}

/**
 * Brings each gateway to the state the cloud wants: revocations first, then changes, or the whole
 * state where changes do not lead there. Driven by what the gateway reports, so nothing is lost when
 * a message is, and what two workers send twice is taken once. @see sync.md 8, state
 */
export class GrantSync {
  readonly #options: GrantSyncOptions;
  /** Only saves sending twice: another worker knows nothing of it, and nothing breaks. */
  readonly #inFlight = new Map<string, InFlight>();
  /** What each was told last that it has all of, in its session. */
  readonly #confirmed = new Map<string, {readonly state: string; readonly atMs: Millis}>();
  readonly #errands: Errands<Order>;

  constructor(options: GrantSyncOptions) {
    this.#options = options;
    this.#errands = new Errands({
      merge: merged,
      run: (gateway, order) => this.#run(gateway, order),
      onError: (gateway, error) => {
        // The gateway's next heartbeat starts it again.
        options.log.warn('grants.not_sent', {gateway, why: errorText(error)});
      },
    });
  }

  /** After the commit of what the gateway said: send what it lacks, or confirm that it lacks nothing. */
  onReport(report: HeldReport): void {
    this.#add(report.row.gw, {report, isChanged: false});
  }

  /** The wanted state has changed. */
  push(gateway: string): void {
    this.#add(gateway, {report: undefined, isChanged: true});
  }

  /** Settles when nothing is being sent any more. */
  close(): Promise<void> {
    return this.#errands.close();
  }

  #add(gateway: string, order: Order): void {
    if (this.#options.sessions.online(gateway)) this.#errands.add(gateway, order);
  }

  async #run(gateway: string, {report, isChanged}: Order): Promise<void> {
    const {store, gateways, clock} = this.#options;
    const row = isChanged ? await store.read(db => gateways.get(db, gateway)) : report?.row;
    if (!row) return;
    await this.#sendRevocations(row);
    if (report && this.#settles(report)) this.#inFlight.delete(gateway);
    if (report?.revocationsOnly && !isChanged) return;
    if (clock.nowMs() < (this.#inFlight.get(gateway)?.untilMs ?? 0)) return;
    this.#inFlight.delete(gateway);
    await this.#sendState(row, report?.staged);
  }

  /** An answer to the part before, delivered twice, is none to the part that is on its way. */
  #settles({row, settled, staged}: HeldReport): boolean {
    const part = this.#inFlight.get(row.gw)?.part;
    return (
      settled === 'hello' || (settled && (!staged || partOf(staged.ver, staged.next) !== part))
    );
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

  async #sendState(row: GatewayRow, staged: StagedGrants | undefined): Promise<void> {
    if (row.heldVer === row.cfgVer && row.heldHash === row.cfgHash) {
      this.#confirm(row);
      return;
    }
    const {store, grants} = this.#options;
    const byChanges = row.heldVer < row.cfgVer && row.misfit === 0 && !isOf(row, staged);
    const changes = byChanges
      ? await store.read(db => grants.changes(db, row.gw, row.heldVer, MAX_OPS))
      : [];
    const last = changes.at(-1);
    if (!last) {
      await this.#sendPart(row, staged);
      return;
    }
    this.#markInFlight(row.gw, undefined);
    const fitting = fitInto(changes);
    const end = fitting.at(-1) ?? last;
    this.#sendDelta(row, end.ver, end.hash, fitting);
  }

  /** Not at each heartbeat: it would double what both ends of a fleet at rest send, sign and verify. */
  #confirm(row: GatewayRow): void {
    const {clock, sessions} = this.#options;
    const {gw, cfgVer, cfgHash} = row;
    const state = `${sessions.online(gw)?.sid} ${cfgVer} ${cfgHash}`;
    const before = this.#confirmed.get(gw);
    const atMs = clock.nowMs();
    if (before?.state === state && atMs - before.atMs < CONFIRM_EVERY_MS) return;
    this.#confirmed.set(gw, {state, atMs});
    this.#sendDelta(row, cfgVer, cfgHash, []);
  }

  #sendDelta(row: GatewayRow, to: number, hash: string, changes: readonly GrantChange[]): void {
    const {downlink, sessions} = this.#options;
    const session = sessions.online(row.gw);
    if (!session) return;
    const ops = changes.map(change => change.op);
    downlink.send(row.gw, 'cfg', {sid: session.sid, from: row.heldVer, to, ops, hash});
  }

  /** One part of the whole state, the first that the gateway lacks: it asks for the next itself. */
  async #sendPart(stale: GatewayRow, staged: StagedGrants | undefined): Promise<void> {
    const {store, gateways, grants, downlink} = this.#options;
    // Version, hash and rows of one moment: the row is locked while they are read.
    const found = await store.transaction(async tx => {
      const row = await gateways.lock(tx, stale.gw);
      if (!row) return undefined;
      const ver = Math.max(versionBeyond(row, stale), versionBeyondStaged(row, staged));
      if (ver !== row.cfgVer) await grants.skipTo(tx, row.gw, ver);
      const there = ver === row.cfgVer && isOf(row, staged) ? staged : undefined;
      const limit = {rows: MAX_PART_ROWS, chars: PART_CHARS};
      const part = await grants.part(tx, row.gw, there?.after, limit);
      return {ver, hash: row.cfgHash, i: there?.next ?? 0, ...part};
    });
    if (!found) return;
    const {ver, hash, i, rows, isLast} = found;
    this.#markInFlight(stale.gw, partOf(ver, i));
    downlink.send(stale.gw, 'snap', {ver, hash, i, last: isLast, part: rows});
  }

  #markInFlight(gateway: string, part: string | undefined): void {
    this.#inFlight.set(gateway, {untilMs: this.#options.clock.nowMs() + IN_FLIGHT_MS, part});
  }
}

/** What is newer says what the gateway holds; nothing that was to be done gets lost. */
function merged(earlier: Order, later: Order): Order {
  const [before, after] = [earlier.report, later.report];
  const isChanged = earlier.isChanged || later.isChanged;
  if (!before || !after) return {report: after ?? before, isChanged};
  return {report: mergedReports(before, after), isChanged};
}

function partOf(ver: number, i: number): string {
  return `${ver}/${i}`;
}

/** Are the staged parts of the state that is wanted? */
function isOf({cfgVer, cfgHash}: GatewayRow, staged: StagedGrants | undefined): boolean {
  return staged?.ver === cfgVer && staged.hash === cfgHash;
}

/** After a restore this database may lie behind the gateway, or hold another state under the same
 *  number: versions move past both, so that the snapshot counts as newer. */
function versionBeyond(row: GatewayRow, {heldVer, heldHash}: GatewayRow): number {
  const same = heldVer === row.cfgVer && heldHash === row.cfgHash;
  return same || heldVer < row.cfgVer ? row.cfgVer : heldVer + 1;
}

/** The same for parts that wait at the gateway: it takes none of an older version. */
function versionBeyondStaged({cfgVer}: GatewayRow, staged: StagedGrants | undefined): number {
  return staged && staged.ver > cfgVer ? staged.ver + 1 : cfgVer;
}

function fitInto(changes: readonly GrantChange[]): readonly GrantChange[] {
  let chars = 0;
  const count = changes.findIndex(change => {
    chars += JSON.stringify(change.op).length;
    return chars > PART_CHARS;
  });
  return count < 0 ? changes : changes.slice(0, Math.max(1, count));
}
