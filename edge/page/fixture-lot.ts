import type {UnixMillis} from '../../protocols/base/clock.js';
import {
  type AlarmId,
  asId,
  type BayId,
  type CollectorId,
  type DeviceId,
  type LineId,
  type PersonId,
  type SiteId,
} from '../../protocols/site/ids.js';
import type {CallDesk} from '../domain/calls/call-view.js';
import type {AlarmActionResult, OrderResult} from '../domain/lot/contract.js';
import {
  type AlarmAction,
  type ArmOrder,
  type DeviceAction,
  type DeviceActionResult,
  NO_TRIAL,
  type PageActions,
  type PageAlarm,
  type PageState,
  type PageView,
  type StaffMember,
} from './view.js';

export const STAFF: readonly StaffMember[] = [
  {id: asId<PersonId>('wang'), name: '王强', role: 'guard', shared: false},
  {id: asId<PersonId>('li'), name: '李丽', role: 'supervisor', shared: false},
  {id: asId<PersonId>('zhao'), name: '赵敏', role: 'installer', shared: false},
  {id: asId<PersonId>('desk'), name: '前台', role: 'guard', shared: true},
];

export const ALARM: PageAlarm = {
  id: asId<AlarmId>('ALARM-1'),
  kind: 'UNLOCK_FAILED',
  state: 'notified',
  bay: asId<BayId>('A-012'),
  collector: asId<CollectorId>('C1'),
  device: null,
  count: 1,
  escalation: 0,
  ring: 'normal',
  raisedMs: 0,
  raisedWallMs: 1_700_000_000_000 as UnixMillis,
  ackedBy: null,
  closedBy: null,
  detail: '0 s unanswered',
  contact: '值班保安',
};

export const PICTURE: PageState = {
  site: {
    id: asId<SiteId>('lot-1'),
    name: '示范停车场',
    version: '0.1.0',
    manualRelease: null,
  },
  bays: [
    {
      id: asId<BayId>('A-012'),
      zone: 'A',
      collector: asId<CollectorId>('C1'),
      arm: 'up',
      occupancy: 'vacant',
      session: null,
      health: 'ok',
      saleable: true,
      lastOrder: null,
    },
  ],
  collectors: [
    {
      id: asId<CollectorId>('C1'),
      zone: 'A',
      kind: 'plain',
      health: 'ok',
      screen: {lines: ['欢迎停车', '请刷卡'], tone: 'neutral'},
      minCardSecurity: 'uid',
    },
  ],
  lines: [{id: asId<LineId>('line-1'), state: 'ok', bays: [asId<BayId>('A-012')]}],
  devices: [{id: asId<DeviceId>('Q-1'), kind: 'code-scanner', health: 'ok', reading: ''}],
  alarms: [ALARM],
  lamp: 'serving',
  cloud: {link: 'offline', unsent: 3, oldestUnsentMs: 60_000},
  storage: {
    ...{state: 'ok', detail: ''},
    disk: {freeBytes: 2_500_000_000, wornPercent: 30, writtenBytes: 64_000_000},
  },
  warnings: [{code: 'bareCardNumbers', subject: 'C1'}],
  notices: [],
  config: NO_TRIAL,
};

/** A lot of one bay for the tests of the page: shows what it is told and notes what it is asked. */
export class FixtureLot implements PageView, PageActions {
  readonly calls?: CallDesk;
  readonly asked: (AlarmAction | ArmOrder | DeviceAction)[] = [];
  alarmResult: AlarmActionResult = 'done';
  orderResult: OrderResult = {kind: 'done', actuation: undefined};
  deviceResult: DeviceActionResult = 'done';
  picturesTaken = 0;
  readonly #listeners = new Set<() => void>();
  #state = PICTURE;

  constructor(calls?: CallDesk) {
    if (calls) this.calls = calls;
  }

  state(): PageState {
    this.picturesTaken += 1;
    return this.#state;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  change(changes: Partial<PageState>): void {
    this.#state = {...this.#state, ...changes};
    for (const listener of this.#listeners) listener();
  }

  alarm(action: AlarmAction): Promise<AlarmActionResult> {
    this.asked.push(action);
    return Promise.resolve(this.alarmResult);
  }

  order(order: ArmOrder): Promise<OrderResult> {
    this.asked.push(order);
    return Promise.resolve(this.orderResult);
  }

  device(action: DeviceAction): Promise<DeviceActionResult> {
    this.asked.push(action);
    return Promise.resolve(this.deviceResult);
  }
}
