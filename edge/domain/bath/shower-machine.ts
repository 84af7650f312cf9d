import type {Millis} from '../../../protocols/base/clock.js';
import {unreachable} from '../../../protocols/base/errors.js';
import type {ShowerEnd, ShowerPhase} from '../../../protocols/site/events.js';
import {mlForFen} from '../../../protocols/site/shower-tariff.js';
import {allowedMl, bookWater, countTime, type MeterSaid} from './shower-meter.js';
import {
  leftFen,
  leftMs,
  type Shower,
  type ShowerRow,
  type ShowerRules,
  spentFen,
  WET,
} from './shower-state.js';

export type ShowerInput =
  | {readonly kind: 'begin'}
  | {readonly kind: 'reading'; readonly said: MeterSaid}
  | {readonly kind: 'valve'; readonly valve: Shower['valve']}
  /** The valve did not take the order to open. */
  | {readonly kind: 'valveRefused'}
  | {readonly kind: 'noFlow'}
  /** `confirm` pauses, goes on and takes the rinse; `stop` ends. */
  | {readonly kind: 'key'; readonly key: 'confirm' | 'stop'}
  /** Its code was keyed in again after a power cut. */
  | {readonly kind: 'resume'}
  /** Ended from outside. */
  | {readonly kind: 'halt'; readonly end: ShowerEnd}
  | {readonly kind: 'due'};

export type ShowerAlarm = 'LEAK' | 'NO_FLOW' | 'BATHER_SILENT';

export type ShowerEffect =
  /** `creditMl`: what the device may give by itself; always said, since it keeps what the one before left. */
  | {readonly kind: 'open'; readonly forMs: Millis; readonly creditMl: number}
  | {readonly kind: 'shut'}
  | {readonly kind: 'alarm'; readonly alarm: ShowerAlarm; readonly detail: string}
  | {readonly kind: 'warn'; readonly of: 'share' | 'time'}
  /** No water came at all: the code is good again. */
  | {readonly kind: 'giveBack'};

export interface ShowerStep {
  readonly shower: Shower;
  readonly effects: readonly ShowerEffect[];
}

/** A key that bounces between two people would open and shut the valve for nothing. */
const KEY_REST_MS: Millis = 2000;
/** Beyond the budget, so that the gateway closes first while it lives. */
const CREDIT_MARGIN_MS: Millis = 5000;
const CREDIT_MARGIN_ML = 1000;
const MOST_ML_PER_MS = 0.5;
const TICK_MS: Millis = 1000;

/** A shower whose code has just been used up, before anything moves. */
export function newShower(row: ShowerRow, atMs: Millis): Shower {
  return {
    row,
    ...{phaseMs: atMs, countedMs: atMs, heardMs: atMs, waterMs: atMs, keyMs: atMs, storedMs: atMs},
    watchedMs: atMs,
    shut: undefined,
    valve: 'unknown',
    ...{flowMlPerMin: 0, leakedMl: 0, isGuessing: false},
    ...{hasWarnedShare: false, hasWarnedTime: false, warned: undefined, hasToldSilence: false},
  };
}

/**
 * Next state of a shower. The valve is open in `opening`, `running` and `rinsing` alone; whatever happens
 * else it is told to close, and what runs then is free and looked at as a leak. @see requirements 6.5
 */
export function stepShower(
  before: Shower,
  input: ShowerInput,
  atMs: Millis,
  rules: ShowerRules,
): ShowerStep {
  const counted = countTime(before, atMs, rules);
  const said = input.kind === 'reading' ? input.said : undefined;
  const shower = said ? bookWater(counted, said, atMs, rules) : counted;
  const turn = new ShowerTurn(shower, atMs, rules);
  if (shower.row.phase === 'settled') return {shower, effects: []};
  route(turn, input, shower.row.meteredMl > before.row.meteredMl);
  judge(turn);
  return turn.result();
}

