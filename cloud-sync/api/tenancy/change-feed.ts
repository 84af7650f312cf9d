import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';

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

const AT_ONCE = 500;

/**
 * What changed, in an order that every reader sees alike. A change is written with what it tells of and
 * numbered afterwards: numbers given out inside of busy transactions would become visible out of order, and
 * a reader's cursor would step over the late ones.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  async note(tx: CloudTransaction, change: Change): Promise<void> {
    const {clock, entropy} = this.#options;
    const {tenant, site, type, subject, subjectId, isDeleted, data} = change;
    await tx
      .insertInto('change')
      .values({
        ...{id: entropy.ulid(), no: null, tenant, site, type, subject, subject_id: subjectId},
        ...{deleted: isDeleted ? 1 : 0, data: JSON.stringify(data), at_wall: clock.wallMs()},
      })
      .execute();
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

  async after(
    db: CloudReader,
    tenant: string,
    no: number,
    limit: number,
  ): Promise<readonly NumberedChange[]> {
    const rows = await db
      .selectFrom('change')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('no', '>', no)
      .orderBy('no')
      .limit(limit)
      .execute();
    return rows.map(row => ({
      ...{no: row.no ?? 0, id: row.id, tenant, site: row.site, type: row.type},
      ...{subject: row.subject, subjectId: row.subject_id, isDeleted: row.deleted === 1},
      ...{data: JSON.parse(row.data) as object, atWall: row.at_wall},
    }));
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
    const waiting = await tx
      .selectFrom('change')
      .select('id')
      .where('tenant', '=', tenant)
      .where('no', 'is', null)
      .orderBy('id')
      .limit(AT_ONCE)
      .execute();
    let no = last ?? 0;
    for (const {id} of waiting) {
      no += 1;
      await tx.updateTable('change').set({no}).where('id', '=', id).execute();
    }
    return waiting.length;
  }
}
