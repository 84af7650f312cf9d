import type {JournalRow} from './order-trails.js';

/** A frame that moved an arm, as the wire heard it. */
export interface HeardFrame {
  readonly bay: string;
  readonly command: 'lower' | 'raise';
  /** Where it stands in whatever was recorded beside it. */
  readonly at: number;
}

interface Try {
  readonly command: 'lower' | 'raise';
  /** Its frame may never have gone out. */
  readonly mayBeMute: boolean;
}

/**
 * Every frame that moved an arm has its stored try, in order, and every try that must have been on the
 * wire its frame. `rows`: the whole journal.
 */
export function framesAreStored(
  rows: readonly JournalRow[],
  frames: readonly HeardFrame[],
): readonly string[] {
  const tries = triesByBay(rows);
  const places = new Map<string, readonly number[]>();
  return frames.flatMap(({bay, command, at}) => {
    const stored = tries.get(bay) ?? [];
    const before = places.get(bay) ?? [0];
    const after = before
      .flatMap(place => reachable(stored, place))
      .flatMap(place => (stored[place]?.command === command ? [place + 1] : []));
    places.set(bay, after.length > 0 ? [...new Set(after)] : before);
    if (after.length > 0) return [];
    const next = before.map(place => stored[place]?.command ?? 'nothing').join(' or ');
    return [`${bay}: frame ${command} at ${at} stored as ${next}`];
  });
}

/** Places from `place` on before which all tries may have been mute. */
function reachable(stored: readonly Try[], place: number): readonly number[] {
  const places = [place];
  for (let at = place; stored[at]?.mayBeMute; at += 1) places.push(at + 1);
  return places;
}

function triesByBay(rows: readonly JournalRow[]): ReadonlyMap<string, readonly Try[]> {
  const tries = new Map<string, Try[]>();
  /** Arms that stood so since the start, and no order was tried on them since. */
  const arms = new Map<string, string>();
  rows.forEach((row, index) => {
    if (row.kind === 'boot') arms.clear();
    if (row.kind === 'bay') arms.set(row.body.bay, row.body.arm);
    if (row.kind !== 'actuation' || row.body.state !== 'sent') return;
    const {bay, desired, actuation} = row.body;
    const layTheOtherWay = arms.get(bay) === (desired === 'down' ? 'up' : 'down');
    arms.delete(bay);
    const next = nextState(rows, index, actuation);
    // An arm that an earlier order laid that way, or that it still moves, bears out one that a dead line never carried.
    const wasCarried = (next === 'moving' || next === 'confirmed') && layTheOtherWay;
    const command = desired === 'down' ? 'lower' : 'raise';
    tries.set(bay, [...(tries.get(bay) ?? []), {command, mayBeMute: !wasCarried}]);
  });
  return tries;
}

function nextState(rows: readonly JournalRow[], index: number, id: string): string | undefined {
  for (let at = index + 1; at < rows.length; at += 1) {
    const row = rows[at];
    if (row?.kind === 'actuation' && row.body.actuation === id) return row.body.state;
  }
  return undefined;
}
