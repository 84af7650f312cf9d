import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface AuditEntry {
  readonly tenant: string;
  /** Id of the key or the member that did it. */
  readonly actor: string;
  /** `site.update`. */
  readonly action: string;
  readonly subject: string;
  readonly subjectId: string;
  readonly reason?: string | undefined;
  /** What of it: names of fields, never their values. */
  readonly detail?: string | undefined;
}

export interface AuditRow {
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly atWall: number;
}

const COLUMNS = ['id', 'actor', 'action', 'reason', 'detail', 'at_wall as atWall'] as const;

/** Who did what, and why: written with what was done, never changed. */
export class AuditLog {
  readonly #clock: Clock;
  readonly #entropy: Entropy;

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock;
    this.#entropy = entropy;
  }

  async note(tx: CloudTransaction, entry: AuditEntry): Promise<void> {
    const {tenant, actor, action, subject, subjectId, reason = null, detail = null} = entry;
    await tx
      .insertInto('audit')
      .values({
        ...{id: this.#entropy.ulid(), tenant, actor, action, subject, subject_id: subjectId},
        ...{reason, detail, at_wall: this.#clock.wallMs()},
      })
      .execute();
  }

  /** What was done with one subject, after the entry `after`. */
  of(
    db: CloudReader,
    about: {readonly tenant: string; readonly subjectId: string},
    {after, limit}: {readonly after: string; readonly limit: number},
  ): Promise<readonly AuditRow[]> {
    return db
      .selectFrom('audit')
      .select(COLUMNS)
      .where('tenant', '=', about.tenant)
      .where('subject_id', '=', about.subjectId)
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
  }
}
