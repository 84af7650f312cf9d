import type {OperatorClient} from './operator-client.js';
import type {Told} from './operator-commands.js';

interface Difference {
  readonly subject: string;
  readonly kind: string;
  readonly oursFen: number;
  readonly theirsFen: number;
  readonly state: string;
}

interface Report {
  readonly state: 'balanced' | 'differs';
  readonly oursFen: number;
  readonly theirsFen: number;
  readonly matched: number;
  readonly by: string;
  readonly differences: readonly Difference[];
}

interface Fault {
  readonly kind: string;
  readonly subject: string;
  readonly detail: string;
}

export interface DayWish {
  readonly provider: string;
  /** `YYYY-MM-DD` in China. */
  readonly day: string;
  /** Show the last run, and ask nobody. */
  readonly isRead: boolean;
}

/**
 * Holds a day of a provider against the books, or shows how it was found last, with all that does not add
 * up in the books. Exit code 1 unless both are right.
 * @throws SyncError as `OperatorClient.ask`
 */
export async function reconcileOfDay(
  client: OperatorClient,
  {provider, day, isRead}: DayWish,
): Promise<Told> {
  const path = `/v1/reconciliations/${encodeURIComponent(provider)}/${encodeURIComponent(day)}`;
  const report = await client.ask<Report>(isRead ? 'GET' : 'POST', path);
  const {faults} = await client.ask<{faults: readonly Fault[]}>('GET', '/v1/ledger/faults');
  const isBalanced = report.state === 'balanced' && faults.length === 0;
  const {state, matched, oursFen, theirsFen, differences} = report;
  const open = differences.filter(one => one.state === 'open');
  return {
    exitCode: isBalanced ? 0 : 1,
    json: {isBalanced, report, faults},
    lines: [
      `${provider} ${day}: ${state}, ${matched} matched, ours ${oursFen} fen, theirs ${theirsFen} fen`,
      ...open.map(
        one => `${one.kind} ${one.subject}: ours ${one.oursFen} fen, theirs ${one.theirsFen} fen`,
      ),
      ...faults.map(({kind, subject, detail}) => `fault ${kind} ${subject}: ${detail}`),
    ],
  };
}
