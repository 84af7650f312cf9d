import type {
  CardPresented,
  CardVerdict,
  CollectorReadError,
} from '../../../drivers/collector/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import type {DecisionResult} from '../../../protocols/site/events.js';
import type {Grant} from '../../../protocols/site/grant.js';
import type {AttemptId, BayId, CardUid, CollectorId} from '../../../protocols/site/ids.js';
import {asId} from '../../../protocols/site/ids.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import {raiseAlarm} from '../alarms/alarm-flow.js';
import {admitBather} from '../bath/admit.js';
import {codesLockedMs, countCode, noteGuess} from '../lockout/lockout-flow.js';
import type {CollectorState} from '../lot/lot-state.js';
import type {CodeShown, Shown, TokenShown} from '../lot/shown.js';
import type {Turn} from '../lot/turn.js';
import {relock} from '../session/session-flow.js';
import {actOn} from './act-on-choice.js';
import {chooseBay} from './choose-bay.js';
import {show} from './post-screen.js';
import {assuranceOf, earlyBy, refusalScreen} from './refusal.js';
import {
  afterFailedTry,
  countFailure,
  failuresOf,
  forgetFailures,
  isSameSwipe,
  type SwipeSeries,
} from './swipe-series.js';
import {unlock} from './unlock-flow.js';
import {verifierOf} from './verifier-of.js';
import {credentialShown, type Verification, verifyShown} from './verify.js';

/** More refused tokens a minute are somebody's printer at work, not people. */
const MOST_BAD_TOKENS_PER_MIN = 30;
/** Cards that could not be read share one count per collector. */
const UNREADABLE = asId<CardUid>('');

type Verifying = Extract<SwipeSeries, {kind: 'verifying'}>;
type Refused = Extract<Verification, {kind: 'refused'}>;

const AMBIGUOUS = {
  ...({kind: 'refused', reason: 'NEEDS_GUARD', retried: false} as const),
  ...{genuine: true, grant: undefined},
};

/** A card in the field: one attempt, unless it is the same swipe still. */
export function onCard(turn: Turn, at: CollectorState, card: CardPresented): void {
  turn.patchCollector(at.config.id, {present: card.uid});
  open(turn, at, {kind: 'card', uid: card.uid, card});
}

/** A token or a code. What nobody has proven must fill no disk: it is refused, and told once. */
export function onShown(turn: Turn, at: CollectorState, shown: TokenShown | CodeShown): void {
  const {id} = at.config;
  if (shown.kind === 'code') {
    const leftMs = codesLockedMs(turn, id);
    if (leftMs > 0) {
      refuseLocked(turn, at, shown, leftMs);
      return;
    }
  }
  if (shown.kind === 'badToken') {
    const recent = at.badTokens.filter(ms => turn.nowMs - ms < MINUTE_MS);
    if (recent.length >= MOST_BAD_TOKENS_PER_MIN) {
      show(turn, id, {code: 'NOT_VALID_HERE'});
      return;
    }
    turn.patchCollector(id, {badTokens: [...recent, turn.nowMs]});
  }
  open(turn, at, shown);
}

function open(turn: Turn, at: CollectorState, shown: Shown): void {
  const {id} = at.config;
  const {uid} = shown;
  const {rules} = turn.config;
  const active = at.series.kind === 'verifying' ? at.series : undefined;
  if (active?.shown.uid === uid) {
    touchLast(turn, at, uid);
    turn.patchCollector(id, {series: {...active, shown}});
    return;
  }
  if (isSameSwipe(at.last, uid, turn.nowMs, rules.debounceMs)) {
    repeatAnswer(turn, at, shown);
    return;
  }
  if (active) closeAttempt(turn, id, active, 'DENY', active.reason);
  const attempt = asId<AttemptId>(turn.context.newId());
  const last = {uid, seenMs: turn.nowMs, verdict: undefined, reason: undefined};
  turn.patchCollector(id, {last});
  turn.fact('attempt.opened', {attempt, collector: id, uid, assurance: assuranceOf(shown)});
  show(turn, id, {code: 'CHECKING'});
  judge(turn, id, {
    kind: 'verifying',
    attempt,
    shown,
    tryNo: 1,
    dueMs: turn.nowMs,
    reason: 'NOT_FOUND',
    rereading: false,
  });
}

