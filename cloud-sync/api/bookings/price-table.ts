import {sql} from 'kysely';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {
  type Price,
  type PriceRule,
  type TariffTerms,
  USUAL_TERMS,
} from '../../../protocols/site/price-rules.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';

export interface TariffRow {
  readonly site: string;
  readonly terms: TariffTerms;
  /** 0: nobody has set any. */
  readonly ver: number;
}

export interface RuleRow {
  readonly tenant: string;
  /** Null: all sites of the tenant. */
  readonly site: string | null;
  readonly name: string;
  readonly state: 'active' | 'ended';
  readonly rule: PriceRule;
}

export interface QuoteRow {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly point: string;
  /** Null: for anybody. */
  readonly holder: string | null;
  readonly fromWall: UnixMillis;
  readonly untilWall: UnixMillis;
  readonly price: Price;
  readonly amountFen: number;
  readonly lender: string | null;
  readonly validUntilWall: number;
  readonly order: string | null;
}

const RULE = ['id', 'tenant', 'site', 'name', 'body', 'state', 'ver'] as const;

/** What prices rest on, and prices that are kept for a while. */
export class PriceTable {
  readonly #tariff = new FixedQuery((db, {site}: {readonly site: string}) =>
    db.selectFrom('tariff').select(['terms', 'ver']).where('site', '=', site),
  );
  /** The rules, and the tariff as one of no name. */
  readonly #termsAt = new FixedQuery(
    (db, {tenant, site}: {readonly tenant: string; readonly site: string}) =>
      db
        .selectFrom('price_rule')
        .select(RULE)
        .where('tenant', '=', tenant)
        .where('state', '=', 'active')
        .where(({eb, or}) => or([eb('site', 'is', null), eb('site', '=', site)]))
        .unionAll(
          db
            .selectFrom('tariff')
            .select([sql.lit('').as('id'), 'tenant', 'site', sql.lit('').as('name')])
            .select(['terms as body', sql.lit('active').as('state'), 'ver'])
            .where('site', '=', site),
        )
        .orderBy('id'),
  );

  async tariff(db: CloudReader, site: string): Promise<TariffRow> {
    return tariffOf(site, await this.#tariff.first(db, {site}));
  }

  /** The tariff of a site and the rules in force there. */
  async termsAt(
    db: CloudReader,
    tenant: string,
    site: string,
  ): Promise<{readonly tariff: TariffRow; readonly rules: readonly PriceRule[]}> {
    const {rows} = await this.#termsAt.run(db, {tenant, site});
    const tariff = rows.find(({id}) => id === '');
    return {
      tariff: tariffOf(site, tariff && {terms: tariff.body, ver: tariff.ver}),
      rules: rows.flatMap(row => (row.id === '' ? [] : ruleOf(row).rule)),
    };
  }

  /** `ver`: which one its author saw; false when it is another by now. */
  async putTariff(
    tx: CloudTransaction,
    tenant: string,
    {site, terms: set, ver}: TariffRow,
    wallMs: number,
  ): Promise<boolean> {
    const row = {terms: JSON.stringify(set), changed_wall: wallMs};
    if (ver === 0) {
      const added = await tx
        .insertInto('tariff')
        .values({site, tenant, ...row})
        .onConflict(clash => clash.doNothing())
        .executeTakeFirstOrThrow();
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
    }
    const {numUpdatedRows} = await tx
      .updateTable('tariff')
      .set(({eb}) => ({...row, ver: eb('ver', '+', 1)}))
      .where('site', '=', site)
      .where('ver', '=', ver)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async addRule(tx: CloudTransaction, row: RuleRow, wallMs: number): Promise<void> {
    const {tenant, site, name, state, rule} = row;
    await tx
      .insertInto('price_rule')
      .values({id: rule.id, tenant, site, name, state, body: bodyOf(rule), changed_wall: wallMs})
      .execute();
  }

  /** False when it is of another version by now. */
  async changeRule(tx: CloudTransaction, row: RuleRow, wallMs: number): Promise<boolean> {
    const {tenant, site, name, state, rule} = row;
    const {numUpdatedRows} = await tx
      .updateTable('price_rule')
      .set(({eb}) => ({
        ...{site, name, state, body: bodyOf(rule), changed_wall: wallMs},
        ver: eb('ver', '+', 1),
      }))
      .where('tenant', '=', tenant)
      .where('id', '=', rule.id)
      .where('ver', '=', rule.ver)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async rule(db: CloudReader, tenant: string, id: string): Promise<RuleRow | undefined> {
    const query = db.selectFrom('price_rule').select(RULE).where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && ruleOf(row);
  }

  async rules(
    db: CloudReader,
    tenant: string,
    {after, limit}: {readonly after: string; readonly limit: number},
  ): Promise<readonly RuleRow[]> {
    const query = db.selectFrom('price_rule').select(RULE).where('tenant', '=', tenant);
    const rows = await query.where('id', '>', after).orderBy('id').limit(limit).execute();
    return rows.map(ruleOf);
  }

  async addQuote(db: CloudReader, quote: Omit<QuoteRow, 'order'>): Promise<void> {
    const {id, tenant, site, point, holder, lender} = quote;
    await db
      .insertInto('quote')
      .values({
        ...{id, tenant, site, point, holder, lender, order_id: null},
        ...{from_wall: quote.fromWall, until_wall: quote.untilWall},
        ...{price: JSON.stringify(quote.price), amount_fen: quote.amountFen},
        valid_until_wall: quote.validUntilWall,
      })
      .execute();
  }

  async quote(db: CloudReader, tenant: string, id: string): Promise<QuoteRow | undefined> {
    const query = db.selectFrom('quote').selectAll().where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    if (!row) return undefined;
    const {site, point, holder, lender} = row;
    return {
      ...{id, tenant, site, point, holder, lender, amountFen: row.amount_fen},
      ...{validUntilWall: row.valid_until_wall, order: row.order_id},
      fromWall: row.from_wall as UnixMillis,
      untilWall: row.until_wall as UnixMillis,
      price: JSON.parse(row.price) as Price,
    };
  }

  /** False when another order has it already. */
  async takeQuote(tx: CloudTransaction, id: string, order: string): Promise<boolean> {
    const query = tx.updateTable('quote').set({order_id: order}).where('id', '=', id);
    const {numUpdatedRows} = await query.where('order_id', 'is', null).executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async pruneQuotes(db: CloudReader, beforeWallMs: number): Promise<void> {
    await db.deleteFrom('quote').where('valid_until_wall', '<', beforeWallMs).execute();
  }
}

function tariffOf(
  site: string,
  row: {readonly terms: string; readonly ver: number} | undefined,
): TariffRow {
  return row
    ? {site, ver: row.ver, terms: JSON.parse(row.terms) as TariffTerms}
    : {site, ver: 0, terms: USUAL_TERMS};
}

function bodyOf({points, roles, weekly, fromMs, untilMs, percent}: PriceRule): string {
  return JSON.stringify({points, roles, weekly, fromMs, untilMs, percent});
}

function ruleOf(row: {
  readonly id: string;
  readonly tenant: string;
  readonly site: string | null;
  readonly name: string;
  readonly body: string;
  readonly state: string;
  readonly ver: number;
}): RuleRow {
  const {id, tenant, site, name, state, ver} = row;
  const rule = {...(JSON.parse(row.body) as Omit<PriceRule, 'id' | 'ver'>), id, ver};
  return {tenant, site, name, state: state as RuleRow['state'], rule};
}
