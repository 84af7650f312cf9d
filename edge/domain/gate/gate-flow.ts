import {type Admission, admissionAt} from '../../../protocols/site/lot-kind.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import {entryDoubt} from '../alarms/storage-flow.js';
import type {GateInput} from '../lot/admission.js';
import type {Turn} from '../lot/turn.js';
import {verifierBy} from '../pipeline/verifier-of.js';
import {type Verification, verifyPlate} from '../pipeline/verify.js';
import {parkCard} from '../policies/park-card.js';

/**
 * Who comes in by his plate: where people live those alone whose right is good now, elsewhere everybody, so
 * a refusal leaves the arm where it is. Exits ask nobody. @see requirements P5
 */
export function onGate(turn: Turn, {gate, plate}: GateInput): void {
  const right = verifyPlate(verifierBy(turn, parkCard), plate);
  const closed = closedBy(turn);
  const admission: Admission = closed
    ? 'refused'
    : admissionAt(turn.config.lotKind ?? 'public', right.kind === 'granted');
  const data = {plate, admission, grant: grantIn(right)};
  const reason = admission === 'refused' ? (closed ?? reasonIn(right)) : null;
  turn.fact('device.event', {device: gate, event: 'admission', data: {...data, reason}});
  if (admission !== 'refused') turn.effect({kind: 'letIn', gate});
}

/** Nobody new is let in anywhere. */
function closedBy(turn: Turn): Reason | undefined {
  return turn.state.admissionStops.size > 0 ? 'NO_ADMISSION' : entryDoubt(turn);
}

function grantIn(right: Verification): string | null {
  const [grant] = right.kind === 'granted' ? right.grants : [right.grant];
  return grant?.id ?? null;
}

function reasonIn(right: Verification): Reason | null {
  return right.kind === 'refused' ? right.reason : null;
}
