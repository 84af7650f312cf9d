import type {CallType} from './calls.js';
import type {AlarmKind} from './events.js';

const EMERGENCIES: ReadonlySet<string> = new Set<AlarmKind>([
  'EMERGENCY_BUTTON',
  'BATHER_SILENT',
  'FIRE',
]);

/** Alarms that nobody has to be woken for: they wait in the list until somebody looks. */
const FAULTS: ReadonlySet<string> = new Set<AlarmKind>([
  ...(['NO_FLOW', 'SENSOR_FAULT', 'DEVICE_OFFLINE', 'BUTTON_FAULT', 'STORAGE_SLOW'] as const),
  ...([
    'BATTERY_LOW',
    'UNCOMMISSIONED',
    'KEYPAD_FAULT',
    'CARD_STOCK_LOW',
    'COUNTER_FAULT',
  ] as const),
  ...(['COUNTER_DRIFT', 'METER_FAULT', 'CONFIG_ROLLED_BACK', 'CALL_TEST_FAILED'] as const),
]);

/**
 * How urgently the cloud tells of an alarm: `fault`, somebody should look and nobody has to run; `test`, nobody but
 * who proves that it arrives. One of a kind that is not known
 * here calls people: a newer gateway has its reasons. @see ecosystem.md 2.2, EC-4, EC-14
 */
export function callTypeOf(kind: string): CallType {
  if (kind === ('CALL_TEST' satisfies AlarmKind)) return 'test';
  if (EMERGENCIES.has(kind)) return 'emergency';
  return FAULTS.has(kind) ? 'fault' : 'assistance';
}
