import type {AlarmKind} from '../../../protocols/site/events.js';

/** How a kind of alarm makes itself heard. */
export interface AlarmRule {
  /** Sounder, lamp and a word on the display of the collector. */
  readonly callsForHelp: boolean;
  /** Next contacts in turn until somebody acknowledges. */
  readonly escalates: boolean;
}

const CALL: AlarmRule = {callsForHelp: true, escalates: true};
const URGENT: AlarmRule = {callsForHelp: false, escalates: true};
const TECHNICAL: AlarmRule = {callsForHelp: false, escalates: false};

export const ALARM_RULES: Readonly<Record<AlarmKind, AlarmRule>> = {
  UNLOCK_FAILED: CALL,
  EMERGENCY_BUTTON: CALL,
  WRONG_STATE: CALL,
  RELOCK_FAILED: URGENT,
  CLONE_SUSPECT: URGENT,
  INTRUDER: URGENT,
  WRONG_BAY: URGENT,
  MANUAL_OPEN: URGENT,
  TAMPER: URGENT,
  SEAL_FAULT: TECHNICAL,
  SENSOR_FAULT: TECHNICAL,
  DEVICE_OFFLINE: TECHNICAL,
  BUS_DOWN: URGENT,
  BUTTON_FAULT: TECHNICAL,
  STORAGE_FAULT: URGENT,
};
