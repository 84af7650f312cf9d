import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {StoreError, UsageError} from '../../../protocols/base/errors.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {BalanceRow, EntryKind, EntryRow, HoldRow, LedgerTable, Line} from './ledger-table.js';
import type {AccountName, MoneyMove, MoneyRefusal} from './money-move.js';
import {
  assertSound,
  changesOf,
  fingerprintOf,
  isGuarded,
  linesOfReversal,
  mayOwe,
  sumFen,
} from './posting-rules.js';

export interface LedgerOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly table: LedgerTable;
}

export interface Balance {
  readonly postedFen: number;
  readonly heldFen: number;
  /** What may be spent or held. */
  readonly availableFen: number;
}

interface Asked {
  readonly tx: CloudTransaction;
  readonly tenant: string;
  readonly orderId: string | null;
  readonly fingerprint: string;
  /** Nothing can stand under the key. */
  readonly isNew?: boolean;
}

/** Accounts that this transaction has locked, with what they had. */
type Locked = ReadonlyMap<string, BalanceRow>;

/**
 * The truth about money: balanced entries of whole fen that never change. The same key moves once,
 * whatever is resent; what refuses has moved nothing. @see ecosystem.md 3.8
 */
export class Ledger {
  readonly #options: LedgerOptions;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** @throws UsageError `ledger/amount` for an amount that is not a whole number of fen above 0,
   *  `ledger/account` for an account that cannot be, `ledger/key` for an empty or endless key */
  async move(
    tx: CloudTransaction,
    tenant: string,
    move: MoneyMove,
    {orderId, isNew = false}: {readonly orderId: string | null; readonly isNew?: boolean},
  ): Promise<MoneyRefusal | undefined> {
    assertSound(move);
    const asked = {tx, tenant, orderId, fingerprint: fingerprintOf(move), isNew};
    // Before anything is read that the move depends on: the same key waits here for the first.
    const lock = this.#lockFirst(asked, move);
    // The one lock of a hold and this question reach the database in that order, without a wait between.
    if (move.move !== 'hold') await lock;
    const [locked, before] = await Promise.all([
      lock,
      isNew ? undefined : this.#options.table.entry(tx, tenant, move.key),
    ]);
    if (before) return before.fingerprint === asked.fingerprint ? undefined : 'KEY_REUSED';
    switch (move.move) {
      case 'hold':
        return this.#hold(asked, move, locked);
      case 'capture':
        return this.#capture(asked, move);
      case 'release':
        return this.#end(asked, move.key, move.hold, 'released');
      case 'transfer':
        return this.#transfer(asked, move, locked);
      case 'reverse':
        return this.#reverse(asked, move, locked);
    }
  }

  /** Let go what was held for too long; its key is that of the hold with `/expire`. */
  async expire(
    tx: CloudTransaction,
    tenant: string,
    hold: string,
  ): Promise<MoneyRefusal | undefined> {
    const key = `${hold}/expire`;
    const asked = {tx, tenant, orderId: null, fingerprint: fingerprintOf(['expire', key])};
    await this.#lockHold(asked, hold);
    const before = await this.#options.table.entry(tx, tenant, key);
    if (before && before.fingerprint !== asked.fingerprint) return 'KEY_REUSED';
    return this.#end(asked, key, hold, 'expired');
  }

  async balance(db: CloudReader, tenant: string, account: AccountName): Promise<Balance> {
    const {table} = this.#options;
    const row = isGuarded(account)
      ? ((await table.balance(db, tenant, account)) ?? NOTHING)
      : {postedFen: await table.posted(db, tenant, account), heldFen: 0};
    return {...row, availableFen: availableFen(row)};
  }

  /** What the entry of this key took from its giver, less what was taken back of it since; 0: none. */
  async movedFen(db: CloudReader, tenant: string, key: string): Promise<number> {
    const {table} = this.#options;
    const entry = await table.entry(db, tenant, key);
    if (!entry) return 0;
    const [giver] = await table.lines(db, entry.id);
    const lines = await table.reversedLines(db, tenant, key);
    const backFen = sumFen(lines.filter(({account}) => account === giver?.account));
    return -(giver?.amountFen ?? 0) - backFen;
  }

