import type {AlarmKind} from '../../../protocols/site/events.js';
import type {AdmissionInput, AdmissionStop} from '../lot/admission.js';
import type {Turn} from '../lot/turn.js';
import {clearAlarm, raiseAlarm} from './alarm-flow.js';

const ALARMS: Readonly<Record<AdmissionStop, AlarmKind>> = {identity: 'IDENTITY_CLONED'};

/** Nobody new is let in while a reason stands; who is inside gets out, and calls ring, all the same. */
export function onAdmission(turn: Turn, input: AdmissionInput): void {
  const {stop, isStanding, detail} = input;
  if (turn.state.admissionStops.has(stop) === isStanding) return;
  const admissionStops = new Set(turn.state.admissionStops);
  if (isStanding) admissionStops.add(stop);
  else admissionStops.delete(stop);
  turn.patch({admissionStops});
  const place = {kind: ALARMS[stop], device: stop};
  if (isStanding) raiseAlarm(turn, {...place, detail});
  else clearAlarm(turn, place, detail);
}
