import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {Grant} from '../../../protocols/site/grant.js';
import {canUseUp} from '../alarms/storage-flow.js';
import type {CollectorState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {policyOf} from '../policies/policies.js';
import type {Policy} from '../policies/policy.js';
import {isOwn} from './choose-bay.js';
import type {Verifier} from './verify.js';

/** Judges what is shown at a post by the policy of that post. */
export function verifierOf(turn: Turn, at: CollectorState): Verifier {
  return verifierBy(turn, policyOf(at.config));
}

export function verifierBy(turn: Turn, policy: Policy): Verifier {
  const hasOpenStay = (grant: Grant) => {
    for (const bay of turn.state.bays.values()) if (isOwn(bay, grant)) return true;
    return false;
  };
  const {config, context} = turn;
  const {storage} = turn.state;
  const isUsable = (fromMs: UnixMillis) => canUseUp(storage, fromMs);
  return {config, context, policy, canUseUp: isUsable, hasOpenStay};
}
