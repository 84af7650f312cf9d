import type {Clock} from '../../../protocols/base/clock.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';

export const MONEY_FAULTS = [
  'ledger_imbalance',
  'chain_broken',
  'difference_open',
  'day_not_reconciled',
  'payment_disputed',
  'payout_failed',
  'refund_failed',
] as const;
export type MoneyFaultKind = (typeof MONEY_FAULTS)[number];

export interface Finding {
  readonly kind: MoneyFaultKind;
  /** Entry, account, day or payment. */
  readonly subject: string;
  readonly detail: string;
}

export interface Told {
  /** A member or key, or `feed` for all that follow the changes. */
  readonly who: string;
  readonly how: 'feed' | 'payout_refused' | 'report';
  readonly atWall: number;
}

export interface MoneyFaultRow extends Finding {
  readonly sinceWall: number;
  readonly clearedWall: number | null;
  readonly told: readonly Told[];
}

/** Somebody who was told this often needs no more rows about it. */
const MAX_TOLD = 50;

/** Money that does not add up, as a state: raised and cleared once, with who was told of it. */
export class MoneyFaults {
  readonly #clock: Clock;
  readonly #changes: ChangeFeed;

  constructor(clock: Clock, changes: ChangeFeed) {
    this.#clock = clock;
    this.#changes = changes;
  }

  /** Raise what is new of these kinds, clear what is not found any more. Gives how many are new. */
  async settle(
    tx: CloudTransaction,
    tenant: string,
    kinds: readonly MoneyFaultKind[],
    found: readonly Finding[],
  ): Promise<number> {
    const open = await this.open(tx, tenant);
    const isSame = (left: Finding, right: Finding) =>
      left.kind === right.kind && left.subject === right.subject;
    for (const fault of open) {
      if (!kinds.includes(fault.kind) || found.some(one => isSame(one, fault))) continue;
      await this.clear(tx, tenant, fault);
    }
    const fresh = found.filter(one => !open.some(fault => isSame(one, fault)));
    for (const finding of fresh) await this.raise(tx, tenant, finding);
    return fresh.length;
  }

  async raise(
    tx: CloudTransaction,
    tenant: string,
    {kind, subject, detail}: Finding,
  ): Promise<void> {
    const wallMs = this.#clock.wallMs();
    const told = JSON.stringify([{who: 'feed', how: 'feed', atWall: wallMs}]);
    const row = {detail, since_wall: wallMs, cleared_wall: null, told};
    await tx
      .insertInto('money_fault')
      .values({...{tenant, kind, subject}, ...row})
      .onConflict(clash => clash.columns(['tenant', 'kind', 'subject']).doUpdateSet(row))
      .execute();
    await this.#tell(tx, tenant, 'money.fault_raised', kind, subject);
  }

  /** Nothing when it is not open. */
  async clear(
    tx: CloudTransaction,
    tenant: string,
    {kind, subject}: Pick<Finding, 'kind' | 'subject'>,
  ): Promise<void> {
    const {numUpdatedRows} = await tx
      .updateTable('money_fault')
      .set({cleared_wall: this.#clock.wallMs()})
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .where('cleared_wall', 'is', null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return;
    await this.#tell(tx, tenant, 'money.fault_cleared', kind, subject);
  }

  async isOpen(
    db: CloudReader,
    tenant: string,
    {kind, subject}: Pick<Finding, 'kind' | 'subject'>,
  ): Promise<boolean> {
    const row = await db
      .selectFrom('money_fault')
      .select('since_wall')
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .where('cleared_wall', 'is', null)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** `who` has now been told of all that is open. */
  async tell(
    tx: CloudTransaction,
    tenant: string,
    who: string,
    how: Exclude<Told['how'], 'feed'>,
  ): Promise<void> {
    for (const {kind, subject, told} of await this.open(tx, tenant)) {
      if (told.length >= MAX_TOLD) continue;
      const now = JSON.stringify([...told, {who, how, atWall: this.#clock.wallMs()}]);
      await tx
        .updateTable('money_fault')
        .set({told: now})
        .where('tenant', '=', tenant)
        .where('kind', '=', kind)
        .where('subject', '=', subject)
        .execute();
    }
  }

  /** The oldest first. */
  async open(db: CloudReader, tenant: string): Promise<readonly MoneyFaultRow[]> {
    const rows = await db
      .selectFrom('money_fault')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('cleared_wall', 'is', null)
      .orderBy('since_wall')
      .orderBy('kind')
      .orderBy('subject')
      .limit(1000)
      .execute();
    return rows.map(({kind, subject, detail, since_wall, cleared_wall, told}) => ({
      ...{kind: kind as MoneyFaultKind, subject, detail, sinceWall: since_wall},
      ...{clearedWall: cleared_wall, told: JSON.parse(told) as readonly Told[]},
    }));
  }

  #tell(
    tx: CloudTransaction,
    tenant: string,
    type: string,
    kind: string,
    subject: string,
  ): Promise<void> {
    const about = {site: null, type, subject: 'money_fault', subjectId: `${kind}/${subject}`};
    return this.#changes.note(tx, {tenant, ...about, data: {kind, subject}});
  }
}
