/** Where and in which unit a transmitter keeps its temperature. A new model is a new value. */
export interface TemperatureProfile {
  readonly name: string;
  readonly table: 'holding' | 'input';
  readonly register: number;
  readonly milliCelsiusPerUnit: number;
  /** Word that stands for "no probe", beside every word outside the range. */
  readonly noProbe: number;
  readonly leastMilliCelsius: number;
  readonly mostMilliCelsius: number;
}

/**
 * A transmitter with one probe, 0.1 °C signed in holding register 0.
 * `assumed:` the usual map of RS-485 transmitters for DS18B20 and PT100; range of a DS18B20.
 */
export const REFERENCE_TEMPERATURE_PROFILE: TemperatureProfile = {
  name: 'reference',
  table: 'holding',
  register: 0,
  milliCelsiusPerUnit: 100,
  noProbe: 0xffff,
  leastMilliCelsius: -55_000,
  mostMilliCelsius: 125_000,
};

/** Internal probe of a DFRobot URM13/URM14: 0.1 °C in holding register 6. @see devices.md 6.1 */
export const URM_TEMPERATURE_PROFILE: TemperatureProfile = {
  ...REFERENCE_TEMPERATURE_PROFILE,
  name: 'urm',
  register: 6,
};

/**
 * Temperature in thousandths of a degree; `none` without a probe or outside its range: a torn wire must
 * not look like hot water. Undefined when the word is missing. -0.1 °C reads as FFFF too and is `none`.
 */
export function decodeTemperature(
  words: readonly number[],
  profile: TemperatureProfile,
): number | 'none' | undefined {
  const [word] = words;
  if (word === undefined) return undefined;
  if (word === profile.noProbe) return 'none';
  const milliCelsius = (word >= 0x8000 ? word - 0x1_0000 : word) * profile.milliCelsiusPerUnit;
  const inRange =
    milliCelsius >= profile.leastMilliCelsius && milliCelsius <= profile.mostMilliCelsius;
  return inRange ? milliCelsius : 'none';
}
