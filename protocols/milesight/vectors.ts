/**
 * Uplinks with their meaning as the maker publishes them, hex.
 * Source: Milesight-IoT/SensorDecoders, README.md of the folder named, section "Example".
 */
export const MILESIGHT_VECTORS: readonly {
  readonly source: string;
  readonly model: 'vs133' | 'vs350' | 'ws101';
  readonly payload: string;
  readonly values: Readonly<Record<string, number>>;
}[] = [
  {
    source: 'vs-series/vs133, totals of four lines',
    model: 'vs133',
    payload:
      '03D248000000 04D2C8000000 06D200000000 07D200000000 09D200000000 0AD200000000 0CD2B4140000 0DD28D1A0000',
    values: {
      line1In: 72,
      line1Out: 200,
      line2In: 0,
      line2Out: 0,
      line3In: 0,
      line3Out: 0,
      line4In: 5300,
      line4Out: 6797,
    },
  },
  {
    source: 'vs-series/vs133, periods of four lines',
    model: 'vs133',
    payload: '05CC00000000 08CC00000000 0BCC00000000 0ECC05000700',
    values: {
      line1PeriodIn: 0,
      line1PeriodOut: 0,
      line2PeriodIn: 0,
      line2PeriodOut: 0,
      line3PeriodIn: 0,
      line3PeriodOut: 0,
      line4PeriodIn: 5,
      line4PeriodOut: 7,
    },
  },
  {
    source: 'vs-series/vs133, regions',
    model: 'vs133',
    payload: '0FE302100709',
    values: {region1: 2, region2: 16, region3: 7, region4: 9},
  },
  {
    source: 'vs-series/vs133, dwell time of region 4',
    model: 'vs133',
    payload: '10E40476001387',
    values: {dwellRegion: 4, dwellAverage: 118, dwellMost: 34_579},
  },
  {
    source: 'vs-series/vs350, battery and temperature',
    model: 'vs350',
    payload: '017564 03670C01',
    values: {batteryPercent: 100, temperatureTenths: 268},
  },
  {
    source: 'vs-series/vs350, totals and period',
    model: 'vs350',
    payload: '04CC12001600 05CC13001400',
    values: {line1In: 18, line1Out: 22, line1PeriodIn: 19, line1PeriodOut: 20},
  },
  {
    source: 'vs-series/vs350, totals and period over their thresholds',
    model: 'vs350',
    payload: '84CC0111081101 85CCE803E90301',
    values: {
      line1In: 4353,
      line1Out: 4360,
      totalAlarm: 1,
      line1PeriodIn: 1000,
      line1PeriodOut: 1001,
      periodAlarm: 1,
    },
  },
  {
    source: 'vs-series/vs350, temperature over its threshold',
    model: 'vs350',
    payload: '8367360101',
    values: {temperatureTenths: 310, temperatureAlarm: 1},
  },
  {
    source: 'ws-series/ws101, battery and a short press',
    model: 'ws101',
    payload: '017510 FF2E01',
    values: {batteryPercent: 16, press: 1},
  },
];
