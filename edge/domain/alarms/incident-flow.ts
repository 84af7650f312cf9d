import type {BayState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {clearAlarm, openAlarm, raiseAlarm} from './alarm-flow.js';

/** So many locks do not break down by themselves at one time: water or ice is at all of them. */
const LEAST_FAULTED = 5;
/** Of a large lot more have to fail before it is the lot that fails. */
const FAULTED_SHARE = 0.2;

const PLACE = {kind: 'SITE_INCIDENT'} as const;

/** While it stands no bay of the site is sold, sound or not. */
export function isIncident(turn: Turn): boolean {
  return openAlarm(turn, PLACE) !== undefined;
}

/**
 * One word for the whole site, in place of one for each lock. It is over when fewer than half of as many fail; no
 * arm moves for it, and calls go on as ever. @see requirements E53
 */
export function judgeIncident(turn: Turn): void {
  const isStanding = isIncident(turn);
  if (!isStanding && ![...turn.touched].some(id => isFaulted(turn.bay(id)))) return;
  const bays = [...turn.state.bays.values()];
  const faulted = bays.filter(isFaulted);
  const most = Math.max(LEAST_FAULTED, Math.ceil(bays.length * FAULTED_SHARE));
  if (isStanding === faulted.length >= (isStanding ? most / 2 : most)) return;
  if (isStanding) {
    clearAlarm(turn, PLACE, 'locks work again');
  } else {
    const names = faulted.map(({config}) => config.id).join(', ');
    const detail = `${faulted.length} locks fail at once: ${names}`;
    raiseAlarm(turn, {...PLACE, count: faulted.length, detail});
  }
  // Each is sold or not by it.
  for (const {config} of bays) turn.patchBay(config.id, {});
}

function isFaulted(bay: BayState | undefined): boolean {
  const faults = bay?.reading?.faults;
  return faults !== undefined && (faults.motor || faults.overCurrent || faults.limitSwitch);
}