/** When it wants to be stepped again without any news; undefined once it is settled. */
export function showerDueMs(shower: Shower, rules: ShowerRules): Millis | undefined {
  const {row, phaseMs} = shower;
  switch (row.phase) {
    case 'armed':
    case 'opening':
      return phaseMs + rules.firstWaterMs;
    case 'running':
      return runningDueMs(shower, rules);
    case 'paused':
      return phaseMs + rules.pauseMs;
    case 'rinse_offered':
      return phaseMs + rules.rinseOfferMs;
    case 'rinsing':
      return Math.max(shower.countedMs + TICK_MS / 10, rinseEndMs(shower, rules));
    case 'closing':
      return phaseMs + rules.closeGraceMs;
    case 'leak_check':
      return phaseMs + rules.leakMs;
    case 'resumable':
      return phaseMs + rules.resumeMs;
    case 'settled':
      return undefined;
    default:
      return unreachable(row.phase, 'shower phase');
  }
}

function runningDueMs(shower: Shower, rules: ShowerRules): Millis {
  const {row, countedMs, heardMs, waterMs, keyMs, isGuessing} = shower;
  const silentMs = keyMs + (rules.capMs * rules.silentPercent) / 100;
  const isTimed = row.tariff.by === 'time' || isGuessing;
  const due = [
    countedMs + row.mostMs - row.ranMs,
    // What water costs is told by readings; what time costs is looked at every second.
    isTimed ? countedMs + TICK_MS : heardMs + rules.meterLostMs + TICK_MS,
    ...(isGuessing ? [] : [waterMs + rules.noFlowEndMs]),
    ...(shower.hasToldSilence || row.isService ? [] : [silentMs]),
  ];
  return Math.max(countedMs + TICK_MS / 10, Math.min(...due));
}

function route(turn: ShowerTurn, input: ShowerInput, hasWater: boolean): void {
  const {phase} = turn.row;
  switch (input.kind) {
    case 'begin':
      turn.open();
      return;
    case 'reading':
      if (hasWater && (phase === 'armed' || phase === 'opening')) turn.enter('running');
      return;
    case 'valve':
      onValve(turn, input.valve);
      return;
    case 'valveRefused':
    case 'noFlow':
      if (phase === 'armed' || phase === 'opening') turn.stayDry();
      else if (phase === 'rinsing') turn.shutFor('budget');
      return;
    case 'key':
      onKey(turn, input.key);
      return;
    case 'resume':
      if (phase === 'resumable') turn.open();
      return;
    case 'halt':
      turn.shutFor(input.end);
      return;
    case 'due':
      return;
    default:
      unreachable(input, 'shower input');
  }
}

function onValve(turn: ShowerTurn, valve: Shower['valve']): void {
  turn.patch({valve});
  const {phase} = turn.row;
  if (phase === 'armed' && valve === 'open') turn.enter('opening');
  if (phase === 'closing' && valve === 'shut') turn.enter('leak_check');
  if (!WET.has(phase) || valve !== 'shut') return;
  // It closed by itself: its credit is used up, or its battery is, or it never opened.
  if (phase === 'armed' || phase === 'opening') turn.stayDry();
  else if (phase === 'rinsing') turn.shutFor('budget');
  else turn.shutFor(turn.isSpent ? 'budget' : 'device');
}

function onKey(turn: ShowerTurn, key: 'confirm' | 'stop'): void {
  const {atMs, shower} = turn;
  const {phase} = turn.row;
  turn.patch({keyMs: atMs});
  if (key === 'stop') {
    turn.shutFor('stop');
    return;
  }
  if (atMs - shower.phaseMs < KEY_REST_MS) return;
  if (phase === 'running') turn.shut('paused');
  if (shower.valve !== 'shut') return;
  if (phase === 'paused') turn.open();
  else if (phase === 'rinse_offered') turn.rinse();
}

