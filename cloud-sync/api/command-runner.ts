import type {Clock} from '../../protocols/base/clock.js';
import {asId, type BayId, type CommandId} from '../../protocols/site/ids.js';
import type {SyncLog} from '../log.js';
import type {CommandBook} from './command-book.js';
import type {CommandEffect, CommandInput} from './command-machine.js';
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

/** Looked at in one go. */
const AT_ONCE = 1000;

/**
 * Sends what waits for a gateway that is there, once, from whichever worker comes first, and ends what
 * nobody will answer any more. All that it knows stands in the database, so it goes on after a restart.
 * @see sync.md 8
 */
export class CommandRunner {
  readonly #options: CommandRunnerOptions;
  readonly #runner: DueRunner;
  /** Gateways of which something is still to be heard. */
  #watched: ReadonlySet<string> = new Set();

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

  /** A connection began or ended. */
  onSession(gateway: string): void {
    if (this.#watched.has(gateway)) this.wake();
  }

  async #run(): Promise<number> {
    const rows = await this.#open();
    for (const row of rows) await this.#look(row);
    return rows.length;
  }

  async #nextDue(): Promise<number | undefined> {
    const rows = await this.#open();
    this.#watched = new Set(rows.map(({gateway}) => gateway));
    const dues = rows.flatMap(({dueWall}) => (dueWall === null ? [] : [dueWall]));
    return dues.length > 0 ? Math.min(...dues) : undefined;
  }

  #open(): Promise<readonly CommandRow[]> {
    const {clock, store, book} = this.#options;
    return store.read(db => book.table.open(db, clock.wallMs(), AT_ONCE));
  }

  async #look(row: CommandRow): Promise<void> {
    const {clock, sessions} = this.#options;
    const {state, gateway, session, sentWall, dueWall} = row;
    if (state === 'pending') {
      const online = sessions.online(gateway);
      if (online) await this.#send(row);
      else await this.#step(row, {kind: 'due'});
      return;
    }
    if (session !== null && sessions.isOver(gateway, session, sentWall ?? 0)) {
      const journal = sessions.journalOf(gateway) ?? null;
      if (state !== 'unknown' || (journal && !row.journal)) {
        await this.#step(row, {kind: 'sessionOver', journal});
        return;
      }
    }
    if (dueWall === null || clock.wallMs() < dueWall) return;
    await this.#step(row, await this.#dueOf(row));
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
    {id, gateway, bay, kind, by, trace}: CommandRow,
    {session: sid, ttlMs: ttl}: CommandEffect,
    {ref, n}: {readonly ref: number; readonly n: number},
  ): void {
    const act = {id: asId<CommandId>(id), sid, ref, ttl, kind, door: asId<BayId>(bay), n, by};
    this.#options.downlink.send(gateway, 'cmd', {...act, tp: trace});
  }
}
