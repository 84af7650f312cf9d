import {asId, type CollectorId, type DeviceId} from '../../protocols/site/ids.js';
import type {IsoWeekday} from '../../protocols/site/windows.js';
import {
  type CallDevice,
  type CallPlan,
  type CallsConfig,
  DEFAULT_CALLS,
  type SafeAction,
} from '../domain/calls/call-config.js';
import type {CallsSiteConfig} from './calls-schema.js';
import {buttonName} from './device-use.js';
import type {SiteConfig} from './schema.js';

/** The calls of a site: buttons and bays from its posts, the rest from the block `calls`. */
export function callsOf(config: SiteConfig): CallsConfig {
  const {calls} = config;
  const devices = callDevices(config);
  if (!calls) return {...DEFAULT_CALLS, devices};
  const {hours, remindAfterMs, sharedReception, phone, local, needsBoard, tests} = calls;
  return {
    ...DEFAULT_CALLS,
    ...{devices, remindAfterMs, phone, needsBoard},
    usual: planOf(calls),
    hours: hours.map(one => ({
      ...planOf(one),
      ...(one.contacts && {contacts: one.contacts}),
      weekly: [
        {
          days: one.days as IsoWeekday[],
          fromMinute: minuteOf(one.from),
          toMinute: minuteOf(one.to),
        },
      ],
    })),
    takesShared: sharedReception,
    places: new Map(
      calls.places.map(({collector, text, advice, reader}) => [
        asId<CollectorId>(collector),
        {text, advice, reader: reader === undefined ? undefined : asId<CollectorId>(reader)},
      ]),
    ),
    safeActions: calls.safeActions.map(action => safeActionOf(config, action)),
    local: local && {device: asId<DeviceId>(local.device), afterMs: local.afterMs},
    tests: {
      nightMinute: minuteOf(tests.at),
      pathDays: tests.pathDays,
      walkDays: tests.walkDays,
    },
  };
}

function planOf(
  plan: Pick<
    CallsSiteConfig,
    'louderMs' | 'cloudFirstMs' | 'cloudSecondMs' | 'repeatMs' | 'unansweredMs'
  >,
): CallPlan {
  const {louderMs, cloudFirstMs, cloudSecondMs, repeatMs, unansweredMs} = plan;
  return {louderMs, cloudMs: [cloudFirstMs, cloudSecondMs], repeatMs, unansweredMs};
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

/** Every button that calls, whatever it hangs on. */
function callDevices({bath, collectors}: SiteConfig): readonly CallDevice[] {
  const at = (device: string, collector: string): CallDevice => ({
    device: asId(device),
    collector: asId(collector),
  });
  return [
    ...collectors.map(one =>
      at(one.kind === 'plain' ? buttonName(one) : `${one.id}.button`, one.id),
    ),
    ...(bath?.stalls ?? []).map(({id, button}) => at(button, id)),
  ];
}

function safeActionOf(
  {collectors}: SiteConfig,
  action: CallsSiteConfig['safeActions'][number],
): SafeAction {
  const collector = asId<CollectorId>(action.collector);
  switch (action.kind) {
    case 'lower': {
      const own = collectors.find(({id}) => id === action.collector);
      return {kind: 'lower', collector, bays: (own?.bays ?? []).map(({id}) => asId(id))};
    }
    case 'water_off':
      return {kind: 'water_off', collector, stalls: action.stalls.map(id => asId(id))};
    case 'switch_on':
      return {kind: 'switch_on', collector, device: asId(action.device)};
  }
}