export function onCardGone(turn: Turn, at: CollectorState, uid: CardUid): void {
  if (at.present !== uid) return;
  turn.patchCollector(at.config.id, {present: undefined});
}

/** Two cards are nobody's failure; a card that cannot be read counts, once per swipe. */
export function onReadError(turn: Turn, at: CollectorState, error: CollectorReadError): void {
  const {id} = at.config;
  const {rules} = turn.config;
  const {series} = at;
  if (error === 'two_cards') {
    if (series.kind === 'verifying') abandon(turn, id, series);
    show(turn, id, {code: 'ONE_CARD_PLEASE'});
    return;
  }
  if (series.kind === 'verifying') return;
  const sinceMs = turn.nowMs - (at.lastReadErrorMs ?? Number.NEGATIVE_INFINITY);
  if (sinceMs < rules.debounceMs) return;
  turn.patchCollector(id, {lastReadErrorMs: turn.nowMs});
  const failures = fail(turn, id, UNREADABLE);
  const spent = failures >= rules.swipe.maxFailures;
  show(turn, id, {code: spent ? 'PRESS_EMERGENCY' : 'HOLD_STILL'});
}

/** The next verification is due: read the card anew if it still lies there, else judge the old reading. */
export function onVerifyTimer(turn: Turn, at: CollectorState): void {
  const {series} = at;
  if (series.kind !== 'verifying' || series.rereading) return;
  const {id} = at.config;
  if (series.shown.kind !== 'card' || at.present !== series.shown.uid) {
    judge(turn, id, series);
    return;
  }
  turn.patchCollector(id, {series: {...series, rereading: true}});
  turn.effect({kind: 'reread', collector: id, uid: series.shown.uid});
  turn.startTimer({kind: 'reread', collector: id}, turn.config.rules.rereadTimeoutMs);
}

/** `card` undefined: it has gone, or the collector did not answer in time. */
export function onReread(turn: Turn, at: CollectorState, card: CardPresented | undefined): void {
  const {series} = at;
  if (series.kind !== 'verifying' || !series.rereading) return;
  turn.cancelTimer({kind: 'reread', collector: at.config.id});
  const {shown} = series;
  const fresh: Shown = card?.uid === shown.uid ? {kind: 'card', uid: card.uid, card} : shown;
  judge(turn, at.config.id, {...series, shown: fresh, rereading: false});
}

export function onForgetSwipes(turn: Turn, at: CollectorState, uid: CardUid): void {
  if (failuresOf(at.counts, uid, turn.nowMs, turn.config.rules) > 0) return;
  turn.patchCollector(at.config.id, {counts: forgetFailures(at.counts, uid)});
}

function judge(turn: Turn, id: CollectorId, series: Verifying): void {
  const at = turn.collector(id);
  if (!at) return;
  const verification = verifyShown(verifierOf(turn, at), at.config, series.shown);
  if (isForStall(turn, id, series, verification)) return;
  if (verification.kind === 'refused') {
    const isBlind = turn.state.storage.grants === 'lost' && verification.reason === 'NOT_FOUND';
    // The card may be good: without any grants nobody but a person can tell.
    const blind = {...verification, reason: 'NEEDS_GUARD', retried: false} as const;
    refuse(turn, id, series, isBlind ? blind : verification);
    if (isBlind) show(turn, id, {code: 'NO_ENTRY'});
    return;
  }
  const [first, ...rest] = verification.grants;
  if (!first) return;
  if (rest.some(({holder}) => holder !== first.holder)) {
    // Two people have a right to what was shown: which of them stands here is for a person to say.
    refuse(turn, id, series, {...AMBIGUOUS, degraded: verification.degraded});
    return;
  }
  const choice = chooseBay(turn, id, [first, ...rest]);
  const {degraded, spends} = verification;
  const {grant} = choice;
  const decide = (result: DecisionResult, reason: Reason | null, bay: BayId) =>
    decision(turn, series, {result, reason, grant, bay, degraded});
  const act = actOn(turn, id, choice);
  switch (act.kind) {
    case 'refuse':
      refuse(turn, id, series, {...act, kind: 'refused', grant, genuine: true, degraded});
      return;
    case 'tell':
      decide(act.verdict === 'redirect' ? 'REDIRECT' : 'DENY', act.reason, act.bay);
      succeed(turn, id, series, act.verdict, act.reason);
      show(turn, id, act.message);
      return;
    case 'close': {
      const bay = act.bay.config.id;
      decide('ALLOW', null, bay);
      succeed(turn, id, series, 'allow', undefined);
      relock(turn, bay);
      show(turn, id, {code: 'CLOSING', bay});
      return;
    }
    case 'open': {
      const bay = act.bay.config.id;
      decide('ALLOW', null, bay);
      const {validUntil} = grant;
      if (spends !== undefined) turn.record({table: 'used', id: spends, validUntil});
      succeed(turn, id, series, 'allow', undefined);
      const message = unlock(turn, act.bay, grant, series.attempt);
      const {insteadOf: taken} = act;
      const instead = {code: 'BAY_OCCUPIED', alternative: bay} as const;
      show(turn, id, taken === undefined ? message : {...instead, bay: taken});
      return;
    }
  }
}

