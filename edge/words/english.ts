import type {ShowerShown, ToldReason} from '../domain/lot/display-message.js';
import {litres, yuan} from './amounts.js';
import {ENGLISH_CALLS} from './calls-english.js';
import type {Dictionary} from './dictionary.js';
import {ENGLISH_PAGE} from './page-english.js';

const REFUSALS: Readonly<Record<ToldReason, string>> = {
  NOT_YET_VALID: 'Not valid yet',
  EXPIRED: 'Expired',
  REVOKED: 'Withdrawn',
  BLOCKED: 'Blocked',
  ALREADY_USED: 'Already used',
  OTHER_POINT: 'Other bay',
  OTHER_SITE: 'For another site',
  NEEDS_GUARD: 'Not confirmed',
};

function waitText(leftMs: number): string {
  return leftMs > 120_000 ? `${Math.ceil(leftMs / 60_000)} min` : `${Math.ceil(leftMs / 1000)} s`;
}

/** `12.5L  2.50` */
function useText({ml, fen}: ShowerShown): string {
  return `${litres(ml)}L ${yuan(fen)}`;
}

/** What stands before what is left. */
const WARNINGS = {not: '', share: 'Low: ', time: '30 s: '} as const;

function leftText({leftFen}: ShowerShown): string {
  return `left ${yuan(leftFen)}`;
}

