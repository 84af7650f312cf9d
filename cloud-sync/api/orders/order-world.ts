import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {AccountName, MoneyMove, MoneyRefusal} from '../ledger/money-move.js';
import type {
  FrameInput,
  GrantWish,
  OrderEffect,
  OrderStep,
  OrderType,
  OrderView,
} from './order-type.js';

interface Hold {
  readonly account: string;
  readonly amountFen: number;
  state: 'open' | 'over';
}

/** The world of one order in memory, for tests of its steps: what they want is done as the frame does it. */
export class OrderWorld<State extends string, Data, Input extends {readonly kind: string}> {
  readonly grants = new Map<string, GrantWish>();
  readonly told: string[] = [];
  readonly works: {readonly name: string; readonly data: Readonly<Record<string, unknown>>}[] = [];
  order: OrderView<State, Data>;
  now: number;
  readonly #type: OrderType<State, Data, Input>;
  readonly #holds = new Map<string, Hold>();
  readonly #keys = new Map<string, string>();
  readonly #posted = new Map<string, number>();
  readonly #deadlines = new Map<string, number>();

  constructor(
    type: OrderType<State, Data, Input>,
    order: OrderView<State, Data>,
    now: number,
    fen: Readonly<Record<string, number>>,
  ) {
    this.#type = type;
    this.order = order;
    this.now = now;
    for (const [account, amount] of Object.entries(fen)) this.give(account, amount);
  }

  /** `moved`, or why not. */
  feed(input: Input | FrameInput): string {
    const result = this.#apply(this.#step(input));
    if (typeof result === 'string') return result;
    const again = {kind: 'money_refused', ...result, input} as const;
    const last = this.#apply(this.#step(again));
    if (typeof last === 'string') return last;
    throw new Error(`money again: ${last.move.key} ${last.why}`);
  }

  /** What a new order wants at once. */
  begin(effects: readonly OrderEffect[]): void {
    const {state, data} = this.order;
    this.#apply({kind: 'moved', state, data, effects});
  }

  /** What falls due on the way happens at its time. */
  wait(ms: number): void {
    const untilMs = this.now + ms;
    for (;;) {
      const due = [...this.#deadlines].filter(([, dueMs]) => dueMs <= untilMs);
      const [first] = due.sort(([, left], [, right]) => left - right);
      if (!first) break;
      const [name, dueMs] = first;
      this.#deadlines.delete(name);
      this.now = Math.max(this.now, dueMs);
      this.feed({kind: 'deadline', name});
    }
    this.now = untilMs;
  }

  give(account: string, amountFen: number): void {
    this.#post('house:clearing', -amountFen);
    this.#post(account, amountFen);
  }

  posted(account: string): number {
    return this.#posted.get(account) ?? 0;
  }

  heldFen(account: string): number {
    const open = [...this.#holds.values()].filter(hold => hold.state === 'open');
    const his = open.filter(hold => hold.account === account);
    return his.reduce((sum, {amountFen}) => sum + amountFen, 0);
  }

  openHolds(): number {
    return [...this.#holds.values()].filter(({state}) => state === 'open').length;
  }

  /** Of all accounts: 0. */
  total(): number {
    return [...this.#posted.values()].reduce((sum, fen) => sum + fen, 0);
  }

  #step(input: Input | FrameInput): OrderStep<State, Data> {
    return this.#type.step(this.order, input, this.now as UnixMillis);
  }

  #apply(
    step: OrderStep<State, Data>,
  ): string | {readonly move: MoneyMove; readonly why: MoneyRefusal} {
    if (step.kind === 'refused') return step.why;
    const before = {
      holds: new Map([...this.#holds].map(([key, hold]) => [key, {...hold}])),
      keys: new Map(this.#keys),
      posted: new Map(this.#posted),
    };
    for (const effect of step.effects) {
      if (effect.effect !== 'money') continue;
      const why = this.#move(effect.move);
      if (why === undefined) continue;
      refill(this.#holds, before.holds);
      refill(this.#keys, before.keys);
      refill(this.#posted, before.posted);
      return {move: effect.move, why};
    }
    for (const effect of step.effects) this.#do(effect);
    this.order = {...this.order, state: step.state, data: step.data};
    return 'moved';
  }

  #do(effect: OrderEffect): void {
    switch (effect.effect) {
      case 'set_deadline':
        this.#deadlines.set(effect.name, effect.dueAt);
        return;
      case 'cancel_deadline':
        this.#deadlines.delete(effect.name);
        return;
      case 'grant':
        this.grants.set(effect.wish.name, effect.wish);
        return;
      case 'revoke_grant':
        this.grants.delete(effect.name);
        return;
      case 'work':
        this.works.push({name: effect.name, data: effect.data});
        return;
      case 'tell':
        this.told.push(effect.type);
        return;
      case 'money':
        return;
    }
  }

  #move(move: MoneyMove): MoneyRefusal | undefined {
    const said = JSON.stringify(move);
    const before = this.#keys.get(move.key);
    if (before !== undefined) return before === said ? undefined : 'KEY_REUSED';
    const why = this.#make(move);
    if (why === undefined) this.#keys.set(move.key, said);
    return why;
  }

  #make(move: MoneyMove): MoneyRefusal | undefined {
    switch (move.move) {
      case 'hold':
        if (this.#available(move.account) < move.amountFen) return 'LOW_BALANCE';
        this.#holds.set(move.key, {...move, state: 'open'});
        return undefined;
      case 'release':
      case 'capture':
        return this.#end(move);
      case 'transfer': {
        const fen = move.to.reduce((sum, {amountFen}) => sum + amountFen, 0);
        const isHouse = move.from.startsWith('house:');
        if (!isHouse && this.#available(move.from) < fen) return 'LOW_BALANCE';
        this.#post(move.from, -fen);
        for (const {account, amountFen} of move.to) this.#post(account, amountFen);
        return undefined;
      }
      case 'reverse':
        throw new Error('no order of these tests reverses');
    }
  }

  #end(move: Extract<MoneyMove, {move: 'release' | 'capture'}>): MoneyRefusal | undefined {
    const hold = this.#holds.get(move.hold);
    if (!hold) return 'UNKNOWN_HOLD';
    if (hold.state !== 'open') return 'HOLD_OVER';
    const to = move.move === 'capture' ? move.to : [];
    const fen = to.reduce((sum, {amountFen}) => sum + amountFen, 0);
    if (fen > hold.amountFen) return 'OVER_HOLD';
    hold.state = 'over';
    this.#post(hold.account as AccountName, -fen);
    for (const {account, amountFen} of to) this.#post(account, amountFen);
    return undefined;
  }

  #available(account: string): number {
    return this.posted(account) - this.heldFen(account);
  }

  #post(account: string, amountFen: number): void {
    this.#posted.set(account, this.posted(account) + amountFen);
  }
}

function refill<Key, Value>(map: Map<Key, Value>, from: ReadonlyMap<Key, Value>): void {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
}
