import type {Clock, Millis} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {asId, type BayId, type CommandId} from '../../protocols/site/ids.js';
import type {SyncLog} from '../log.js';
import type {CommandBook} from './command-book.js';
import {type CommandEffect, type CommandInput, SKEW_MS} from './command-machine.js';
import type {Downlink} from './downlink.js';
import type {GatewaySessions} from './gateway-sessions.js';
import {DueRunner} from './orders/due-runner.js';
import type {CloudStore} from './store/cloud-store.js';
import type {CommandRow} from './store/command-table.js';
import type {GatewayTable} from './store/gateway-table.js';

export interface CommandRunnerOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly book: CommandBook;
  readonly sessions: GatewaySessions;
  readonly downlink: Downlink;
}

/** Looked at in one go: so what is new never waits behind more than this. */
const AT_ONCE = 100;
/** Of one gateway in one go. */
const SHARE = 8;
/** Gateways that the database is asked about in one go. */
const GATEWAYS_AT_ONCE = 200;
/** Gateways come back in crowds. */
const CROWD_MS: Millis = SECOND_MS / 4;

/**
 * Sends what waits for a gateway that is there, once, from whichever worker comes first, and ends what
 * nobody will answer any more. All that it knows stands in the database, so it goes on after a restart.
 * Tenants and gateways take turns: a crowd of one holds up no other's. @see sync.md 8
 */
