import type {Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import type {SiteEventBodies} from '../../../protocols/site/events.js';
import type {BayId} from '../../../protocols/site/ids.js';
import {matchPlate} from '../../../protocols/site/plate-text.js';
import {openAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import type {DisplayMessage} from '../lot/display-message.js';
import type {BayState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {beginStay, feedSession} from './session-flow.js';

type Misparked = SiteEventBodies['misparked'];
type Whose = Pick<Misparked, 'kind' | 'rightBay' | 'grant' | 'holder'>;
type Displaced = NonNullable<Misparked['displaced']>;

/** The camera sees a car on its way in; what it read before that is of another one. */
const PLATE_GOOD_MS: Millis = 30_000;
/** Who drives in wrong sits in his car: it stands on the display until he has come to look. */
const SHOWN_MS: Millis = MINUTE_MS;
const STRANGER: Whose = {kind: 'INTRUDER', rightBay: null, grant: null, holder: null};
const NOBODY = {grant: null, holder: null, spends: false, actuation: null};

/** A plate that was surely read: of a car on its way in, or of one that has just been confirmed. */
export function onPlate(turn: Turn, bay: BayState, plate: string): void {
  const {id} = bay.config;
  turn.patchBay(id, {plate: {plate, atMs: turn.nowMs}});
  const {sensor} = bay;
  const isIn = sensor?.occupancy === 'occupied' && turn.nowMs - sensor.sinceMs <= PLATE_GOOD_MS;
  if (isIn && bay.session) judgeCar(turn, id);
}

/**
 * A car was confirmed over an arm that lies flat. Where nobody was let in it is a neighbour's, who is waited for
 * at the same collector, or a stranger's. Where somebody was, only a camera can tell that it is not his: without
 * one, or without the plates of his cars, it counts as his, and he calls the guard. Either way nothing moves for it,
 * and the arm rises when it has left.
 */
export function judgeCar(turn: Turn, id: BayId): void {
  const bay = turn.bay(id);
  if (!bay || bay.actuation || bay.reading?.arm !== 'down') return;
  if (bay.sensor?.fault !== undefined) return;
  const {session} = bay;
  if (session && !isOfAnother(turn, bay)) return;
  // Lowered by hand: somebody there knows for whom.
  if (!session && openAlarm(turn, {kind: 'MANUAL_OPEN', bay: id})) return;
  const whose = whoseCar(turn, bay);
  const displaced = displacedFrom(bay);
  // Who had driven out has used his time; who was never in has used none.
  const hadLeft = session?.row.phase === 'away' || session?.row.phase === 'leaving';
  if (session) feedSession(turn, id, {kind: 'close', cause: hadLeft ? 'left' : 'intruder'});
  beginStay(turn, id, NOBODY);
  tell(turn, id, whose, displaced);
}

/** Whose right goes on, and whose bay is taken. */
function displacedFrom({session}: BayState): Displaced | null {
  if (!session || session.row.grant === null || session.row.phase === 'leaving') return null;
  const {id, grant, holder} = session.row;
  return {grant, holder, session: id};
}

function isOfAnother(turn: Turn, bay: BayState): boolean {
  const plate = plateOf(turn, bay);
  const own = platesFor(turn, bay);
  // Near one of his is a misread for a person to judge, and no stranger.
  return plate !== undefined && own.length > 0 && matchPlate(plate, own).kind === 'none';
}

function plateOf(turn: Turn, {plate}: BayState): string | undefined {
  return plate && turn.nowMs - plate.atMs <= PLATE_GOOD_MS ? plate.plate : undefined;
}

/** Of those who are waited for at the same collector: by the plate, or because only one of them is. */
function whoseCar(turn: Turn, bay: BayState): Whose {
  const waiting = [...turn.state.bays.values()].filter(
    other =>
      other !== bay &&
      other.config.collector === bay.config.collector &&
      other.session?.row.phase === 'open_wait_car',
  );
  const plate = plateOf(turn, bay);
  const known = waiting.filter(other => platesFor(turn, other).length > 0);
  if (plate !== undefined) {
    const right = known.find(other => matchPlate(plate, platesFor(turn, other)).kind === 'exact');
    if (right) return neighbour(right);
    if (known.length === waiting.length) return STRANGER;
  }
  const [only, ...more] = waiting;
  if (!only) return STRANGER;
  return more.length > 0 ? {...STRANGER, kind: 'WRONG_BAY'} : neighbour(only);
}

function platesFor(turn: Turn, {session}: BayState): readonly string[] {
  const grant = session?.row.grant;
  return (grant ? turn.context.grants.grantById(grant)?.plates : undefined) ?? [];
}

function neighbour({config, session}: BayState): Whose {
  const {grant = null, holder = null} = session?.row ?? {};
  return {kind: 'WRONG_BAY', rightBay: config.id, grant, holder};
}

function tell(turn: Turn, id: BayId, whose: Whose, displaced: Displaced | null): void {
  const {kind, rightBay} = whose;
  const waits = rightBay === null ? '' : `; ${rightBay} waits for one`;
  const instead = displaced === null ? '' : '; its tenant needs another bay';
  const detail = `${id}: car without a right${waits}${instead}`;
  raiseAlarm(turn, {kind, bay: id, detail});
  const alarm = openAlarm(turn, {kind, bay: id});
  if (alarm) turn.fact('misparked', {alarm: alarm.id, ...whose, bay: id, displaced});
  const collector = turn.bay(id)?.config.collector;
  if (!collector) return;
  turn.effect({kind: 'show', collector, message: screenOf(id, rightBay, displaced)});
  turn.startTimer({kind: 'idleScreen', collector}, SHOWN_MS);
}

/** He who was let in stands there still; else it is for the driver. */
function screenOf(bay: BayId, rightBay: BayId | null, displaced: Displaced | null): DisplayMessage {
  return rightBay === null && displaced
    ? {code: 'BAY_OCCUPIED', bay, alternative: undefined}
    : {code: 'WRONG_BAY', bay, rightBay: rightBay ?? undefined};
}