/** What time and water bring about by themselves. */
function judge(turn: ShowerTurn): void {
  const {atMs, rules, shower} = turn;
  const {phase} = turn.row;
  // As `showerDueMs` adds it up: a difference may fall short by the last bit.
  const hasPassed = (ms: Millis) => atMs >= shower.phaseMs + ms;
  switch (phase) {
    case 'armed':
    case 'opening':
      if (hasPassed(rules.firstWaterMs)) turn.stayDry();
      return;
    case 'running':
      judgeRunning(turn);
      return;
    case 'paused':
      if (turn.isLeaking) turn.shutFor('device');
      else if (hasPassed(rules.pauseMs)) turn.shutFor('pause_over');
      return;
    case 'rinse_offered':
      if (turn.isLeaking || hasPassed(rules.rinseOfferMs)) turn.shutFor('budget');
      return;
    case 'rinsing':
      if (atMs >= rinseEndMs(shower, rules)) turn.shutFor('budget');
      return;
    case 'closing':
      if (hasPassed(rules.closeGraceMs)) turn.enter('leak_check');
      return;
    case 'leak_check':
      judgeLeak(turn, hasPassed(rules.leakMs));
      return;
    case 'resumable':
      if (turn.isLeaking) judgeLeak(turn, false);
      else if (hasPassed(rules.resumeMs)) turn.settle('power_cut');
      return;
    case 'settled':
      return;
    default:
      unreachable(phase, 'shower phase');
  }
}

function judgeRunning(turn: ShowerTurn): void {
  const {atMs, row, rules, shower} = turn;
  if (turn.isSpent) {
    if (row.rinse === 'none') turn.shut('rinse_offered');
    else turn.shutFor('budget');
    return;
  }
  if (row.ranMs >= row.mostMs || allowedMl(row) === 0) {
    turn.shutFor('cap');
    return;
  }
  if (atMs >= shower.waterMs + rules.noFlowEndMs && !shower.isGuessing) {
    turn.shutFor('no_flow');
    return;
  }
  const quietMs = (rules.capMs * rules.silentPercent) / 100;
  if (!shower.hasToldSilence && !row.isService && atMs >= shower.keyMs + quietMs) {
    turn.patch({hasToldSilence: true});
    const minutes = Math.floor(quietMs / 60_000);
    turn.alarm(
      'BATHER_SILENT',
      `${row.stall}: water has run ${minutes} min and no key was pressed`,
    );
  }
  warn(turn);
}

function warn(turn: ShowerTurn): void {
  const {row, rules, shower} = turn;
  if (row.isService) return;
  const isLow = leftFen(row, rules) * 100 <= row.budgetFen * rules.warnPercent;
  if (isLow && !shower.hasWarnedShare) {
    turn.patch({hasWarnedShare: true, warned: 'share'});
    turn.effect({kind: 'warn', of: 'share'});
  }
  if (leftMs(shower, rules) <= rules.warnMs && !shower.hasWarnedTime) {
    turn.patch({hasWarnedTime: true, warned: 'time'});
    turn.effect({kind: 'warn', of: 'time'});
  }
}

function judgeLeak(turn: ShowerTurn, isOver: boolean): void {
  const {shower, row} = turn;
  if (turn.isLeaking) {
    turn.alarm('LEAK', `${row.stall}: ${shower.leakedMl} ml ran although the valve should be shut`);
    turn.settle(row.phase === 'resumable' ? 'power_cut' : 'stop');
    return;
  }
  if (isOver) turn.settle('stop');
}

function rinseEndMs({row, countedMs, phaseMs, valve}: Shower, rules: ShowerRules): Millis {
  // Its minute begins with the water; a valve that never opens ends it all the same.
  const openMs = countedMs + rules.rinseMs - row.rinseRanMs;
  return valve === 'open' ? openMs : phaseMs + rules.firstWaterMs + rules.rinseMs;
}

/** More than any shower head gives in that time. */
function mostMl(forMs: Millis): number {
  return Math.ceil(forMs * MOST_ML_PER_MS);
}

