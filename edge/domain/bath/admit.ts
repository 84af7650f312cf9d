import {SECOND_MS} from '../../../protocols/base/units.js';
import type {Grant} from '../../../protocols/site/grant.js';
import {
  asId,
  type BayId,
  type CollectorId,
  type CredentialId,
  type SessionId,
} from '../../../protocols/site/ids.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import {entryDoubt} from '../alarms/storage-flow.js';
import {isFireAt} from '../fire/fire-state.js';
import type {Shown} from '../lot/shown.js';
import type {Turn} from '../lot/turn.js';
import type {Verification} from '../pipeline/verify.js';
import type {BathRules} from './contract.js';
import {beginShower, resumeShower} from './shower-flow.js';
import type {ShowerRow} from './shower-state.js';
import {isOutOfService, showStall} from './stall-screen.js';
import type {StallState} from './stall-state.js';

/** What becomes of a code at a stall, and what to do once the decision is told. */
export interface StallDecision {
  readonly reason: Reason | undefined;
  readonly grant: Grant;
  readonly act: () => void;
}

/** Undefined: the code is refused like any other. A code that is not let in here stays as good as it was. */
export function admitBather(
  turn: Turn,
  id: CollectorId,
  shown: Shown,
  verification: Verification,
): StallDecision | undefined {
  const {bath} = turn.config;
  const stall = turn.stall(id);
  if (!stall) return undefined;
  const resumed = resumedBy(turn, stall, shown);
  if (resumed) {
    const act = () => resumeShower(turn, id);
    return {reason: undefined, grant: resumed, act};
  }
  if (verification.kind === 'refused' || !bath) return undefined;
  const {grants, spends} = verification;
  const point: BayId = asId(id);
  const grant = grants.find(({points}) => points.includes(point)) ?? grants[0];
  if (!grant) return undefined;
  const barred = barredBy(turn, stall, grant);
  if (barred !== undefined) {
    const act = () => showStall(turn, id, {code: barred === 'FIRE' ? barred : 'STALL_OUT'});
    return {reason: barred, grant, act};
  }
  const row = firstRow(turn, stall, {grant, spends}, bath.rules);
  const act = () => {
    if (spends !== undefined) {
      turn.record({table: 'used', id: spends, validUntil: grant.validUntil});
    }
    if (grant.entries === 'one') {
      turn.record({table: 'grantUse', grant: grant.id, session: row.id});
    }
    beginShower(turn, row);
  };
  return {reason: undefined, grant, act};
}

function barredBy(turn: Turn, stall: StallState, grant: Grant): Reason | undefined {
  if (!grant.points.includes(asId<BayId>(stall.config.id))) return 'OTHER_POINT';
  if (stall.shower) return 'BAY_OCCUPIED';
  if (isFireAt(turn, stall.config.id)) return 'FIRE';
  if (turn.state.admissionStops.size > 0) return 'NO_ADMISSION';
  const doubt = entryDoubt(turn);
  if (doubt !== undefined) return doubt;
  if (isOutOfService(turn, stall)) return 'DEVICE_OFFLINE';
  // Cooler water was asked for, and nobody could tell.
  const isBlind = stall.config.hasProbe && stall.milliCelsius === undefined;
  if (isBlind && grant.budget?.mostMilliCelsius !== undefined) return 'DEVICE_OFFLINE';
  // Nothing was set aside: whatever ran would be owed.
  return grant.kind === 'shower' && grant.budget === undefined ? 'LOW_BALANCE' : undefined;
}

function firstRow(
  turn: Turn,
  {config, meterMl}: StallState,
  right: {readonly grant: Grant; readonly spends: string | undefined},
  rules: BathRules,
): ShowerRow {
  const {grant, spends} = right;
  const {budget, holder} = grant;
  const boundMs = budget === undefined ? rules.capMs : budget.seconds * SECOND_MS;
  const rinsedMs = turn.state.rinses.get(holder);
  const owes = rinsedMs !== undefined && rinsedMs >= grant.validFrom;
  return {
    id: asId<SessionId>(turn.context.newId()),
    stall: config.id,
    ...{grant: grant.id, holder, spends: spends ?? null, tariff: config.tariff},
    ...{phase: 'armed', end: null, isService: grant.kind === 'staff'},
    ...{budgetFen: budget?.fen ?? 0, mostMs: Math.min(rules.capMs, boundMs)},
    ...{mostMilliCelsius: budget?.mostMilliCelsius ?? null, mostMl: budget?.mostMl ?? null},
    ...{meterMl: meterMl ?? null, meteredMl: 0, billedMl: 0, rinseMl: 0, freeMl: 0},
    ...{ranMs: 0, rinseRanMs: 0, estimatedMs: 0, quality: 'good'},
    rinse: owes ? 'barred' : 'none',
    openedWallMs: turn.context.wallMs,
  };
}

/** The same code goes on after a power cut, at its own stall and with what is left of its budget. */
function resumedBy(turn: Turn, {shower, valve}: StallState, shown: Shown): Grant | undefined {
  if (shower?.row.phase !== 'resumable' || valve !== 'shut' || shown.kind !== 'code') {
    return undefined;
  }
  const {grants} = turn.context;
  const credential: CredentialId | undefined = grants.codeByDigest(shown.digest)?.id;
  if (credential === undefined) return undefined;
  return grants.grantsOf(credential).find(({id}) => id === shower.row.grant);
}
