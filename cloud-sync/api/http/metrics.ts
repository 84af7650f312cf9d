/** An answer that went out. */
export interface Answered {
  readonly method: string;
  /** Pattern of the route, never the address itself: labels stay few. */
  readonly route: string;
  readonly status: number;
  readonly tookMs: number;
}

/** What the cloud counts of itself, whoever reads it. */
export interface Metrics {
  answered(answer: Answered): void;
  /** A value that is read when somebody asks. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** Totals that somebody else counts, by one label of few values. */
  totals(
    name: string,
    help: string,
    counted: {
      readonly label: string;
      readonly read: () => Promise<Readonly<Record<string, number>>>;
    },
  ): void;
  /** Everything as text, and its content type. */
  page(): Promise<{readonly text: string; readonly contentType: string}>;
}