export const ENGLISH: Dictionary = {
  ...ENGLISH_CALLS,
  screens: {
    IDLE: ({asks}) => ['Welcome', asks === 'code' ? 'Show QR, key + #' : 'Tap your card'],
    CHECKING: () => ['Checking card', 'Please wait'],
    OPENING: ({bay}) => [`${bay} opening`, 'Please wait'],
    OPEN: ({bay}) => [`${bay} open`, 'Drive in'],
    ALREADY_OPEN: ({bay}) => [bay, 'Already open'],
    GUIDE: ({bay, zone, collector, arrow}) => [
      `${bay}: zone ${zone}`,
      `Go to ${collector} ${arrow}`,
    ],
    RESWIPE: () => ['Not accepted', 'Swipe again'],
    NOT_VALID_HERE: () => ['Not valid here', 'Ask the guard'],
    REFUSED: ({reason, leftMs}) => [
      REFUSALS[reason],
      leftMs === undefined ? 'Ask the guard' : `Opens in ${waitText(leftMs)}`,
    ],
    LOCKED_OUT: ({leftMs}) => ['Too many tries', `Wait ${waitText(leftMs)}`],
    PRESS_EMERGENCY: () => ['Press the', 'emergency button'],
    ONE_CARD_PLEASE: () => ['Two cards seen', 'One card please'],
    HOLD_STILL: () => ['Card not read', 'Hold card still'],
    SHOW_AGAIN: () => ['Code not read', 'Show it again'],
    CLOSING: ({bay}) => [`${bay} closing`, 'Keep clear'],
    REMOVE_CARD: () => ['Card was read', 'Remove card'],
    SWIPE_AGAIN: () => ['Interrupted', 'Swipe again'],
    BAY_OCCUPIED: ({bay, alternative}) => [
      `${bay} occupied`,
      alternative === undefined ? 'Ask the guard' : `Park at ${alternative}`,
    ],
    CAR_PRESENT: ({bay}) => [`Car on ${bay}`, 'Drive out first'],
    WRONG_BAY: ({bay, rightBay}) => [
      `${bay} wrong bay`,
      rightBay === undefined ? 'Ask the guard' : `Yours is ${rightBay}`,
    ],
    NOT_READY: ({bay}) => [`${bay} not ready`, 'Ask the guard'],
    NO_ENTRY: () => ['No new entry', 'Ask the guard'],
    FIRE: () => ['Fire alarm', 'Leave now'],
    STALL_FREE: () => ['Type your code', 'then press #'],
    STALL_OUT: () => ['Out of service', 'Use another one'],
    STALL_SERVICE: () => ['Service', 'Cleaning'],
    SHOWER: shown => [useText(shown), WARNINGS[shown.warned ?? 'not'] + leftText(shown)],
    SHOWER_PAUSED: shown => ['Paused: # again', leftText(shown)],
    RINSE_OFFERED: () => ['Budget used up', '# rinse 60 s'],
    RINSING: () => ['Rinse 60 s', 'It is owed'],
    SHOWER_OVER: shown => ['Goodbye', useText(shown)],
    CALL_SENT: () => ['Call sent', 'Please wait'],
    STAFF_COMING: () => ['Staff are coming', 'Please wait'],
  },
  reasons: {
    NOT_FOUND: 'Unknown card',
    NOT_YET_VALID: 'Not valid yet',
    EXPIRED: 'Card expired',
    REVOKED: 'Card withdrawn',
    BLOCKED: 'Card blocked',
    ALREADY_USED: 'Already used',
    OTHER_POINT: 'Other bay',
    OTHER_SITE: 'Other site',
    BAD_MAC: 'Bad proof',
    REPLAY: 'Repeated frame',
    CLONE_SUSPECT: 'Copy suspected',
    READ_ERROR: 'Read error',
    TIMEOUT: 'Timed out',
    NO_ANSWER: 'No answer',
    LOW_BALANCE: 'Low balance',
    BAY_OCCUPIED: 'Bay occupied',
    CAR_PRESENT: 'Car present',
    DEVICE_OFFLINE: 'Device offline',
    DEVICE_FAULT: 'Device fault',
    OBSTACLE: 'Obstacle',
    OVERCURRENT: 'Motor overload',
    LOCKED_OUT: 'Locked out',
    NEEDS_GUARD: 'Guard needed',
    UNCOMMISSIONED: 'Not commissioned',
    NO_ADMISSION: 'No new entries',
    STORAGE_FULL: 'Storage full',
    FIRE: 'Fire alarm',
  },
  alarmKinds: {
    UNLOCK_FAILED: 'Lock did not open, somebody waits',
    RELOCK_FAILED: 'Lock did not close',
    EMERGENCY_BUTTON: 'Emergency call',
    FIRE: 'Fire alarm',
    CLONE_SUSPECT: 'Copied card suspected',
    INTRUDER: 'Bay taken without a right',
    WRONG_BAY: 'Parked in a wrong bay',
    OVERSTAY: 'Time over, the next tenant is due',
    MANUAL_OPEN: 'Lock lowered by hand',
    WRONG_STATE: 'Lock in a wrong state',
    TAMPER: 'Device tampered with',
    CODE_GUESSING: 'Wrong codes keep being typed',
    LEAK: 'Water runs through a shut valve',
    NO_FLOW: 'Valve open and no water',
    NO_WATER: 'No water in the house',
    BATHER_SILENT: 'Look after a bather',
    HOT_WATER: 'Water too hot',
    SEAL_FAULT: 'Collector frames keep failing their check',
    SENSOR_FAULT: 'Bay sensor fault',
    DEVICE_OFFLINE: 'Device offline',
    BUS_DOWN: 'Line down',
    BUTTON_FAULT: 'Emergency button fault',
    STORAGE_FAULT: 'Storage fault',
    STORAGE_FULL: 'Little room left to store events',
    SITE_INCIDENT: 'Many locks fail at once',
    STORAGE_SLOW: 'Storage is slow',
    BATTERY_LOW: 'Lock battery low',
    IDENTITY_CLONED: 'Another gateway runs under this identity',
    ADDRESS_CLASH: 'Two devices share an address',
    UNCOMMISSIONED: 'Lock not commissioned',
    KEYPAD_FAULT: 'Keypad fault',
    CARD_STOCK_LOW: 'Card stock low',
    DISPENSER_FAULT: 'Card dispenser fault',
    GATE_FAULT: 'Barrier fault',
    COUNTER_FAULT: 'People counter fault',
    COUNTER_DRIFT: 'People count has drifted',
    METER_FAULT: 'Water meter fault',
    VALVE_FAULT: 'Water valve fault',
    BOARD_LOST: 'no staff board is alive',
    CALL_TEST: 'test of the call path',
    CALL_TEST_FAILED: 'a test of the call path failed or was missed',
    CONFIG_ROLLED_BACK: 'New configuration was taken back',
  },
  alarmStates: {
    raised: 'new',
    notified: 'notified',
    acked: 'acknowledged',
    onsite: 'on site',
    closed: 'closed',
  },
  arms: {
    unknown: 'unknown',
    up: 'up',
    down: 'down',
    moving: 'moving',
    blocked: 'blocked',
    forced: 'forced',
  },
  occupancies: {unknown: 'unknown', vacant: 'vacant', occupied: 'occupied'},
  phases: {
    open_wait_car: 'waiting for the car',
    parked: 'parked',
    away: 'away',
    overtime: 'overtime',
    leaving: 'leaving',
    relocking: 'closing',
    closed: 'ended',
  },
  lamps: {
    serving: 'green: all is served',
    offline: 'green, blinking: the cloud is cut, the site is served all the same',
    bus_fault: 'yellow: a line of devices is silent, see below',
    not_serving: 'red: nobody new is let in, see storage and alarms',
    enrolling: 'blue: waits to be enrolled at the cloud',
  },
  links: {none: 'not set up', online: 'connected', offline: 'cut, data is kept here'},
  warnings: {
    threadPoolSmall:
      'UV_THREADPOOL_SIZE is missing or too small, serial ports may stall for seconds; use the launcher',
    bareCardNumbers: 'this collector accepts bare card numbers, which anybody can copy',
    wallClockUnset: 'the wall clock cannot be trusted, check the time',
    pageOnNetwork: 'other machines of the network can reach this page',
  },
  page: ENGLISH_PAGE,
  manualRelease: {
    title: 'Lower the locks by hand',
    bays: 'Bays',
    steps: [
      'Make sure that nobody stands beside the arm and that no car stands over it.',
      'Open the cover of the lock with the site key and pull the release lever, or use the emergency remote.',
      'Press the arm flat until it clicks, and close the cover.',
      'Tick the bay below, and write down the time and the number plate.',
      'When the line works again, tell the control room: each lock is driven up and down once.',
    ],
    print: 'Print: lower by hand',
  },
};
