import type {Clock, Entropy, Millis, Timer} from '../../protocols/base/clock.js';
import {DAY_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {CommandAnswer, UpMessages} from '../../protocols/cloud/up-messages.js';
import {asId, type BayId, type CommandId} from '../../protocols/site/ids.js';
import type {Downlink} from './downlink.js';
import type {CommandReport} from './event-views.js';
import type {GatewaySessions} from './gateway-sessions.js';
import type {CloudDatabase} from './store/cloud-database.js';
import type {CommandRow, CommandState, CommandTable} from './store/command-table.js';
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
  readonly database: CloudDatabase;
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
 *  twice. @see sync.md 8 */
export class CommandDesk {
  readonly #options: CommandDeskOptions;
  readonly #waiters = new Map<string, Waiter[]>();

  constructor(options: CommandDeskOptions) {
    this.#options = options;
    options.commands.giveUpAll();
  }

  async open(order: OpenOrder): Promise<OpenAnswer> {
    const {clock, commands} = this.#options;
    commands.pruneKeys(clock.wallMs() - KEY_MEMORY_MS);
    const fingerprint = JSON.stringify([order.gateway, order.bay, order.by, order.ttlMs]);
    const earlier = commands.key(order.key);
    if (earlier && earlier.fingerprint !== fingerprint) return {kind: 'key_reused'};
    if (earlier?.answer) return {kind: 'answered', command: JSON.parse(earlier.answer)};
    const id = earlier?.command ?? this.#send(order, fingerprint);
    if (commands.get(id)?.state === 'sent') await this.#wait(id, order.ttlMs + GRACE_MS);
    commands.giveUp(id);
    return {kind: 'answered', command: this.#answered(order.key, id)};
  }

  get(id: string): CommandRow | undefined {
    return this.#options.commands.get(id);
  }

  onResult(gateway: string, result: UpMessages['res']): void {
    const state = stateOf(result.st, result.why);
    if (state) this.#close(gateway, result.id, state, result.why);
  }

  /** The event stream closes what no answer has closed. */
  onReport(report: CommandReport): void {
    const state = stateOf(report.result, report.why);
    if (state) this.#close(report.gateway, report.command, state, report.why);
  }

  /** Let everybody go who still waits. */
  close(): void {
    for (const id of [...this.#waiters.keys()]) this.#release(id);
  }

  #send(order: OpenOrder, fingerprint: string): string {
    const {clock, entropy, database, gateways, commands, sessions, downlink} = this.#options;
    const id = asId<CommandId>(entropy.ulid());
    const session = sessions.online(order.gateway);
    const {gateway, bay, by, ttlMs} = order;
    const n = database.transaction(() => {
      gateways.add(gateway);
      const createdWall = clock.wallMs();
      const fate = session
        ? {state: 'sent' as const, why: null, closedWall: null}
        : {state: 'offline' as const, why: null, closedWall: createdWall};
      commands.add({id, gateway, bay, by, ttlMs, createdWall, ...fate});
      commands.addKey(order.key, fingerprint, id, createdWall);
      return gateways.nextCommand(gateway);
    });
    if (session) {
      const ref = sessions.referenceOf(session);
      const act = {id, sid: session.sid, ref, ttl: ttlMs, kind: 'open' as const, door: bay, n, by};
      downlink.send(gateway, 'cmd', act);
    }
    return id;
  }

  #answered(key: string, id: string): CommandRow {
    const {commands} = this.#options;
    const earlier = commands.key(key)?.answer;
    if (earlier) return JSON.parse(earlier);
    const command = commands.get(id) as CommandRow;
    commands.setAnswer(key, JSON.stringify(command));
    return command;
  }

  #close(gateway: string, id: string, state: CommandState, why: string | null): void {
    const {clock, commands} = this.#options;
    if (commands.close(gateway, id, state, why, clock.wallMs())) this.#release(id);
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

/** What an answer of the gateway, or its journal, means for the command. Undefined: nothing yet. */
function stateOf(answer: CommandAnswer | string, why: string | null): CommandState | undefined {
  switch (answer) {
    case 'done':
    case 'failed':
    case 'refused':
    case 'expired':
      return answer;
    case 'stale_session':
      return 'expired';
    case 'dup':
      return why === null ? undefined : stateOf(why, null);
    default:
      return undefined;
  }
}
