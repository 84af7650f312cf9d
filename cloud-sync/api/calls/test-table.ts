import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {NoticeTestColumns} from './calls-schema.js';

/** How the daily test of a site's notices stands. Times are UTC in ms; null: never. */
export interface TestRow {
  readonly site: string;
  readonly tenant: string;
  /** When the next begins, or the present one is missed. */
  readonly dueWall: number | null;
  readonly begunWall: number | null;
  /** Null: none is under way. */
  readonly untilWall: number | null;
  readonly provedWall: number | null;
  readonly missedWall: number | null;
  /** The last that came from a button at the site. */
  readonly pathWall: number | null;
  readonly sinceWall: number;
}

/** Daily tests of the notices of sites. */
export class TestTable {
  async add(
    tx: CloudTransaction,
    {site, tenant, dueWall, sinceWall}: Pick<TestRow, 'site' | 'tenant' | 'dueWall' | 'sinceWall'>,
  ): Promise<void> {
    const never = {begun_wall: null, until_wall: null, proved_wall: null, missed_wall: null};
    const row = {site, tenant, due_wall: dueWall, since_wall: sinceWall, path_wall: null};
    await tx
      .insertInto('notice_test')
      .values({...row, ...never})
      .execute();
  }

  async get(db: CloudReader, site: string): Promise<TestRow | undefined> {
    const query = db.selectFrom('notice_test').selectAll().where('site', '=', site);
    const row = await query.executeTakeFirst();
    return row && testOf(row);
  }

  async lock(tx: CloudTransaction, site: string): Promise<TestRow | undefined> {
    const query = tx.updateTable('notice_test').set(({ref}) => ({tenant: ref('tenant')}));
    const row = await query.where('site', '=', site).returningAll().executeTakeFirst();
    return row && testOf(row);
  }

  async save(tx: CloudTransaction, test: TestRow): Promise<void> {
    await tx
      .updateTable('notice_test')
      .set({
        ...{due_wall: test.dueWall, begun_wall: test.begunWall, until_wall: test.untilWall},
        ...{proved_wall: test.provedWall, missed_wall: test.missedWall, path_wall: test.pathWall},
      })
      .where('site', '=', test.site)
      .execute();
  }

  async remove(tx: CloudTransaction, site: string): Promise<void> {
    await tx.deleteFrom('notice_test').where('site', '=', site).execute();
  }

  async due(db: CloudReader, wallMs: number, limit: number): Promise<readonly string[]> {
    const query = db.selectFrom('notice_test').select('site').where('due_wall', '<=', wallMs);
    return (await query.orderBy('due_wall').limit(limit).execute()).map(({site}) => site);
  }

  async nextDue(db: CloudReader): Promise<number | undefined> {
    const query = db.selectFrom('notice_test').select(({fn}) => fn.min('due_wall').as('next'));
    return (await query.executeTakeFirst())?.next ?? undefined;
  }

  /** True while a notice of the present test has no answer. */
  async isWaiting(db: CloudReader, {site, begunWall}: TestRow): Promise<boolean> {
    const row = await db
      .selectFrom('call_notice')
      .select('id')
      .where('site', '=', site)
      .where('why', '=', 'test')
      .where('created_wall', '>=', begunWall ?? 0)
      .where('answered_wall', 'is', null)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}

function testOf(row: Readonly<NoticeTestColumns>): TestRow {
  return {
    ...{site: row.site, tenant: row.tenant, dueWall: row.due_wall, begunWall: row.begun_wall},
    ...{untilWall: row.until_wall, provedWall: row.proved_wall, missedWall: row.missed_wall},
    ...{pathWall: row.path_wall, sinceWall: row.since_wall},
  };
}
