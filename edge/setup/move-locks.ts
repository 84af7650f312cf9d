import type {OrderResult} from '../domain/lot/contract.js';
import type {SetupMachine, TriedSite} from './contract.js';
import type {SetupWords} from './setup-words.js';

export interface MovedLocks {
  /** Bays whose arm went down and up before the eyes of the installer. */
  readonly proven: readonly string[];
  readonly unproven: readonly string[];
  /** Of each bay the one whose arm moved, where that was another. */
  readonly moved: ReadonlyMap<string, string>;
}

/**
 * Have each lock moved once, down and up, under the same interlocks as ever, and let a person say which arm it
 * was: addresses are set by hand, and two of them exchanged open the wrong bay for years.
 */
export async function moveLocks(
  bays: readonly string[],
  site: TriedSite,
  {machine, words}: {readonly machine: SetupMachine; readonly words: SetupWords},
): Promise<MovedLocks> {
  const proven: string[] = [];
  const unproven: string[] = [];
  const moved = new Map<string, string>();
  for (const bay of bays) {
    const go = await machine.ask(words.mayMove(bay));
    if (go === 's') {
      unproven.push(bay);
      continue;
    }
    const down = await site.order(bay, 'down');
    if (down.kind !== 'done') {
      machine.tell(words.notMoved(bay, whyOf(down)));
      unproven.push(bay);
      continue;
    }
    const seen = await askBay(bay, bays, {machine, words});
    const up = await site.order(bay, 'up');
    if (up.kind !== 'done') machine.tell(words.notMoved(bay, whyOf(up)));
    if (seen === undefined || up.kind !== 'done') unproven.push(bay);
    else proven.push(bay);
    if (seen !== undefined && seen !== bay) moved.set(bay, seen);
  }
  return {proven, unproven, moved};
}

/** Which arm went down; undefined: none did. */
async function askBay(
  bay: string,
  bays: readonly string[],
  {machine, words}: {readonly machine: SetupMachine; readonly words: SetupWords},
): Promise<string | undefined> {
  for (;;) {
    const answer = (await machine.ask(words.whichMoved(bay))).toUpperCase();
    if (answer === '') return bay;
    if (answer === 'N') return undefined;
    if (bays.includes(answer)) return answer;
    machine.tell(words.unknownBay(answer, bays));
  }
}

function whyOf(result: OrderResult): string {
  if (result.kind === 'failed') return result.why;
  return result.kind === 'refused' ? result.reason : result.kind;
}

/**
 * Which lock stands at which bay, when driving the lock of a bay moved the arm of another. Undefined when the
 * answers contradict each other: two locks cannot stand at one bay.
 */
export function locksByBay(
  bays: readonly string[],
  moved: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> | undefined {
  const lockAt = new Map<string, string>();
  for (const bay of bays) lockAt.set(moved.get(bay) ?? bay, `L-${bay}`);
  return lockAt.size === bays.length ? lockAt : undefined;
}
