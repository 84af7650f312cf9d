import type {LinkPlan, PlantPlan} from './site-plan.js';

/** A bathhouse: stalls with meters that have a valve in them, and with pulse sensors on boards. */
export interface HousePlan {
  readonly xintai?: number;
  readonly pulse?: number;
  /** Boards stand on the line of the posts that they serve, not on `line-B`. */
  readonly areBoardsBesidePosts?: boolean;
  /**
   * Xintai meters, which know no other speed than 9600 baud, have `line-M` to themselves, so that posts and boards
   * run at 38,400: what it takes to keep the displays of ten running stalls within a second.
   */
  readonly areMetersApart?: boolean;
  /** Through an open valve; default 9000. */
  readonly flowMlPerMin?: number;
  readonly tariff?: object;
  readonly rules?: object;
  /** The stalls with pulse sensors are a row behind a master valve, on the last pair of the first board. */
  readonly hasRow?: boolean;
  /** Stalls with Xintai meters have a temperature probe. */
  readonly hasProbes?: boolean;
}

/** What each of its devices knows. Source: device notes 6.3 (Xintai), 3.5 (Waveshare). */
export const HOUSE_BAUD_RATE = 9600;
const FAST_BAUD_RATE = 38_400;
/** At most four of its relays are pairs for valves. */
export const PAIRS_OF_A_BOARD = 4;
/** Outputs of the first board that drive the master valve. */
export const ROW_OUTPUTS = {open: 6, close: 7} as const;
export const PULSES_PER_LITRE = 450;
const FIRST_BOARD_UNIT = 101;

/** Stalls in the order of their numbers: `X-01` has a Xintai meter, `P-01` a pulse sensor. */
export function stallNames({xintai = 1, pulse = 0}: HousePlan): readonly string[] {
  return [...place('X', xintai), ...place('P', pulse)];
}

/** Those of its lines that have anything on them. */
export function houseLines(plan: HousePlan): readonly string[] {
  const {xintai = 1, pulse = 0} = plan;
  const pulseLines = new Set(['line-P', boardLineOf(plan)]);
  const xintaiLines = new Set(['line-X', meterLineOf(plan)]);
  return [...(xintai > 0 ? xintaiLines : []), ...(pulse > 0 ? pulseLines : [])];
}

export function baudRateOf({areMetersApart = false}: HousePlan, line: string): number {
  return areMetersApart && line !== 'line-M' ? FAST_BAUD_RATE : HOUSE_BAUD_RATE;
}

export function meterLineOf({areMetersApart = false}: HousePlan): string {
  return areMetersApart ? 'line-M' : 'line-X';
}

export function boardLineOf({areBoardsBesidePosts = false}: HousePlan): string {
  return areBoardsBesidePosts ? 'line-P' : 'line-B';
}

/** Of its relays; its counters come behind it. Above all posts of a full line. */
export function boardUnitOf(no: number): number {
  return FIRST_BOARD_UNIT + 2 * no;
}

export function boardsOf({pulse = 0}: HousePlan): number {
  return Math.ceil(pulse / PAIRS_OF_A_BOARD);
}

/** What the site file says of it: posts and Xintai meters on `line-X`, posts on `line-P`, boards on `line-B`. */
export function housePlant(
  plan: HousePlan,
  linkOf: (line: string, baudRate: number) => LinkPlan,
): PlantPlan {
  const names = stallNames(plan);
  const boards = Array.from({length: boardsOf(plan)}, (_, no) => boardDevices(no)).flat();
  const stallsX = names.filter(isXintai);
  const devicesOn = (line: string) => [
    ...stallsX.flatMap(id => [
      ...(line === meterLineOf(plan) ? [meterDevice(id)] : []),
      ...(line === 'line-X' ? postDevices(id) : []),
    ]),
    ...(line === 'line-X' && plan.hasProbes ? stallsX.map(probeDevice) : []),
    ...(line === 'line-P' ? names.filter(isPulse).flatMap(postDevices) : []),
    ...(line === boardLineOf(plan) ? boards : []),
  ];
  return {
    buses: houseLines(plan).map(id => ({
      ...{id, link: linkOf(id, baudRateOf(plan, id)), devices: devicesOn(id)},
    })),
    devices: [
      ...names.filter(isPulse).map(pulseDevice),
      ...(plan.hasRow ? [{id: 'V-1', kind: 'row-valve', relays: 'R-0', outputs: ROW_OUTPUTS}] : []),
    ],
    bath: {
      tariff: plan.tariff ?? {by: 'water', fenPerLitre: 20},
      stalls: names.map(id => ({
        ...{id, keypad: `K-${id}`, display: `D-${id}`, meter: `M-${id}`, button: `E-${id}`},
        ...(plan.hasProbes && isXintai(id) ? {probe: `T-${id}`} : {}),
      })),
      ...(plan.hasRow ? {rows: [{valve: 'V-1', stalls: names.filter(isPulse)}]} : {}),
      ...(plan.rules ? {rules: plan.rules} : {}),
    },
  };
}

export function isXintai(id: string): boolean {
  return id.startsWith('X');
}

export function isPulse(id: string): boolean {
  return id.startsWith('P');
}

export function indexOfStall(id: string): number {
  return Number(id.slice(2)) - 1;
}

/** Of its meter; keypad, display and button come behind it. */
export function firstUnitOf(id: string): number {
  return 1 + 4 * indexOfStall(id);
}

export function probeUnitOf(id: string): number {
  return 200 + indexOfStall(id);
}

function place(letter: string, count: number): readonly string[] {
  return Array.from({length: count}, (_, no) => `${letter}-${String(no + 1).padStart(2, '0')}`);
}

function postDevices(id: string) {
  const unit = firstUnitOf(id);
  return [
    {id: `K-${id}`, kind: 'keypad', address: unit + 1},
    {id: `D-${id}`, kind: 'display', address: unit + 2},
    {id: `E-${id}`, kind: 'emergency-button', address: unit + 3},
  ];
}

function meterDevice(id: string) {
  return {id: `M-${id}`, kind: 'water-meter', address: firstUnitOf(id)};
}

function probeDevice(id: string) {
  return {id: `T-${id}`, kind: 'temperature-input', address: probeUnitOf(id), pollMs: 1000};
}

function boardDevices(no: number) {
  return [
    {id: `R-${no}`, kind: 'relay-board', address: boardUnitOf(no)},
    {id: `N-${no}`, kind: 'counting-inputs', profile: 'adam4150', address: boardUnitOf(no) + 1},
  ];
}

function pulseDevice(id: string) {
  const no = indexOfStall(id);
  const board = Math.floor(no / PAIRS_OF_A_BOARD);
  const pair = no % PAIRS_OF_A_BOARD;
  return {
    ...{id: `M-${id}`, kind: 'pulse-meter', counters: `N-${board}`, input: pair},
    ...{relays: `R-${board}`, outputs: {open: 2 * pair, close: 2 * pair + 1}},
    pulses: PULSES_PER_LITRE,
  };
}