export class CommandRunner {
  readonly #options: CommandRunnerOptions;
  readonly #runner: DueRunner;
  /** Gateways that were away when something waited for them. */
  #missed: ReadonlySet<string> = new Set();
  /** Whose connection is another one than when what they were sent was looked at last. */
  readonly #changed = new Set<string>();
  readonly #seen = new Map<string, string>();
  /** Not all that there was to do was done in one go. */
  #isShort = false;

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
    const {clock, log, store} = options;
    this.#runner = new DueRunner({
      ...{name: 'cloud.commands', clock, log, isShared: store.isShared},
      runDue: () => this.#run(),
      nextDue: () => this.#nextDue(),
    });
  }

  start(): void {
    this.#runner.start();
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }

  /** A command was stored. */
  wake(): void {
    this.#runner.wake(this.#options.clock.wallMs());
  }

  /** A connection began or ended, or was heard of. */
  onSession(gateway: string): void {
    const {clock, sessions} = this.#options;
    const session = sessions.online(gateway);
    const seen = session ? `${session.sid} ${session.began !== undefined}` : '';
    if (this.#missed.has(gateway)) this.wake();
    if (this.#seen.get(gateway) === seen) return;
    this.#seen.set(gateway, seen);
    this.#changed.add(gateway);
    this.#runner.wake(clock.wallMs() + CROWD_MS);
  }

  async #run(): Promise<number> {
    this.#isShort = false;
    const sent = await this.#sendWaiting();
    const ended = await this.#lookAtDue();
    await this.#lookAtChanged();
    return sent + ended;
  }

  #nextDue(): Promise<number | undefined> {
    const {clock, store, book} = this.#options;
    if (this.#isShort) return Promise.resolve(clock.wallMs());
    return store.read(db => book.table.nextDue(db));
  }

  async #sendWaiting(): Promise<number> {
    const {store, sessions, book} = this.#options;
    const waiting = await store.read(db => book.table.pendingGateways(db));
    const here = waiting.filter(gateway => sessions.isOnline(gateway));
    this.#missed = new Set(waiting.filter(gateway => !sessions.isOnline(gateway)));
    const found: CommandRow[] = [];
    for (let at = 0; at < here.length; at += GATEWAYS_AT_ONCE) {
      const some = here.slice(at, at + GATEWAYS_AT_ONCE);
      found.push(...(await store.read(db => book.table.pending(db, some, SHARE))));
    }
    const rows = inTurns(found).slice(0, AT_ONCE);
    const byGateway = new Map<string, CommandRow[]>();
    for (const row of rows) {
      const own = byGateway.get(row.gateway);
      if (own) own.push(row);
      else byGateway.set(row.gateway, [row]);
    }
    this.#isShort ||= found.length > rows.length;
    this.#isShort ||= [...byGateway.values()].some(({length}) => length === SHARE);
    // Those of one gateway in their order, those of several at one time.
    await Promise.all(
      [...byGateway.values()].map(async own => {
        for (const row of own) await this.#send(row);
      }),
    );
    return rows.length;
  }

  async #lookAtDue(): Promise<number> {
    const {clock, store, book} = this.#options;
    const wallMs = clock.wallMs();
    const due = await store.read(async db => [
      ...(await book.table.due(db, wallMs, AT_ONCE)),
      ...(await book.table.stranded(db, wallMs + SKEW_MS, AT_ONCE)),
    ]);
    this.#isShort ||= due.length >= AT_ONCE;
    for (const row of due) await this.#look(row);
    return due.length;
  }

  /** What was sent to gateways that are connected anew, or not any more. */
  async #lookAtChanged(): Promise<void> {
    const {clock, store, book} = this.#options;
    const some = [...this.#changed].slice(0, GATEWAYS_AT_ONCE);
    if (some.length === 0) return;
    const wallMs = clock.wallMs();
    const asked = await store.read(db => book.table.askedOf(db, some, wallMs));
    for (const gateway of some) this.#changed.delete(gateway);
    const now = asked.slice(0, SHARE);
    for (const gateway of asked.slice(SHARE)) this.#changed.add(gateway);
    this.#isShort ||= this.#changed.size > 0;
    for (const gateway of now) await this.#lookAtSent(gateway);
  }

  async #lookAtSent(gateway: string): Promise<void> {
    const {clock, store, book, sessions} = this.#options;
    const sent = {gateway, session: sessions.online(gateway)?.sid};
    for (let after = ''; ; ) {
      const part = {wallMs: clock.wallMs(), after, limit: AT_ONCE};
      const rows = await store.read(db => book.table.sentBefore(db, sent, part));
      for (const row of rows) await this.#lookAtSession(row);
      const last = rows.at(-1);
      if (!last || rows.length < AT_ONCE) return;
      after = last.id;
    }
  }

  async #look(row: CommandRow): Promise<void> {
    if (row.state === 'pending') await this.#step(row, {kind: 'due'});
    else if (!(await this.#lookAtSession(row))) await this.#step(row, await this.#dueOf(row));
  }

  /** True: the connection that it was sent in is over, and that is written down. */
  async #lookAtSession(row: CommandRow): Promise<boolean> {
    const {sessions} = this.#options;
    const {state, gateway, session, sentWall} = row;
    if (session === null || !sessions.isOver(gateway, session, sentWall ?? 0)) return false;
    const journal = sessions.journalOf(gateway) ?? null;
    if (state === 'unknown' && (!journal || row.journal)) return false;
    await this.#step(row, {kind: 'sessionOver', journal});
    return true;
  }

  async #dueOf(row: CommandRow): Promise<CommandInput> {
    const {store, book} = this.#options;
    const {state, journal} = row;
    if (state !== 'unknown' || !journal) return {kind: 'due'};
    const isWhole = await store.read(db => book.table.isJournalWhole(db, row, journal));
    return {kind: 'journalRead', isWhole};
  }

  async #send(row: CommandRow): Promise<void> {
    const {sessions} = this.#options;
    const session = sessions.online(row.gateway);
    if (!session) return;
    // Taken before it is stored: what the database takes long for comes off its time.
    const ref = sessions.referenceOf(session);
    const sent = await this.#step(row, {kind: 'send', session: session.sid});
    for (const effect of sent.effects) this.#publish(row, effect, {ref, n: sent.n});
  }

  #step(
    {id}: CommandRow,
    input: CommandInput,
  ): Promise<{readonly effects: readonly CommandEffect[]; readonly n: number}> {
    const {clock, store, book, gateways} = this.#options;
    const wallMs = clock.wallMs();
    return store.transaction(async tx => {
      const stepped = await book.step(tx, {id}, input, wallMs);
      if (!stepped || stepped.effects.length === 0) return {effects: [], n: 0};
      return {effects: stepped.effects, n: await gateways.nextCommand(tx, stepped.row.gateway)};
    });
  }

  #publish(
    {id, gateway, bay, kind, by, use, trace}: CommandRow,
    {session: sid, ttlMs: ttl}: CommandEffect,
    {ref, n}: {readonly ref: number; readonly n: number},
  ): void {
    const act = {id: asId<CommandId>(id), sid, ref, ttl, kind, door: asId<BayId>(bay), n, by};
    this.#options.downlink.send(gateway, 'cmd', {...act, ...(use && {use}), tp: trace});
  }
}

/** One of each tenant, then again one of each, otherwise in the order that they have. */
function inTurns(rows: readonly CommandRow[]): readonly CommandRow[] {
  const count = new Map<string, number>();
  const placed = rows.map(row => {
    const place = count.get(row.tenant) ?? 0;
    count.set(row.tenant, place + 1);
    return {row, place};
  });
  return placed.sort((a, b) => a.place - b.place).map(({row}) => row);
}
