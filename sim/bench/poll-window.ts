/** What a client did in one stretch of time. */
export interface PollWindow {
  readonly polls: number;
  readonly ms: number;
  readonly cpuUs: number;
  /** Requests without an answer. */
  readonly failed: number;
}

export interface PollTally {
  polls: number;
  failed: number;
}

/** Watch a tally for `ms`, with the processor time of this process alone. */
export async function watchWindow(tally: PollTally, ms: number): Promise<PollWindow> {
  const before = {...tally};
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  await new Promise(resolve => setTimeout(resolve, ms));
  return closeWindow(tally, before, startMs, cpu);
}

/** The difference between now and the beginning of a window. */
export function closeWindow(
  tally: PollTally,
  before: PollTally,
  startMs: number,
  cpu: NodeJS.CpuUsage,
): PollWindow {
  const used = process.cpuUsage(cpu);
  return {
    polls: tally.polls - before.polls,
    failed: tally.failed - before.failed,
    ms: performance.now() - startMs,
    cpuUs: used.user + used.system,
  };
}
