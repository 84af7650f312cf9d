import type {SiteEventBodies, SiteEventKind, SiteFact} from '../../../protocols/site/events.js';
import type {AlarmId, BayId, CollectorId} from '../../../protocols/site/ids.js';
import type {Actuation} from '../actuation/actuation-machine.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import type {StallState} from '../bath/stall-state.js';
import type {BayView} from '../interlocks/interlocks.js';
import type {LotConfig, LotContext, LotEffect, LotRecord, LotStep, LotTimer} from './contract.js';
import {
  type BayState,
  type Claim,
  type CollectorState,
  FIRST_POLLS_MS,
  type LotState,
  SURE_POLLS,
} from './lot-state.js';

/** An actuation that reached its end within this turn, with whom it was for. */
export interface Finished {
  readonly bay: BayId;
  readonly actuation: Actuation;
  readonly claim: Claim | undefined;
}

/**
 * One step in the making: collects facts, records and effects, and copies a map of the state only when
 * something in it is first changed. Lives for one call of `stepLot`.
 */
export class Turn {
  readonly context: LotContext;
  readonly config: LotConfig;
  #state: LotState;
  readonly #copied = new Set<'bays' | 'collectors' | 'alarms' | 'stalls'>();
  readonly #facts: SiteFact[] = [];
  readonly #records: LotRecord[] = [];
  readonly #effects: LotEffect[] = [];
  readonly #finished: Finished[] = [];
  readonly #touched = new Set<BayId>();

  constructor(state: LotState, context: LotContext) {
    this.#state = state;
    this.context = context;
    this.config = state.config;
  }

  get state(): LotState {
    return this.#state;
  }

  get nowMs(): number {
    return this.context.nowMs;
  }

  /** Bays whose state changed in this turn. */
  get touched(): Iterable<BayId> {
    return this.#touched;
  }

  patch(patch: Partial<Omit<LotState, 'bays' | 'collectors' | 'alarms' | 'stalls'>>): void {
    this.#state = {...this.#state, ...patch};
  }

  bay(id: BayId): BayState | undefined {
    return this.#state.bays.get(id);
  }

  patchBay(id: BayId, patch: Partial<BayState>): void {
    const before = this.bay(id);
    if (!before) return;
    this.#touched.add(id);
    (this.#own('bays') as Map<BayId, BayState>).set(id, {...before, ...patch});
  }

  view(bay: BayState): BayView {
    const {bootMs, restUntilMs} = this.#state;
    const isSettled = bay.goodPolls >= SURE_POLLS && this.nowMs >= restUntilMs;
    return {
      reading: bay.reading,
      sensor: bay.sensor,
      sense: this.context.sense(bay.config.id),
      online: bay.health === 'ok',
      sensorSuspect: bay.sensorSuspect,
      addressClash: bay.addressClash,
      canRaise: bay.config.canRaise,
      isSettled,
      isWaking: !isSettled && this.nowMs < Math.max(bootMs + FIRST_POLLS_MS, restUntilMs),
    };
  }

  collector(id: CollectorId): CollectorState | undefined {
    return this.#state.collectors.get(id);
  }

  patchCollector(id: CollectorId, patch: Partial<CollectorState>): void {
    const before = this.collector(id);
    if (!before) return;
    (this.#own('collectors') as Map<CollectorId, CollectorState>).set(id, {...before, ...patch});
  }

  stall(id: CollectorId): StallState | undefined {
    return this.#state.stalls.get(id);
  }

  patchStall(id: CollectorId, patch: Partial<StallState>): void {
    const before = this.stall(id);
    if (!before) return;
    (this.#own('stalls') as Map<CollectorId, StallState>).set(id, {...before, ...patch});
  }

  /** Keep an open alarm; a closed one is forgotten here, the store has it. */
  putAlarm(alarm: AlarmRecord): void {
    const alarms = this.#own('alarms') as Map<AlarmId, AlarmRecord>;
    if (alarm.state === 'closed') alarms.delete(alarm.id);
    else alarms.set(alarm.id, alarm);
    this.record({table: 'alarm', row: alarm});
  }

  fact<Kind extends SiteEventKind>(kind: Kind, body: SiteEventBodies[Kind]): void {
    this.#facts.push({kind, body} as SiteFact);
  }

  record(record: LotRecord): void {
    this.#records.push(record);
  }

  effect(effect: LotEffect): void {
    this.#effects.push(effect);
  }

  startTimer(timer: LotTimer, afterMs: number): void {
    this.#effects.push({kind: 'startTimer', timer, afterMs: Math.max(0, afterMs)});
  }

  cancelTimer(timer: LotTimer): void {
    this.#effects.push({kind: 'cancelTimer', timer});
  }

  finish(finished: Finished): void {
    this.#finished.push(finished);
  }

  nextFinished(): Finished | undefined {
    return this.#finished.shift();
  }

  result(): LotStep<LotState> {
    return {
      state: this.#state,
      facts: this.#facts,
      records: this.#records,
      effects: this.#effects,
    };
  }

  #own(part: 'bays' | 'collectors' | 'alarms' | 'stalls'): LotState[typeof part] {
    if (!this.#copied.has(part)) {
      this.#copied.add(part);
      this.#state = {...this.#state, [part]: new Map<unknown, unknown>(this.#state[part])};
    }
    return this.#state[part];
  }
}
