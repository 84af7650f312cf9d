import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {CloudTransaction} from '../store/cloud-schema.js';

export interface AuditEntry {
  readonly tenant: string;
  /** Id of the key or the member that did it. */
  readonly actor: string;
  /** `site.update`. */
  readonly action: string;
  readonly subject: string;
  readonly subjectId: string;
  readonly reason?: string | undefined;
}

/** Who did what, and why: written with what was done, never changed. */
export class AuditLog {
  readonly #clock: Clock;
  readonly #entropy: Entropy;

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock;
    this.#entropy = entropy;
  }

  async note(tx: CloudTransaction, entry: AuditEntry): Promise<void> {
    const {tenant, actor, action, subject, subjectId, reason = null} = entry;
    await tx
      .insertInto('audit')
      .values({
        ...{id: this.#entropy.ulid(), tenant, actor, action, subject, subject_id: subjectId},
        ...{reason, at_wall: this.#clock.wallMs()},
      })
      .execute();
  }
}
