/** Where and in which unit a model keeps its distance. A new model is a new value, not new code. */
export interface UltrasonicProfile {
  readonly name: string;
  /** Modbus address as delivered. */
  readonly factoryUnit: number;
  /** Holding register, read with FC03. */
  readonly distance: {readonly register: number; readonly micrometresPerUnit: number};
  /** Word that stands for "no echo". */
  readonly noEcho: number;
  /**
   * `assumed:` bit 2 of the control register chooses triggered measuring, bit 3 triggers one; that half
   * of the map is not published.
   */
  readonly control: {
    readonly register: number;
    readonly triggerMode: number;
    readonly trigger: number;
  };
}

/** Registers common to both models. Source: DFRobot wiki SEN0352 and SEN0353, register tables. */
const CONTROL = {register: 8, triggerMode: 0x0004, trigger: 0x000c} as const;

/** DFRobot URM14: 19200 8N1. @see devices.md 6.1 */
export const URM14_PROFILE: UltrasonicProfile = {
  name: 'urm14',
  factoryUnit: 0x0c,
  distance: {register: 5, micrometresPerUnit: 100},
  noEcho: 0xffff,
  control: CONTROL,
};

/** DFRobot URM13: 19200 8N1. @see devices.md 6.1 */
export const URM13_PROFILE: UltrasonicProfile = {
  ...URM14_PROFILE,
  name: 'urm13',
  factoryUnit: 0x0d,
  distance: {register: 5, micrometresPerUnit: 10_000},
};

/** Address and quantity of the FC03 that reads the distance. @see devices.md 6.1 */
export function distanceRead(profile: UltrasonicProfile): {
  readonly address: number;
  readonly quantity: number;
} {
  return {address: profile.distance.register, quantity: 1};
}

/** The write that makes a sensor measure once: neighbours must not shout at the same time. */
export function triggerWrite(profile: UltrasonicProfile): {
  readonly address: number;
  readonly value: number;
} {
  return {address: profile.control.register, value: profile.control.trigger};
}

/**
 * Distance in whole mm, rounded down; `none` when nothing sends an echo. Undefined when the word is missing.
 * @see devices.md 6.1
 */
export function decodeDistance(
  words: readonly number[],
  profile: UltrasonicProfile,
): number | 'none' | undefined {
  const [word] = words;
  if (word === undefined) return undefined;
  if (word === profile.noEcho) return 'none';
  return Math.floor((word * profile.distance.micrometresPerUnit) / 1000);
}

/** The word that a sensor of this model answers; beyond its range it hears no echo. */
export function encodeDistance(distanceMm: number | 'none', profile: UltrasonicProfile): number {
  if (distanceMm === 'none') return profile.noEcho;
  const word = Math.round((distanceMm * 1000) / profile.distance.micrometresPerUnit);
  return word < 0 || word >= profile.noEcho ? profile.noEcho : word;
}