/** One step in the making. */
class ShowerTurn {
  readonly atMs: Millis;
  readonly rules: ShowerRules;
  #shower: Shower;
  readonly #effects: ShowerEffect[] = [];

  constructor(shower: Shower, atMs: Millis, rules: ShowerRules) {
    this.#shower = shower;
    this.atMs = atMs;
    this.rules = rules;
  }

  get shower(): Shower {
    return this.#shower;
  }

  get row(): ShowerRow {
    return this.#shower.row;
  }

  get isSpent(): boolean {
    return !this.row.isService && spentFen(this.row, this.rules) >= this.row.budgetFen;
  }

  get isLeaking(): boolean {
    return this.shower.leakedMl >= this.rules.leakMl;
  }

  patch(patch: Partial<Omit<Shower, 'row'>>): void {
    this.#shower = {...this.#shower, ...patch};
  }

  effect(effect: ShowerEffect): void {
    this.#effects.push(effect);
  }

  alarm(alarm: ShowerAlarm, detail: string): void {
    this.effect({kind: 'alarm', alarm, detail});
  }

  enter(phase: ShowerPhase, more: Partial<ShowerRow> = {}): void {
    this.patch({phaseMs: this.atMs, ...(phase === 'running' ? {waterMs: this.atMs} : {})});
    this.#shower = {...this.#shower, row: {...this.row, ...more, phase}};
  }

  open(): void {
    const {row, rules} = this;
    this.enter('armed');
    this.patch({valve: 'unknown'});
    const fen = leftFen(row, rules);
    const boughtMl = row.isService ? undefined : mlForFen(row.tariff, fen);
    const forMs = row.mostMs - row.ranMs + rules.firstWaterMs + CREDIT_MARGIN_MS;
    const creditMl = Math.min(boughtMl ?? mostMl(forMs), allowedMl(row)) + CREDIT_MARGIN_ML;
    this.effect({kind: 'open', forMs, creditMl});
  }

  rinse(): void {
    this.enter('rinsing', {rinse: 'taken'});
    this.patch({valve: 'unknown'});
    const forMs = this.rules.rinseMs + this.rules.firstWaterMs + CREDIT_MARGIN_MS;
    this.effect({kind: 'open', forMs, creditMl: mostMl(forMs)});
  }

  /** Close the valve and wait in `phase`, if it was open. */
  shut(phase: ShowerPhase, more: Partial<ShowerRow> = {}): void {
    if (WET.has(this.row.phase)) {
      const as = this.row.phase === 'rinsing' ? 'rinse' : 'billed';
      this.patch({shut: {atMs: this.atMs, as}, leakedMl: 0, watchedMs: this.atMs});
    }
    this.effect({kind: 'shut'});
    if (this.shower.valve === 'open') this.patch({valve: 'unknown'});
    this.enter(phase, more);
  }

  /** Close it for good. Once it is being closed the first reason stays. */
  shutFor(end: ShowerEnd): void {
    const {phase} = this.row;
    if (phase === 'closing' || phase === 'leak_check') return;
    // After a start nobody knows of the valve that it is shut, before it was read.
    if (phase === 'resumable' && this.shower.valve === 'shut') this.settle(end);
    else this.shut('closing', {end});
  }

  /** No water came. Had some run before, it is paid; else the code is good again. */
  stayDry(): void {
    this.alarm('NO_FLOW', `${this.row.stall}: the valve was opened and no water came`);
    this.shutFor('no_flow');
    if (this.row.meteredMl === 0) this.effect({kind: 'giveBack'});
  }

  settle(end: ShowerEnd): void {
    this.enter('settled', {end: this.row.end ?? end});
    if (this.row.meteredMl === 0 && end === 'power_cut') this.effect({kind: 'giveBack'});
  }

  result(): ShowerStep {
    return {shower: this.#shower, effects: this.#effects};
  }
}
