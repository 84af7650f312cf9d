import type {ActuationRecord} from '../../../edge/domain/lot/contract.js';
import type {
  ActuationState,
  SiteEventBodies,
  SiteEventKind,
} from '../../../protocols/site/events.js';

export type JournalRow = {
  [Kind in SiteEventKind]: {
    readonly seq: number;
    readonly wallMs: number;
    readonly clk: string;
    readonly kind: Kind;
    readonly body: SiteEventBodies[Kind];
  };
}[SiteEventKind];

interface Trail {
  /** For whom it was given, if under a grant. */
  readonly grant: string | undefined;
  readonly tryNo: number;
  readonly state: ActuationState;
}

const FINAL_STATES: ReadonlySet<ActuationState> = new Set<ActuationState>([
  'confirmed',
  'failed',
  'aborted',
  'expired',
  'interrupted',
]);

/** Every order to an arm, as the journal tells it: tries count up, and it ends once. */
export class OrderTrails {
  readonly #trails = new Map<string, Trail>();
  readonly counts = {tries: 0, confirmed: 0, interrupted: 0, failed: 0};

  /** Orders that have not ended. */
  underway(): number {
    return [...this.#trails.values()].filter(trail => !FINAL_STATES.has(trail.state)).length;
  }

  /** The grants for which an arm is on its way. */
  grantsUnderway(): readonly string[] {
    const open = [...this.#trails.values()].filter(trail => !FINAL_STATES.has(trail.state));
    return open.flatMap(({grant}) => (grant === undefined ? [] : [grant]));
  }

  take(rows: readonly JournalRow[]): readonly string[] {
    return rows.flatMap(row => (row.kind === 'actuation' ? this.#step(row.body) : []));
  }

  /** `bodies` and `open`: the table. */
  compare(bodies: readonly string[], open: readonly string[]): readonly string[] {
    const problems: string[] = [];
    if (bodies.length !== this.#trails.size) {
      problems.push(`${bodies.length} orders in the table, ${this.#trails.size} in the journal`);
    }
    for (const body of bodies) {
      const row = JSON.parse(body) as ActuationRecord;
      const trail = this.#trails.get(row.id);
      if (trail?.state !== row.state || trail.tryNo !== row.tryNo) {
        problems.push(`order ${row.id}: table ${row.state}, journal ${trail?.state}`);
      }
      // What was cut short stays open until a reading tells how the arm stands.
      const isOver = FINAL_STATES.has(row.state) && row.isUnsettled !== true;
      if (isOver === open.includes(row.id)) {
        problems.push(`order ${row.id} is ${row.state} and kept as the opposite`);
      }
    }
    return problems;
  }

  #step({actuation, state, tryNo, cause}: SiteEventBodies['actuation']): readonly string[] {
    const grant = cause.kind === 'grant' ? cause.grant : undefined;
    const before = this.#trails.get(actuation);
    this.#trails.set(actuation, {state, tryNo, grant});
    if (state === 'sent') this.counts.tries += 1;
    if (state === 'confirmed' || state === 'interrupted' || state === 'failed') {
      this.counts[state] += 1;
    }
    if (!before) return state === 'queued' ? [] : [`order ${actuation} begins as ${state}`];
    const problems: string[] = [];
    if (FINAL_STATES.has(before.state)) {
      problems.push(`order ${actuation} goes on as ${state} after ${before.state}`);
    }
    if (tryNo !== before.tryNo + (state === 'sent' ? 1 : 0)) {
      problems.push(`order ${actuation}: try ${tryNo} after ${before.tryNo}`);
    }
    return problems;
  }
}
