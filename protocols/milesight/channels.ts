/** How the bytes of a channel are read; everything is little-endian. */
export type ChannelFields = readonly {
  readonly name: string;
  readonly bytes: 1 | 2 | 4 | 6 | 8;
  readonly signed?: boolean;
}[];

/** A sensor family: what stands behind each pair of channel and type. A new model is a new value. */
export interface MilesightModel {
  readonly name: string;
  /** Key: channel and type in four upper-case hex digits. */
  readonly channels: Readonly<Record<string, ChannelFields>>;
  /** Bits of the running totals: where they wrap. */
  readonly totalBits: 16 | 32;
}

/** What every Milesight sensor may say of itself. Source: Milesight-IoT/SensorDecoders, attribute tables. */
const ATTRIBUTES: Readonly<Record<string, ChannelFields>> = {
  FF01: [{name: 'ipsoVersion', bytes: 1}],
  FF09: [{name: 'hardwareVersion', bytes: 2}],
  FF0A: [{name: 'firmwareVersion', bytes: 2}],
  FF1F: [{name: 'firmwareVersion', bytes: 4}],
  FFFF: [{name: 'tslVersion', bytes: 2}],
  FF16: [{name: 'serial', bytes: 8}],
  FF0F: [{name: 'lorawanClass', bytes: 1}],
  FFFE: [{name: 'reset', bytes: 1}],
  FF0B: [{name: 'powerOn', bytes: 1}],
};

/** Channels of line `line`: total in, total out, in and out of the period. */
function lineChannels(line: number): Record<string, ChannelFields> {
  const at = (offset: number) => (3 * line + offset).toString(16).toUpperCase().padStart(2, '0');
  return {
    [`${at(0)}D2`]: [{name: `line${line}In`, bytes: 4}],
    [`${at(1)}D2`]: [{name: `line${line}Out`, bytes: 4}],
    [`${at(2)}CC`]: [
      {name: `line${line}PeriodIn`, bytes: 2},
      {name: `line${line}PeriodOut`, bytes: 2},
    ],
  };
}

/**
 * VS133 and VS135 (time of flight, up to four counting lines).
 * Source: Milesight-IoT/SensorDecoders, vs-series/vs133/README.md, telemetry. @see devices.md 6.2
 */
export const VS133_MODEL: MilesightModel = {
  name: 'vs133',
  totalBits: 32,
  channels: {
    ...ATTRIBUTES,
    ...lineChannels(1),
    ...lineChannels(2),
    ...lineChannels(3),
    ...lineChannels(4),
    '0FE3': [1, 2, 3, 4].map(region => ({name: `region${region}`, bytes: 1})),
    '10E4': [
      {name: 'dwellRegion', bytes: 1},
      {name: 'dwellAverage', bytes: 2},
      {name: 'dwellMost', bytes: 2},
    ],
    /** Something stands in front of the lens: node number twice, then 1 = covered. */
    '50FC': [
      {name: 'occlusionKind', bytes: 1},
      {name: 'occlusionNode', bytes: 1},
      {name: 'occluded', bytes: 1},
    ],
  },
};

/** VS350 (passage counter on a battery). Source: the same, vs-series/vs350/README.md, telemetry. */
export const VS350_MODEL: MilesightModel = {
  name: 'vs350',
  totalBits: 16,
  channels: {
    ...ATTRIBUTES,
    '0175': [{name: 'batteryPercent', bytes: 1}],
    '0367': [{name: 'temperatureTenths', bytes: 2, signed: true}],
    '04CC': [
      {name: 'line1In', bytes: 2},
      {name: 'line1Out', bytes: 2},
    ],
    '05CC': [
      {name: 'line1PeriodIn', bytes: 2},
      {name: 'line1PeriodOut', bytes: 2},
    ],
    '0AEF': [{name: 'sentAtSeconds', bytes: 4}],
    '8367': [
      {name: 'temperatureTenths', bytes: 2, signed: true},
      {name: 'temperatureAlarm', bytes: 1},
    ],
    '84CC': [
      {name: 'line1In', bytes: 2},
      {name: 'line1Out', bytes: 2},
      {name: 'totalAlarm', bytes: 1},
    ],
    '85CC': [
      {name: 'line1PeriodIn', bytes: 2},
      {name: 'line1PeriodOut', bytes: 2},
      {name: 'periodAlarm', bytes: 1},
    ],
  },
};

/**
 * WS101 (call button on a battery): `press` 1 short, 2 long, 3 double.
 * Source: the same, ws-series/ws101/README.md, attribute and telemetry.
 */
export const WS101_MODEL: MilesightModel = {
  name: 'ws101',
  totalBits: 32,
  channels: {
    ...ATTRIBUTES,
    FF08: [{name: 'serial', bytes: 6}],
    '0175': [{name: 'batteryPercent', bytes: 1}],
    FF2E: [{name: 'press', bytes: 1}],
  },
};
