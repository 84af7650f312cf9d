import type {BayId} from '../../../protocols/site/ids.js';
import {clearAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import type {LockTestRecord, LotConfig} from '../lot/contract.js';
import type {BayState} from '../lot/lot-state.js';
import type {Finished, Turn} from '../lot/turn.js';

/*
 * A lock whose wiring, polarity and mechanics nobody has tried yet serves no tenant and moves at no
 * timer's word. It is tried by ordering it up and down and seeing it arrive, each once.
 */

/** May tenants and timers use this lock? One whose model is not known yet goes by what is on file. */
export function isCommissioned({rules}: LotConfig, {lockTest}: BayState): boolean {
  if (!lockTest) return rules.commissioning === 'replaced';
  return isPassed(lockTest);
}

/** A lock was found, and said what it is. Another one than on file starts over. */
export function onLockIdentity(turn: Turn, bay: BayState, identity: string): void {
  const {id, lock} = bay.config;
  const before = bay.lockTest;
  if (before?.identity !== identity) {
    const isTrusted = before === undefined && turn.config.rules.commissioning === 'replaced';
    keep(turn, id, {lock, identity, movedUp: isTrusted, movedDown: isTrusted});
  }
  const test = turn.bay(id)?.lockTest;
  if (test && !isPassed(test)) {
    const was = before && before.identity !== identity ? `, was ${before.identity}` : '';
    const detail = `${id}: ${identity}${was}; lower and raise it once`;
    raiseAlarm(turn, {kind: 'UNCOMMISSIONED', bay: id, device: lock, detail});
  }
}

/** An arm arrived where it was ordered to: the proof of one direction. */
export function noteMovement(turn: Turn, {bay: bayId, actuation}: Finished): void {
  const bay = turn.bay(bayId);
  const test = bay?.lockTest;
  if (!bay || !test || isPassed(test) || actuation.tries.length === 0) return;
  const isUp = actuation.row.desired === 'up';
  // Hands raise such a lock. That it was read as up before it was read as down has been seen by now.
  const byHand = !isUp && !bay.config.canRaise;
  const next: LockTestRecord = {
    ...test,
    movedUp: test.movedUp || isUp || byHand,
    movedDown: test.movedDown || !isUp,
  };
  keep(turn, bayId, next);
  if (!isPassed(next)) return;
  const place = {kind: 'UNCOMMISSIONED', bay: bayId, device: bay.config.lock} as const;
  clearAlarm(turn, place, 'driven up and down');
}

/** Tests on file, for the locks that the site still has. */
export function restoreLockTests(turn: Turn, rows: readonly LockTestRecord[]): void {
  for (const {config} of turn.state.bays.values()) {
    const lockTest = rows.find(row => row.lock === config.lock);
    if (lockTest) turn.patchBay(config.id, {lockTest});
  }
}

function isPassed(test: LockTestRecord): boolean {
  return test.movedUp && test.movedDown;
}

function keep(turn: Turn, bay: BayId, lockTest: LockTestRecord): void {
  turn.patchBay(bay, {lockTest});
  turn.record({table: 'lockTest', row: lockTest});
}