  async #lockFirst(asked: Asked, move: MoneyMove): Promise<Locked> {
    switch (move.move) {
      case 'hold':
        return this.#lock(asked, [move.account]);
      case 'transfer':
        return this.#lock(asked, [move.from, ...move.to.map(({account}) => account)]);
      case 'capture': {
        const shares = move.to.map(({account}) => account);
        return this.#lockHold(asked, move.hold, shares);
      }
      case 'release':
        return this.#lockHold(asked, move.hold);
      case 'reverse': {
        const {table} = this.#options;
        const entry = await table.entry(asked.tx, asked.tenant, move.of);
        if (!entry) return new Map();
        const lines = await table.lines(asked.tx, entry.id);
        const accounts = lines.map(({account}) => account);
        const locked = await this.#lock(asked, accounts);
        await table.lockEntry(asked.tx, asked.tenant, move.of);
        return locked;
      }
    }
  }

  async #lockHold(asked: Asked, key: string, others: readonly string[] = []): Promise<Locked> {
    const hold = await this.#options.table.hold(asked.tx, asked.tenant, key);
    return this.#lock(asked, hold ? [hold.account, ...others] : others);
  }

  /** In one order for everybody, so that no two wait for each other. */
  async #lock({tx, tenant}: Asked, accounts: readonly string[]): Promise<Locked> {
    const guarded = [...new Set(accounts)].filter(isGuarded).sort();
    const locked = new Map<string, BalanceRow>();
    for (const account of guarded) {
      locked.set(account, await this.#options.table.lockBalance(tx, tenant, account));
    }
    return locked;
  }

  async #hold(
    asked: Asked,
    {key, account, amountFen, expiresAt}: Extract<MoneyMove, {move: 'hold'}>,
    locked: Locked,
  ): Promise<MoneyRefusal | undefined> {
    const {table} = this.#options;
    const {tx, tenant} = asked;
    const has = locked.get(account);
    if (!has) throw new UsageError('ledger/account', `${account} cannot be held`);
    if (availableFen(has) < amountFen) return 'LOW_BALANCE';
    await this.#write(asked, {key, kind: 'hold'}, []);
    const hold: HoldRow = {key, account, amountFen, state: 'open', expiresWall: expiresAt ?? null};
    await table.addHold(tx, tenant, hold);
    await table.addToBalance(tx, {tenant, account}, {postedFen: 0, heldFen: amountFen});
    return undefined;
  }

  async #capture(
    asked: Asked,
    {key, hold: holdKey, to}: Extract<MoneyMove, {move: 'capture'}>,
  ): Promise<MoneyRefusal | undefined> {
    const {table} = this.#options;
    const {tx, tenant} = asked;
    const hold = await table.hold(tx, tenant, holdKey);
    if (!hold) return 'UNKNOWN_HOLD';
    if (hold.state !== 'open') return 'HOLD_OVER';
    const takenFen = sumFen(to);
    if (takenFen > hold.amountFen) return 'OVER_HOLD';
    const {account, amountFen} = hold;
    await table.endHold(tx, tenant, holdKey, 'captured');
    await table.addToBalance(tx, {tenant, account}, {postedFen: 0, heldFen: -amountFen});
    const lines = [{account, amountFen: 0 - takenFen}, ...to];
    await this.#write(asked, {key, kind: 'capture', ofKey: holdKey}, lines);
    return undefined;
  }

  async #end(
    asked: Asked,
    key: string,
    holdKey: string,
    state: 'released' | 'expired',
  ): Promise<MoneyRefusal | undefined> {
    const {table} = this.#options;
    const {tx, tenant} = asked;
    const hold = await table.hold(tx, tenant, holdKey);
    if (!hold) return 'UNKNOWN_HOLD';
    if (hold.state !== 'open') return 'HOLD_OVER';
    const {account, amountFen} = hold;
    await table.endHold(tx, tenant, holdKey, state);
    await table.addToBalance(tx, {tenant, account}, {postedFen: 0, heldFen: -amountFen});
    const kind = state === 'released' ? 'release' : 'expire';
    await this.#write(asked, {key, kind, ofKey: holdKey}, []);
    return undefined;
  }

  async #transfer(
    asked: Asked,
    {key, from, to, reason}: Extract<MoneyMove, {move: 'transfer'}>,
    locked: Locked,
  ): Promise<MoneyRefusal | undefined> {
    const amountFen = sumFen(to);
    const has = locked.get(from);
    if (has && availableFen(has) < amountFen) return 'LOW_BALANCE';
    const lines = [{account: from, amountFen: -amountFen}, ...to];
    await this.#write(asked, {key, kind: 'transfer', reason}, lines);
    return undefined;
  }

  async #reverse(
    asked: Asked,
    {key, of, amountFen, reason}: Extract<MoneyMove, {move: 'reverse'}>,
    locked: Locked,
  ): Promise<MoneyRefusal | undefined> {
    const {table} = this.#options;
    const {tx, tenant} = asked;
    const entry = await table.entry(tx, tenant, of);
    if (!entry || (entry.kind !== 'capture' && entry.kind !== 'transfer')) return 'UNKNOWN_ENTRY';
    const moved = await table.lines(tx, entry.id);
    const lines = linesOfReversal(moved, await table.reversedLines(tx, tenant, of), amountFen);
    if (!lines) return 'OVER_REFUND';
    for (const [account, byFen] of changesOf(lines)) {
      if (byFen >= 0 || mayOwe(account)) continue;
      // What he got and spent or promised since cannot be taken from him again.
      if (availableFen(locked.get(account) ?? NOTHING) + byFen < 0) return 'LOW_BALANCE';
    }
    await this.#write(asked, {key, kind: 'reverse', ofKey: of, reason}, lines);
    return undefined;
  }

  async #write(
    {tx, tenant, orderId, fingerprint, isNew = false}: Asked,
    made: {kind: EntryKind; key: string; ofKey?: string; reason?: string},
    lines: readonly Line[],
  ): Promise<void> {
    const {clock, entropy, table} = this.#options;
    const {key, kind, ofKey = null, reason = null} = made;
    const entry: EntryRow = {
      ...{id: entropy.ulid(), tenant, key, kind, ofKey, orderId, reason, fingerprint},
      atWall: clock.wallMs(),
    };
    if (isNew) await table.addNewEntry(tx, entry, lines);
    else if (!(await table.addEntry(tx, entry, lines))) {
      // Two of one key on accounts that do not lock each other: the later begins anew and finds it.
      throw new StoreError('store/conflict', `key ${key} was written at the same moment`, {key});
    }
    for (const [account, postedFen] of changesOf(lines)) {
      if (!isGuarded(account)) continue;
      await table.addToBalance(tx, {tenant, account}, {postedFen, heldFen: 0});
    }
  }
}

const NOTHING: BalanceRow = {postedFen: 0, heldFen: 0};

function availableFen({postedFen, heldFen}: BalanceRow): number {
  return postedFen - heldFen;
}