/** A stall lets in, or tells that it does not; true: it has. */
function isForStall(turn: Turn, id: CollectorId, series: Verifying, made: Verification): boolean {
  const bather = admitBather(turn, id, series.shown, made);
  if (!bather) return false;
  const {reason, grant, act} = bather;
  const result = reason === undefined ? 'ALLOW' : 'DENY';
  const {degraded} = made;
  const bay = asId<BayId>(id);
  decision(turn, series, {result, reason: reason ?? null, grant, bay, degraded});
  succeed(turn, id, series, reason === undefined ? 'allow' : 'deny', reason);
  act();
  return true;
}

/** Not yet good: wait for the next slot. Never good: count the swipe and say so. */
function refuse(turn: Turn, id: CollectorId, series: Verifying, refused: Refused): void {
  const {rules} = turn.config;
  const {reason, degraded} = refused;
  const after = afterFailedTry(rules, series.tryNo, series.dueMs, series.dueMs, refused.retried);
  const result = after.kind === 'retry' ? 'UNKNOWN' : 'DENY';
  decision(turn, series, {result, reason, grant: refused.grant, bay: null, degraded});
  if (after.kind === 'retry') {
    const next = {...series, tryNo: series.tryNo + 1, dueMs: after.atMs, reason};
    turn.patchCollector(id, {series: next});
    turn.effect({kind: 'pullGrants'});
    turn.startTimer({kind: 'verify', collector: id}, after.atMs - turn.nowMs);
    return;
  }
  const {shown} = series;
  const lockMs = shown.kind === 'code' ? countCode(turn, id, 'wrong') : 0;
  const failures = shown.kind === 'code' ? 0 : fail(turn, id, shown.uid);
  const told = refused.genuine ? reason : undefined;
  closeAttempt(turn, id, series, 'DENY', reason);
  answer(turn, id, shown, 'deny', told);
  if (reason === 'CLONE_SUSPECT') warnOfCopy(turn, id, shown.uid);
  const spent = failures >= rules.swipe.maxFailures;
  if (lockMs > 0) show(turn, id, {code: 'LOCKED_OUT', leftMs: lockMs});
  else
    show(
      turn,
      id,
      spent ? {code: 'PRESS_EMERGENCY'} : refusalScreen(shown, told, earlyBy(turn, refused.grant)),
    );
}

/** Not looked at, so not counted; whether it was right is for nobody to know. */
function refuseLocked(turn: Turn, at: CollectorState, shown: CodeShown, leftMs: Millis): void {
  const {id} = at.config;
  show(turn, id, {code: 'LOCKED_OUT', leftMs});
  noteGuess(turn, id);
  const endMs = at.lockout.lockedUntilMs;
  if (at.lockoutToldMs === endMs) return;
  turn.patchCollector(id, {lockoutToldMs: endMs});
  const attempt = asId<AttemptId>(turn.context.newId());
  const {uid} = shown;
  turn.fact('attempt.opened', {attempt, collector: id, uid, assurance: 'code'});
  const reason = 'LOCKED_OUT';
  const closed = {result: 'DENY', reason, tries: 0, failures: at.lockout.fails} as const;
  turn.fact('attempt.closed', {attempt, collector: id, uid, ...closed});
}

