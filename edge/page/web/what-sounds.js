const TYPES = ['emergency', 'assistance', 'fault', 'test'];
const RINGS = ['low', 'normal', 'loud'];

const isUnanswered = ({state}) => state === 'raised' || state === 'notified';

/** Alarms that no call stands for. */
export function otherAlarms({alarms, calls}) {
  const known = new Set((calls?.calls ?? []).map(({id}) => id));
  return alarms.filter(({id}) => !known.has(id));
}

/**
 * What this board is to sound now: `{type, ring}` or undefined. The gateway says it for a board that it knows; a
 * board that it does not know yet sounds for whatever nobody has taken.
 */
export function soundOf(picture, station, gatewayMs) {
  if (!picture) return undefined;
  const own = picture.calls?.stations.find(({id}) => id === station);
  const silentMs = own?.silentUntilMs ?? 0;
  const said = own ? own.sound : loudest(picture.calls?.calls ?? []);
  if (said) return said;
  if (silentMs > gatewayMs) return undefined;
  const ringing = otherAlarms(picture).filter(isUnanswered);
  if (ringing.length === 0) return undefined;
  const ring = ringing.some(alarm => alarm.ring === 'normal') ? 'normal' : 'low';
  return {type: 'fault', ring};
}

function loudest(calls) {
  const open = calls.filter(({takenBy, state}) => takenBy === null && state !== 'ended');
  const [first] = open.toSorted(
    (left, right) => TYPES.indexOf(left.type) - TYPES.indexOf(right.type),
  );
  if (!first) return undefined;
  const same = open.filter(({type}) => type === first.type);
  const ring = RINGS[Math.max(...same.map(({ring: one}) => RINGS.indexOf(one)))];
  return {type: first.type, ring};
}
