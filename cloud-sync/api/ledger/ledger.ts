import {createHash} from 'node:crypto';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {EntryKind, EntryRow, HoldRow, LedgerTable, Line} from './ledger-table.js';
import type {AccountName, MoneyMove, MoneyRefusal, Share} from './money-move.js';
import {isGuarded, linesOfReversal, sumFen} from './posting-rules.js';

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
}

/**
 * The truth about money: balanced entries of whole fen that never change. The same key moves once,
 * whatever is resent; what refuses has written nothing. @see ecosystem.md 3.8
 */
export class Ledger {
  readonly #options: LedgerOptions;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** @throws UsageError `ledger/amount` for an amount that is not a whole number of fen above 0 */
  async move(
    tx: CloudTransaction,
    tenant: string,
    move: MoneyMove,
    {orderId}: {readonly orderId: string | null},
  ): Promise<MoneyRefusal | undefined> {
    assertAmounts(move);
    const asked = {tx, tenant, orderId, fingerprint: fingerprintOf(move)};
    // Before anything is read that the move depends on: the same key waits here for the first.
    await this.#lockFirst(asked, move);
    const before = await this.#options.table.entry(tx, tenant, move.key);
    if (before) return before.fingerprint === asked.fingerprint ? undefined : 'KEY_REUSED';
    switch (move.move) {
      case 'hold':
        return this.#hold(asked, move);
      case 'capture':
        return this.#capture(asked, move);
      case 'release':
        return this.#end(asked, move.key, move.hold, 'released');
      case 'transfer':
        return this.#transfer(asked, move);
      case 'reverse':
        return this.#reverse(asked, move);
    }
  }

  /** Let go what was held for too long; its key is that of the hold with `/expire`. */
  expire(tx: CloudTransaction, tenant: string, hold: string): Promise<MoneyRefusal | undefined> {
    const key = `${hold}/expire`;
    const asked = {tx, tenant, orderId: null, fingerprint: fingerprintOf([key])};
    return this.#lockHold(asked, hold).then(() => this.#end(asked, key, hold, 'expired'));
  }

  async balance(db: CloudReader, tenant: string, account: AccountName): Promise<Balance> {
    const {table} = this.#options;
    const row = isGuarded(account) ? await table.balance(db, tenant, account) : undefined;
    const heldFen = row?.heldFen ?? 0;
    const postedFen = row?.postedFen ?? (await table.posted(db, tenant, account));
    return {postedFen, heldFen, availableFen: postedFen - heldFen};
  }

  async #lockFirst(asked: Asked, move: MoneyMove): Promise<void> {
    switch (move.move) {
      case 'hold':
        await this.#lock(asked, [move.account]);
        return;
      case 'transfer':
        await this.#lock(asked, [move.from, ...move.to.map(({account}) => account)]);
        return;
      case 'capture': {
        const shares = move.to.map(({account}) => account);
        await this.#lockHold(asked, move.hold, shares);
        return;
      }
      case 'release':
        await this.#lockHold(asked, move.hold);
        return;
      case 'reverse': {
        const {table} = this.#options;
        const entry = await table.entry(asked.tx, asked.tenant, move.of);
        if (!entry) return;
        const lines = await table.lines(asked.tx, entry.id);
        await this.#lock(
          asked,
          lines.map(({account}) => account),
        );
        await table.lockEntry(asked.tx, asked.tenant, move.of);
      }
    }
  }

  async #lockHold(asked: Asked, key: string, others: readonly string[] = []): Promise<void> {
    const hold = await this.#options.table.hold(asked.tx, asked.tenant, key);
    await this.#lock(asked, hold ? [hold.account, ...others] : others);
  }

  /** In one order for everybody, so that no two wait for each other. */
  async #lock({tx, tenant}: Asked, accounts: readonly string[]): Promise<void> {
    const guarded = [...new Set(accounts)].filter(isGuarded).sort();
    for (const account of guarded) await this.#options.table.lockBalance(tx, tenant, account);
  }

  async #hold(
    asked: Asked,
    {key, account, amountFen, expiresAt}: Extract<MoneyMove, {move: 'hold'}>,
  ): Promise<MoneyRefusal | undefined> {
    const {table} = this.#options;
    const {tx, tenant} = asked;
    if (!isGuarded(account)) throw new UsageError('ledger/account', `${account} cannot be held`);
    const {availableFen} = await this.balance(tx, tenant, account);
    if (availableFen < amountFen) return 'LOW_BALANCE';
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
    const lines = [{account, amountFen: -takenFen}, ...to];
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
  ): Promise<MoneyRefusal | undefined> {
    const amountFen = sumFen(to);
    if (isGuarded(from)) {
      const {availableFen} = await this.balance(asked.tx, asked.tenant, from);
      if (availableFen < amountFen) return 'LOW_BALANCE';
    }
    const lines = [{account: from, amountFen: -amountFen}, ...to];
    await this.#write(asked, {key, kind: 'transfer', reason}, lines);
    return undefined;
  }

  async #reverse(
    asked: Asked,
    {key, of, amountFen, reason}: Extract<MoneyMove, {move: 'reverse'}>,
  ): Promise<MoneyRefusal | undefined> {
    const {table} = this.#options;
    const {tx, tenant} = asked;
    const entry = await table.entry(tx, tenant, of);
    if (!entry || (entry.kind !== 'capture' && entry.kind !== 'transfer')) return 'UNKNOWN_HOLD';
    const moved = await table.lines(tx, entry.id);
    const lines = linesOfReversal(moved, await table.reversedLines(tx, tenant, of), amountFen);
    if (!lines) return 'OVER_REFUND';
    await this.#write(asked, {key, kind: 'reverse', ofKey: of, reason}, lines);
    return undefined;
  }

  async #write(
    {tx, tenant, orderId, fingerprint}: Asked,
    made: {kind: EntryKind; key: string; ofKey?: string; reason?: string},
    lines: readonly Line[],
  ): Promise<void> {
    const {clock, entropy, table} = this.#options;
    const {key, kind, ofKey = null, reason = null} = made;
    const entry: EntryRow = {
      ...{id: entropy.ulid(), tenant, key, kind, ofKey, orderId, reason, fingerprint},
      atWall: clock.wallMs(),
    };
    if (!(await table.addEntry(tx, entry, lines))) {
      throw new UsageError('ledger/key', `key ${key} was written by another at the same moment`);
    }
    for (const {account, amountFen} of lines) {
      if (!isGuarded(account)) continue;
      await table.addToBalance(tx, {tenant, account}, {postedFen: amountFen, heldFen: 0});
    }
  }
}

function assertAmounts(move: MoneyMove): void {
  const amounts = 'to' in move ? move.to.map(({amountFen}: Share) => amountFen) : [];
  const all = 'amountFen' in move ? [...amounts, move.amountFen] : amounts;
  if (all.every(amount => Number.isSafeInteger(amount) && amount > 0)) return;
  throw new UsageError('ledger/amount', `amounts are whole fen above 0, got ${all.join(', ')}`);
}

function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
