import type {CallType} from './calls.js';
import type {AlarmKind} from './events.js';

/**
 * How a kind of alarm makes itself heard, at the site and from the cloud: both go by this one table.
 * @see ecosystem 2.2, EC-4
 */
export interface AlarmRule {
  /** How boards list and sound it. */
  readonly type: CallType;
  /** Sounder, lamp and a word on the display of the collector. */
  readonly callsForHelp: boolean;
  /** Next contacts in turn until somebody acknowledges; the cloud follows these, and leaves all others to the site. */
  readonly escalates: boolean;
  /** The same trouble once more is news, counted in the open alarm. */
  readonly countsAgain: boolean;
  /** Ends with its cause; every other alarm needs a person to end it. */
  readonly selfClears: boolean;
}

const CALL: AlarmRule = {
  type: 'assistance',
  callsForHelp: true,
  escalates: true,
  countsAgain: true,
  selfClears: false,
};
const URGENT: AlarmRule = {...CALL, type: 'fault', callsForHelp: false};
const TECHNICAL: AlarmRule = {
  type: 'fault',
  callsForHelp: false,
  escalates: false,
  countsAgain: false,
  selfClears: true,
};

export const ALARM_RULES: Readonly<Record<AlarmKind, AlarmRule>> = {
  UNLOCK_FAILED: CALL,
  EMERGENCY_BUTTON: {...CALL, type: 'emergency'},
  WRONG_STATE: CALL,
  FIRE: {...CALL, type: 'emergency'},
  RELOCK_FAILED: URGENT,
  CLONE_SUSPECT: URGENT,
  INTRUDER: URGENT,
  WRONG_BAY: URGENT,
  OVERSTAY: {...URGENT, countsAgain: false, selfClears: true},
  MANUAL_OPEN: URGENT,
  TAMPER: URGENT,
  CODE_GUESSING: URGENT,
  LEAK: URGENT,
  NO_FLOW: {...URGENT, escalates: false},
  NO_WATER: URGENT,
  BATHER_SILENT: CALL,
  HOT_WATER: URGENT,
  SEAL_FAULT: {...URGENT, countsAgain: false},
  SENSOR_FAULT: TECHNICAL,
  DEVICE_OFFLINE: TECHNICAL,
  BUS_DOWN: {...TECHNICAL, escalates: true},
  SITE_INCIDENT: {...TECHNICAL, escalates: true},
  BUTTON_FAULT: TECHNICAL,
  STORAGE_FAULT: {...TECHNICAL, escalates: true},
  STORAGE_FULL: {...TECHNICAL, escalates: true},
  STORAGE_SLOW: TECHNICAL,
  BATTERY_LOW: TECHNICAL,
  IDENTITY_CLONED: {...TECHNICAL, escalates: true},
  ADDRESS_CLASH: {...TECHNICAL, escalates: true},
  UNCOMMISSIONED: TECHNICAL,
  KEYPAD_FAULT: TECHNICAL,
  CARD_STOCK_LOW: TECHNICAL,
  DISPENSER_FAULT: {...TECHNICAL, escalates: true},
  GATE_FAULT: {...TECHNICAL, escalates: true},
  COUNTER_FAULT: TECHNICAL,
  COUNTER_DRIFT: {...TECHNICAL, selfClears: false},
  METER_FAULT: TECHNICAL,
  VALVE_FAULT: {...TECHNICAL, escalates: true},
  /** No board is alive: the sounder takes its place. */
  BOARD_LOST: {...TECHNICAL, escalates: true},
  CALL_TEST: {...TECHNICAL, type: 'test'},
  CALL_TEST_FAILED: TECHNICAL,
  CONFIG_ROLLED_BACK: {...TECHNICAL, selfClears: false},
};

/** One of a kind that is not known here, of a newer gateway, calls people: it has its reasons. */
export function alarmRuleOf(kind: string): AlarmRule {
  return (ALARM_RULES as Readonly<Record<string, AlarmRule | undefined>>)[kind] ?? CALL;
}
