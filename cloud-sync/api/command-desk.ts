import type {Clock, Entropy, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {DAY_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import {asId, type BayId, type CommandId} from '../../protocols/site/ids.js';
import type {SyncLog} from '../log.js';
import {closingOf} from './command-closing.js';
import type {Downlink} from './downlink.js';
import type {GatewaySession, GatewaySessions} from './gateway-sessions.js';
import type {CloudStore} from './store/cloud-store.js';
import type {CommandRow, CommandTable, IdempotencyRow} from './store/command-table.js';
import type {GatewayTable} from './store/gateway-table.js';

export interface OpenOrder {
  readonly gateway: string;
  readonly bay: BayId;
  readonly by: string;
  readonly ttlMs: Millis;
  /** The caller's Idempotency-Key. */
  readonly key: string;
}

export type OpenAnswer =
  | {readonly kind: 'answered'; readonly command: CommandRow}
  /** The key was used for another order. */
  | {readonly kind: 'key_reused'};

export interface CommandDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly commands: CommandTable;
  readonly sessions: GatewaySessions;
  readonly downlink: Downlink;
}

interface Waiter {
  readonly resolve: () => void;
  readonly timer: Timer;
}

/** The caller waits at most ttl and this. @see sync.md 8, API */
const GRACE_MS: Millis = 2 * SECOND_MS;
const KEY_MEMORY_MS: Millis = DAY_MS;

/** Sends acts: now or never. Nothing is queued for a gateway that is not there, and nothing is sent
 *  twice. The database knows which worker's request came first. @see sync.md 8 */
export class CommandDesk {
  readonly #options: CommandDeskOptions;
  readonly #waiters = new Map<string, Waiter[]>();

  constructor(options: CommandDeskOptions) {
    this.#options = options;
  }

  async open(order: OpenOrder): Promise<OpenAnswer> {
    const {store, commands} = this.#options;
    const fingerprint = JSON.stringify([order.gateway, order.bay, order.by, order.ttlMs]);
    const earlier = await store.read(db => commands.key(db, order.key));
    const key = earlier ?? (await this.#send(order, fingerprint));
    if (key.fingerprint !== fingerprint) return {kind: 'key_reused'};
    if (key.answer) return {kind: 'answered', command: JSON.parse(key.answer)};
    const id = key.command;
    const waited = this.#wait(id, order.ttlMs + GRACE_MS);
    const row = await store.read(db => commands.get(db, id));
    if (row?.state !== 'sent') this.#release(id);
    await waited;
    return {kind: 'answered', command: await this.#answered(order.key, id)};
  }

  get(id: string): Promise<CommandRow | undefined> {
    const {store, commands} = this.#options;
    return store.read(db => commands.get(db, id));
  }

  /** An answer that somebody here may wait for. It is stored before he is let go, whichever worker has
   *  the duty to store it too. */
  onResult(gateway: string, result: UpMessages['res']): void {
    const closing = closingOf(gateway, result);
    if (!closing || !this.#waiters.has(result.id)) return;
    const {clock, log, store, commands} = this.#options;
    store
      .read(db => commands.close(db, closing, clock.wallMs()))
      .then(() => this.#release(result.id))
      .catch(error => log.warn('command.not_closed', {gateway, why: errorText(error)}));
  }

  /** These came to an end in the database. */
  onClosed(ids: readonly string[]): void {
    for (const id of ids) this.#release(id);
  }

  /** Nobody waits any more for what is long over, and keys are remembered for a day. */
  async tidy(): Promise<void> {
    const {clock, store, commands} = this.#options;
    const wallMs = clock.wallMs();
    await store.read(async db => {
      await commands.giveUpOverdue(db, wallMs - 2 * GRACE_MS);
      await commands.pruneKeys(db, wallMs - KEY_MEMORY_MS);
    });
  }

  /** Let everybody go who still waits. */
  close(): void {
    for (const id of [...this.#waiters.keys()]) this.#release(id);
  }

  /** Send the order, unless another request came first with the same key. */
  async #send(order: OpenOrder, fingerprint: string): Promise<IdempotencyRow> {
    const {entropy, store, commands, sessions} = this.#options;
    const command = asId<CommandId>(entropy.ulid());
    const session = sessions.online(order.gateway);
    const n = await this.#store(order, {fingerprint, command, session});
    if (n === undefined) {
      const first = await store.read(db => commands.key(db, order.key));
      return first ?? {fingerprint, command, answer: null};
    }
    if (session) this.#publish(order, {command, session, n});
    return {fingerprint, command, answer: null};
  }

  /** The number of the command at its gateway; undefined when the key is taken. */
  #store(
    order: OpenOrder,
    made: {fingerprint: string; command: CommandId; session: GatewaySession | undefined},
  ): Promise<number | undefined> {
    const {clock, store, gateways, commands} = this.#options;
    const {gateway, bay, by, ttlMs} = order;
    const {fingerprint, command, session} = made;
    return store.transaction(async tx => {
      const wallMs = clock.wallMs();
      const isFirst = await commands.addKey(tx, order.key, {fingerprint, command, wallMs});
      if (!isFirst) return undefined;
      await gateways.add(tx, [gateway]);
      const fate = session
        ? {state: 'sent' as const, why: null, closedWall: null}
        : {state: 'offline' as const, why: null, closedWall: wallMs};
      await commands.add(tx, {id: command, gateway, bay, by, ttlMs, createdWall: wallMs, ...fate});
      return gateways.nextCommand(tx, gateway);
    });
  }

  #publish(
    {gateway, bay: door, by, ttlMs: ttl}: OpenOrder,
    {command: id, session, n}: {command: CommandId; session: GatewaySession; n: number},
  ): void {
    const {sessions, downlink} = this.#options;
    const ref = sessions.referenceOf(session);
    const act = {id, sid: session.sid, ref, ttl, kind: 'open' as const, door, n, by};
    downlink.send(gateway, 'cmd', act);
  }

  #answered(key: string, id: string): Promise<CommandRow> {
    const {store, commands} = this.#options;
    return store.transaction(async tx => {
      await commands.giveUp(tx, id);
      const earlier = (await commands.key(tx, key))?.answer;
      if (earlier) return JSON.parse(earlier) as CommandRow;
      const command = (await commands.get(tx, id)) as CommandRow;
      await commands.setAnswer(tx, key, JSON.stringify(command));
      return command;
    });
  }

  #wait(id: string, atMostMs: Millis): Promise<void> {
    return new Promise(resolve => {
      const timer = this.#options.clock.timer('cloud.command', atMostMs, () => this.#release(id));
      this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), {resolve, timer}]);
    });
  }

  #release(id: string): void {
    const waiters = this.#waiters.get(id) ?? [];
    this.#waiters.delete(id);
    for (const waiter of waiters) {
      waiter.timer.cancel();
      waiter.resolve();
    }
  }
}
