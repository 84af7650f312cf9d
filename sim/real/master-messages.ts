/** What a test asks the master process, and what it hears; one answer for each question, in order. */
export type MasterQuestion =
  /** Order the lock down; answered when the line has settled the order. */
  | {readonly kind: 'lower'}
  | {readonly kind: 'look'}
  /** Collect what is garbage, then measure. */
  | {readonly kind: 'weigh'};

export interface MasterLook {
  readonly health: string;
  /** The movement counters of all readings since the last look, in order. */
  readonly cycles: readonly number[];
  /** Orders that have not been settled. */
  readonly pending: number;
  /** How long the oldest job of any lane waits. */
  readonly queueAgeMs: number;
}

export interface MasterWeight {
  /** Resident. */
  readonly rssMib: number;
  /** In use by JavaScript. */
  readonly heapMib: number;
}

export interface MasterAnswers {
  readonly lower: string;
  readonly look: MasterLook;
  readonly weigh: MasterWeight;
}

/** Where the line of the master is. */
export type MasterLink =
  | {readonly kind: 'serial'; readonly path: string}
  | {readonly kind: 'tcp'; readonly port: number};
