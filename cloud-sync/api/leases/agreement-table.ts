import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {AgreementState} from './lease-agreed.js';
import type {Consents} from './lease-data.js';

export const LANGUAGES = ['zh-CN', 'en'] as const;

/** A text and the terms that it states. */
export interface AgreementText {
  readonly ver: number;
  readonly language: (typeof LANGUAGES)[number];
  readonly text: string;
  readonly depositFen: number;
  /** Whole percents: of the price to the lender, and of the price for time beyond the end. */
  readonly lenderPercent: number;
  readonly overtimePercent: number;
  readonly createdWall: number;
}

export interface AgreementRow {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly order: string;
  readonly holder: string;
  readonly lender: string | null;
  readonly textVer: number;
  readonly body: string;
  readonly sha256: string;
  readonly state: AgreementState;
  readonly consents: Consents;
  readonly proposedWall: number;
}

export interface AgreementQuery {
  readonly tenant: string;
  /** Only those in which he is on either side. */
  readonly member?: string | undefined;
  readonly order?: string | undefined;
  readonly sites?: readonly string[] | undefined;
  readonly after: string;
  readonly limit: number;
}

const TEXT = [
  ...['ver', 'language', 'text', 'deposit_fen as depositFen', 'lender_percent as lenderPercent'],
  ...['overtime_percent as overtimePercent', 'created_wall as createdWall'],
] as const;
const ROW = [
  ...['id', 'tenant', 'site', 'order_id as order', 'holder', 'lender', 'text_ver as textVer'],
  ...['body', 'sha256', 'state', 'consents', 'proposed_wall as proposedWall'],
] as const;

/** Texts of agreements, and what was agreed on. */
export class AgreementTable {
  /** Gives its version. Two that come at once take turns at their tenant. */
  async addText(
    tx: CloudTransaction,
    tenant: string,
    text: Omit<AgreementText, 'ver'>,
  ): Promise<number> {
    const lock = tx.updateTable('tenant').set(({ref}) => ({name: ref('name')}));
    await lock.where('id', '=', tenant).execute();
    const ver = ((await this.text(tx, tenant))?.ver ?? 0) + 1;
    const {language, depositFen: deposit_fen, lenderPercent, overtimePercent} = text;
    await tx
      .insertInto('agreement_text')
      .values({
        ...{tenant, ver, language, text: text.text, deposit_fen, lender_percent: lenderPercent},
        ...{overtime_percent: overtimePercent, created_wall: text.createdWall},
      })
      .execute();
    return ver;
  }

  /** Without `ver` the newest. */
  async text(db: CloudReader, tenant: string, ver?: number): Promise<AgreementText | undefined> {
    let query = db.selectFrom('agreement_text').select(TEXT).where('tenant', '=', tenant);
    if (ver !== undefined) query = query.where('ver', '=', ver);
    const row = await query.orderBy('ver', 'desc').limit(1).executeTakeFirst();
    return row as AgreementText | undefined;
  }

  /** The newest first, only those below `before`. */
  async texts(
    db: CloudReader,
    tenant: string,
    {before, limit}: {readonly before: number; readonly limit: number},
  ): Promise<readonly AgreementText[]> {
    const query = db.selectFrom('agreement_text').select(TEXT).where('tenant', '=', tenant);
    const rows = await query
      .where('ver', '<', before)
      .orderBy('ver', 'desc')
      .limit(limit)
      .execute();
    return rows as unknown as readonly AgreementText[];
  }

  async add(tx: CloudTransaction, agreement: AgreementRow): Promise<void> {
    const {order: order_id, textVer: text_ver, proposedWall, consents, ...same} = agreement;
    await tx
      .insertInto('agreement')
      .values({
        ...{...same, order_id, text_ver, proposed_wall: proposedWall},
        consents: JSON.stringify(consents),
      })
      .execute();
  }

  async settle(
    tx: CloudTransaction,
    id: string,
    {state, consents}: Pick<AgreementRow, 'state' | 'consents'>,
  ): Promise<void> {
    const stands = {state, consents: JSON.stringify(consents)};
    await tx.updateTable('agreement').set(stands).where('id', '=', id).execute();
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<AgreementRow | undefined> {
    const query = db.selectFrom('agreement').select(ROW).where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && rowOf(row);
  }

  async list(db: CloudReader, query: AgreementQuery): Promise<readonly AgreementRow[]> {
    const {tenant, member, order, sites, after, limit} = query;
    let rows = db.selectFrom('agreement').select(ROW).where('tenant', '=', tenant);
    rows = rows.where('id', '>', after);
    if (order !== undefined) rows = rows.where('order_id', '=', order);
    if (sites !== undefined) rows = rows.where('site', 'in', sites);
    if (member !== undefined) {
      rows = rows.where(({eb, or}) => or([eb('holder', '=', member), eb('lender', '=', member)]));
    }
    return (await rows.orderBy('id').limit(limit).execute()).map(rowOf);
  }

  /** Leases, each once, in which the member is on either side; every lease has one first agreement. */
  leases(db: CloudReader, query: AgreementQuery): Promise<readonly LeaseRow[]> {
    const {tenant, member, sites, after, limit} = query;
    let rows = db
      .selectFrom('order_row as o')
      .innerJoin('agreement as a', 'a.order_id', 'o.id')
      .select(['o.id', 'o.tenant', 'o.site', 'o.holder', 'o.state', 'o.data', 'a.lender'])
      .distinct()
      .where('o.tenant', '=', tenant)
      .where('o.type', '=', 'lease')
      .where('o.id', '>', after);
    if (sites !== undefined) rows = rows.where('o.site', 'in', sites);
    if (member !== undefined) {
      rows = rows.where(({eb, or}) =>
        or([eb('a.holder', '=', member), eb('a.lender', '=', member)]),
      );
    }
    return rows.orderBy('o.id').limit(limit).execute();
  }
}

export interface LeaseRow {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly holder: string;
  readonly state: string;
  /** JSON text. */
  readonly data: string;
  readonly lender: string | null;
}

type Raw = Omit<AgreementRow, 'state' | 'consents'> & {
  readonly state: string;
  readonly consents: string;
};

function rowOf(raw: Raw): AgreementRow {
  const consents = JSON.parse(raw.consents) as Consents;
  return {...raw, state: raw.state as AgreementState, consents};
}
