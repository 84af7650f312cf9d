/** Meter with the digits 6905900515 as makers print it, the maker's code 3378 before it. */
const PRINTED_METER = '78331505900569';

/**
 * Frames of CJ/T 188-2004, hex, without wake bytes. Source: devices.md 6.3 [S39], whose sums were
 * computed again by hand. Of the valve frames it gives meter 1505900569 and the sums 50 and 94 alone:
 * with the maker's code of the read frame and serial number 01 both sums come out.
 */
export const CJT188_VECTORS = [
  {
    what: 'read total and status',
    frame: '68 10 44 33 22 11 00 33 78 01 03 1F 90 00 80 16',
    address: '78330011223344',
    kind: 'read',
    serial: 0,
  },
  {
    what: 'open the valve',
    frame: '68 10 69 05 90 05 15 33 78 04 04 A0 17 01 55 50 16',
    address: PRINTED_METER,
    kind: 'open',
    serial: 1,
  },
  {
    what: 'close the valve',
    frame: '68 10 69 05 90 05 15 33 78 04 04 A0 17 01 99 94 16',
    address: PRINTED_METER,
    kind: 'close',
    serial: 1,
  },
] as const;

/**
 * A reply laid out by hand from the standard: total 00012345 (123.45 m3), month 00012300, 2026-01-12
 * 13:45:10, valve closed, battery low. Its sum was added up by hand: 68+10+44+33+22+11+00+33+78+81+16 =
 * 264; 90+1F+00 = AF; 45+23+01+00+2C = 95; 00+23+01+00+2C = 50; 10+45+13+12+01+26+20 = C1; 05+00 = 05;
 * together 4BE, of which BE is left.
 */
export const CJT188_REPLY_VECTOR = {
  frame:
    '68 10 44 33 22 11 00 33 78 81 16 1F 90 00 45 23 01 00 2C 00 23 01 00 2C 10 45 13 12 01 26 20 05 00 BE 16',
  totalMl: 123_450_000,
  valve: 'closed',
  lowBattery: true,
} as const;