function succeed(
  turn: Turn,
  id: CollectorId,
  series: Verifying,
  verdict: CardVerdict,
  reason: Reason | undefined,
): void {
  const at = turn.collector(id);
  if (!at) return;
  const {uid} = series.shown;
  if (series.shown.kind === 'code') countCode(turn, id, 'right');
  for (const key of [uid, UNREADABLE]) {
    if (at.counts.has(key)) turn.cancelTimer({kind: 'forgetSwipes', collector: id, uid: key});
  }
  turn.patchCollector(id, {counts: forgetFailures(at.counts, uid, UNREADABLE)});
  const results = {allow: 'ALLOW', redirect: 'REDIRECT', deny: 'DENY'} as const;
  closeAttempt(turn, id, series, results[verdict], reason ?? null);
  answer(turn, id, series.shown, verdict, reason);
}

/** A second card lies beside it, so nobody knows which is meant: alone, either is a new swipe. */
function abandon(turn: Turn, id: CollectorId, series: Verifying): void {
  closeAttempt(turn, id, series, 'DENY', 'READ_ERROR');
  answer(turn, id, series.shown, 'deny', 'READ_ERROR');
  turn.patchCollector(id, {last: undefined});
}

function fail(turn: Turn, id: CollectorId, uid: CardUid): number {
  const at = turn.collector(id);
  if (!at) return 0;
  const {rules} = turn.config;
  const counts = countFailure(at.counts, uid, turn.nowMs, rules);
  turn.patchCollector(id, {counts});
  turn.startTimer({kind: 'forgetSwipes', collector: id, uid}, rules.swipe.memoryMs);
  return counts.get(uid)?.failures ?? 0;
}

function closeAttempt(
  turn: Turn,
  id: CollectorId,
  series: Verifying,
  result: DecisionResult,
  reason: Reason | null,
): void {
  const counts = turn.collector(id)?.counts ?? new Map();
  turn.patchCollector(id, {series: {kind: 'idle'}});
  turn.cancelTimer({kind: 'verify', collector: id});
  turn.fact('attempt.closed', {
    attempt: series.attempt,
    collector: id,
    uid: series.shown.uid,
    result,
    reason,
    tries: series.tryNo,
    failures: failuresOf(counts, series.shown.uid, turn.nowMs, turn.config.rules),
  });
}

function decision(
  turn: Turn,
  series: Verifying,
  made: {
    readonly result: DecisionResult;
    readonly reason: Reason | null;
    readonly grant: Grant | undefined;
    readonly bay: BayId | null;
    readonly degraded: boolean;
  },
): void {
  const {grant, ...rest} = made;
  const {attempt, tryNo, shown} = series;
  const holder = grant?.holder ?? null;
  const credential = credentialShown(turn.context, shown);
  turn.fact('decision', {
    ...{attempt, tryNo, ...rest, grant: grant?.id ?? null, holder},
    ...(credential === undefined ? {} : {credential}),
  });
}

function answer(
  turn: Turn,
  id: CollectorId,
  shown: Shown,
  verdict: CardVerdict,
  reason: Reason | undefined,
): void {
  const last = turn.collector(id)?.last;
  if (last) turn.patchCollector(id, {last: {...last, verdict, reason}});
  if (shown.kind !== 'card') return;
  const {requestNo} = shown.card;
  turn.effect({kind: 'answer', collector: id, requestNo, verdict, reason});
}

/** The card still lies there: it is told the same again, and its holder to take it away. */
function repeatAnswer(turn: Turn, at: CollectorState, shown: Shown): void {
  touchLast(turn, at, shown.uid);
  if (!at.last?.verdict) return;
  answer(turn, at.config.id, shown, at.last.verdict, at.last.reason);
}

function touchLast(turn: Turn, at: CollectorState, uid: CardUid): void {
  if (at.last?.uid === uid) {
    turn.patchCollector(at.config.id, {last: {...at.last, seenMs: turn.nowMs}});
  }
}

function warnOfCopy(turn: Turn, id: CollectorId, uid: CardUid): void {
  const {grants} = turn.context;
  const credential = grants.cardByUid(uid);
  const holder = credential ? grants.grantsOf(credential.id)[0]?.holderMask : undefined;
  const detail = `card ${uid} showed a wrong key; tell its holder ${holder ?? '(unknown)'}`;
  raiseAlarm(turn, {kind: 'CLONE_SUSPECT', collector: id, device: uid, detail});
}
