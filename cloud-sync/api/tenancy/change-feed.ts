import {sql} from 'kysely';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import {FixedQuery} from '../store/fixed-query.js';
import type {ChangeColumns} from './tenancy-schema.js';

/** Something that changed at a tenant. */
export interface Change {
  readonly tenant: string;
  readonly site: string | null;
  /** Dotted: `order.paid`. */
  readonly type: string;
  readonly subject: string;
  readonly subjectId: string;
  readonly isDeleted?: boolean;
  /** Thin: ids and states, never a person's data. */
  readonly data: object;
}

export interface NumberedChange extends Change {
  readonly no: number;
  readonly id: string;
  readonly atWall: number;
}

export interface ChangeFeedOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: CloudStore;
}

type Row = {readonly [Name in keyof ChangeColumns]: ChangeColumns[Name]};

const AT_ONCE = 500;
/** Rows of one statement: far below what either database takes as parameters. */
const SLICE = 80;

/**
 * What changed, in an order that every reader sees alike. A change is written with what it tells of and
 * numbered afterwards: numbers given out inside of busy transactions would become visible out of order, and
 * a reader's cursor would step over the late ones.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #listeners = new Set<() => void>();
  readonly #add = new FixedQuery((db, row: Row) => {
    const {id, no, tenant, site, type, subject, subject_id, deleted, data, at_wall} = row;
    const what = {id, no, tenant, site, type, subject, subject_id, deleted, data, at_wall};
    return db.insertInto('change').values(what);
  });

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  /** Call `listener` at each note of this worker, maybe before its commit, and without one. */
  onNote(listener: () => void): void {
    this.#listeners.add(listener);
  }

  note(tx: CloudTransaction, change: Change): Promise<void> {
    return this.noteAll(tx, [change]);
  }

  async noteAll(tx: CloudTransaction, changes: readonly Change[]): Promise<void> {
    const {clock, entropy} = this.#options;
    for (let at = 0; at < changes.length; at += SLICE) {
      const rows = changes.slice(at, at + SLICE).map(change => {
        const {tenant, site, type, subject, subjectId, isDeleted, data} = change;
        return {
          ...{id: entropy.ulid(), no: null, tenant, site, type, subject, subject_id: subjectId},
          ...{deleted: isDeleted ? 1 : 0, data: JSON.stringify(data), at_wall: clock.wallMs()},
        };
      });
      const [first] = rows;
      if (first && rows.length === 1) await this.#add.send(tx, first);
      else await tx.insertInto('change').values(rows).execute();
    }
    for (const listener of this.#listeners) listener();
  }

  /** Number what was committed since; gives how many. Workers take turns at a tenant. */
  async number(): Promise<number> {
    const {store} = this.#options;
    const tenants = await store.read(db =>
      db.selectFrom('change').select('tenant').distinct().where('no', 'is', null).execute(),
    );
    let count = 0;
    for (const {tenant} of tenants) {
      count += await store.transaction(tx => this.#numberOf(tx, tenant));
    }
    return count;
  }

  /** `sites`: only what happened there; undefined: all of the tenant. */
  async after(
    db: CloudReader,
    tenant: string,
    no: number,
    limit: number,
    sites?: readonly string[],
  ): Promise<readonly NumberedChange[]> {
    let query = db.selectFrom('change').selectAll().where('tenant', '=', tenant);
    if (sites) query = query.where('site', 'in', sites);
    const rows = await query.where('no', '>', no).orderBy('no').limit(limit).execute();
    return rows.map(row => ({
      ...{no: row.no ?? 0, id: row.id, tenant, site: row.site, type: row.type},
      ...{subject: row.subject, subjectId: row.subject_id, isDeleted: row.deleted === 1},
      ...{data: JSON.parse(row.data) as object, atWall: row.at_wall},
    }));
  }

  /** Numbers of the oldest and the newest that are kept; 0 and 0: there never was any. */
  async range(db: CloudReader, tenant: string): Promise<{oldest: number; newest: number}> {
    const {oldest, newest} = await db
      .selectFrom('change')
      .select(({fn}) => [fn.min('no').as('oldest'), fn.max('no').as('newest')])
      .where('tenant', '=', tenant)
      .executeTakeFirstOrThrow();
    return {oldest: oldest ?? 0, newest: newest ?? 0};
  }

  /** Forget what is older. The newest of each tenant stays: the next number comes after it. */
  async prune(db: CloudReader, beforeWallMs: number): Promise<void> {
    await db
      .deleteFrom('change')
      .where('at_wall', '<', beforeWallMs)
      .where(({eb, selectFrom}) =>
        eb(
          'no',
          '<',
          selectFrom('change as later')
            .select(({fn}) => fn.max('later.no').as('newest'))
            .whereRef('later.tenant', '=', 'change.tenant'),
        ),
      )
      .execute();
  }

  async #numberOf(tx: CloudTransaction, tenant: string): Promise<number> {
    // An update that changes nothing locks on both databases.
    const lock = tx.updateTable('tenant').set(({ref}) => ({name: ref('name')}));
    await lock.where('id', '=', tenant).execute();
    const {last} = await tx
      .selectFrom('change')
      .select(({fn}) => fn.max('no').as('last'))
      .where('tenant', '=', tenant)
      .executeTakeFirstOrThrow();
    const waiting = tx
      .selectFrom('change')
      .select(['id', sql<number>`row_number() over (order by id)`.as('place')])
      .where('tenant', '=', tenant)
      .where('no', 'is', null)
      .orderBy('id')
      .limit(AT_ONCE)
      .as('waiting');
    const {numUpdatedRows} = await tx
      .updateTable('change')
      .from(waiting)
      .set(({ref}) => ({no: sql<number>`${last ?? 0} + ${ref('waiting.place')}`}))
      .whereRef('change.id', '=', 'waiting.id')
      .executeTakeFirstOrThrow();
    return Number(numUpdatedRows);
  }
}
