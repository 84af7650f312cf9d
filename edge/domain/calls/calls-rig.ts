import type {Millis} from '../../../protocols/base/clock.js';
import type {CallStepBody} from '../../../protocols/site/calls.js';
import {type AlarmId, asId, type PersonId} from '../../../protocols/site/ids.js';
import type {AlarmActionResult, FormerRun, LotConfig, OpenRecords} from '../lot/contract.js';
import {LotRig} from '../lot/lot-rig.js';
import {collectorId, rigConfig} from '../lot/rig-config.js';
import {type CallsConfig, DEFAULT_CALLS} from './call-config.js';
import type {CareRequest} from './call-input.js';
import type {CallActor, CallAnswer, CallTile, CallView} from './call-view.js';
import {drawCalls} from './draw-calls.js';

export const C1 = collectorId('C1');
export const wang = asId<PersonId>('wang');
const li = asId<PersonId>('li');
export const GUARD: CallActor = {person: wang, isShared: false, isSupervisor: false};
export const CHIEF: CallActor = {person: li, isShared: false, isSupervisor: true};
export const DESK: CallActor = {person: asId('desk'), isShared: true, isSupervisor: false};

/** A lot whose posts have buttons, and a staff that answers them: for tests. */
export class CallsRig extends LotRig {
  readonly startMs: Millis;

  constructor(
    calls: Partial<CallsConfig> = {},
    open: Partial<OpenRecords> = {},
    former?: FormerRun,
  ) {
    super(callsConfig(calls), open, [], former);
    this.settled();
    this.startMs = this.nowMs;
  }

  press(collector = 'C1', presses = 1): void {
    this.input({kind: 'press', collector: collectorId(collector), presses});
  }

  /** The call that came last. */
  get call(): AlarmId {
    return [...this.state.alarms.keys()].at(-1) ?? asId<AlarmId>('none');
  }

  act(
    action: 'acknowledge' | 'onsite' | 'close',
    by: CallActor = GUARD,
    {reason = '', isTap = false, call = this.call} = {},
  ): AlarmActionResult | undefined {
    const {person} = by;
    const step = this.input({kind: 'alarmAction', alarm: call, action, person, reason, by, isTap});
    const result = step.effects.find(effect => effect.kind === 'alarmResult');
    return result?.kind === 'alarmResult' ? result.result : undefined;
  }

  ask(request: CareRequest, actor: CallActor = GUARD): CallAnswer | undefined {
    const step = this.input({kind: 'callCare', ask: 1, actor, request});
    const answer = step.effects.find(effect => effect.kind === 'callAnswer');
    return answer?.kind === 'callAnswer' ? answer.answer : undefined;
  }

  alive(station = 'B1', shown: readonly AlarmId[] = [], isSounding = false): void {
    this.input({kind: 'boardAlive', station, shown, isSounding, hasSound: true});
  }

  view(seesPersons = true): CallView {
    return drawCalls(this.state, {
      ...{nowMs: this.nowMs, nowWallMs: this.wallMs, seesPersons},
      ...{cloud: 'none', local: 'available', hasSounder: true},
    });
  }

  get tile(): CallTile | undefined {
    return this.view().calls[0];
  }

  /** Steps journalled so far: what, how long after the start, and where. */
  steps(): readonly (readonly [CallStepBody<string>['step'], Millis, string | null])[] {
    return this.facts.flatMap(({atMs, fact}) =>
      fact.kind === 'call' ? [[fact.body.step, atMs - this.startMs, fact.body.where] as const] : [],
    );
  }

  /** What was done for calls so far. */
  cares(): readonly string[] {
    return this.bodies('call.care').map(({what, device}) => (device ? `${what} ${device}` : what));
  }
}

function callsConfig(calls: Partial<CallsConfig>): LotConfig {
  const config = rigConfig();
  const devices = config.collectors.map(({id}) => ({
    device: asId<CallsConfig['devices'][number]['device']>(`E-${id}`),
    collector: id,
  }));
  return {...config, calls: {...DEFAULT_CALLS, devices, ...calls}};
}
