import type {Grant} from '../../../protocols/site/grant.js';
import {
  type BayId,
  type CollectorId,
  type GrantId,
  idOfNumber,
} from '../../../protocols/site/ids.js';
import {entryDoubt} from '../alarms/storage-flow.js';
import {isCommissioned} from '../commissioning/commissioning-flow.js';
import {isFresh, seesCar} from '../interlocks/interlocks.js';
import type {BayState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {surelyReachedMs} from '../time/validity.js';

/** Which bay the grants open from here, if any. */
export type BayChoice =
  | {
      readonly kind: 'here';
      readonly grant: Grant;
      readonly bay: BayState;
      /** The bay that the grant names first, when a stranger stands in it. */
      readonly insteadOf: BayId | undefined;
      /** It stands open, or is being opened, under this very grant. */
      readonly isOwn: boolean;
    }
  | {readonly kind: 'elsewhere'; readonly grant: Grant; readonly bay: BayState}
  | {readonly kind: 'occupied'; readonly grant: Grant; readonly bay: BayState}
  /** Nobody new is let in at present. */
  | {readonly kind: 'closed'; readonly grant: Grant; readonly bay: BayState}
  /** Its lock was not yet driven up and down. */
  | {readonly kind: 'untried'; readonly grant: Grant; readonly bay: BayState}
  | {readonly kind: 'nowhere'; readonly grant: Grant};

/** The holder's own open bay first, then the first one free here, then the way to another collector. */
export function chooseBay(
  turn: Turn,
  collector: CollectorId,
  grants: readonly [Grant, ...Grant[]],
): BayChoice {
  const options = grants.flatMap(grant =>
    grant.points.flatMap(point => {
      const bay = turn.bay(point);
      return bay ? [{grant, bay}] : [];
    }),
  );
  const own = options.find(({grant, bay}) => isOwn(bay, grant));
  if (own) {
    if (own.bay.config.collector !== collector) return {kind: 'elsewhere', ...own};
    if (!isCommissioned(turn.config, own.bay)) return {kind: 'untried', ...own};
    return {kind: 'here', ...own, insteadOf: undefined, isOwn: true};
  }
  const here = options.filter(({bay}) => bay.config.collector === collector);
  const tried = here.filter(({bay}) => isCommissioned(turn.config, bay));
  const taken = tried[0];
  const free = tried.find(({bay}) => !isTaken(turn, bay) && !isPromised(turn, bay));
  const isClosed = turn.state.admissionStops.size > 0 || entryDoubt(turn) !== undefined;
  if (free && isClosed) return {kind: 'closed', ...free};
  const instead = free && insteadOf(taken?.bay, free.bay);
  if (free) return {kind: 'here', ...free, insteadOf: instead, isOwn: false};
  if (taken) return {kind: 'occupied', ...taken};
  const untried = here[0];
  if (untried) return {kind: 'untried', ...untried};
  const elsewhere = options[0];
  return elsewhere ? {kind: 'elsewhere', ...elsewhere} : {kind: 'nowhere', grant: grants[0]};
}

/** Open, or being opened, under this very grant. */
export function isOwn(bay: BayState, grant: Grant): boolean {
  // Under a token alone it was opened by the number of a grant that had not arrived.
  const names: readonly (GrantId | null)[] = [grant.id, idOfNumber(grant.number)];
  if (bay.session && names.includes(bay.session.row.grant)) return true;
  return bay.claim?.kind === 'grant' && names.includes(bay.claim.grant);
}

/** Down with a car in it that is not ours to move. */
function isTaken(turn: Turn, bay: BayState): boolean {
  const view = turn.view(bay);
  return isFresh(view, turn.nowMs) && bay.reading?.arm === 'down' && seesCar(view);
}

/** It is being opened, or lies open, for somebody else who has not driven in yet and whose time is not over. */
function isPromised(turn: Turn, {actuation, claim, session}: BayState): boolean {
  if (claim?.kind === 'grant' && actuation?.row.desired === 'down') return true;
  if (session?.row.phase !== 'open_wait_car' || session.row.grant === null) return false;
  const right = turn.context.grants.grantById(session.row.grant);
  return right === undefined || surelyReachedMs(turn.context.timeOfDay()) < right.validUntil;
}

function insteadOf(first: BayState | undefined, chosen: BayState): BayId | undefined {
  return first === undefined || first === chosen ? undefined : first.config.id;
}
