import type {AlarmKind} from './events.js';

/** How urgent a call is. `fault`: somebody should look, nobody has to run. @see ecosystem.md 2.2, EC-4 */
export type CallType = 'emergency' | 'assistance' | 'fault';

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
  ...(['COUNTER_DRIFT', 'METER_FAULT', 'CONFIG_ROLLED_BACK'] as const),
]);

/** Of an alarm. One of a kind that is not known here calls people: a newer gateway has its reasons. */
export function callTypeOf(kind: string): CallType {
  if (EMERGENCIES.has(kind)) return 'emergency';
  return FAULTS.has(kind) ? 'fault' : 'assistance';
}
