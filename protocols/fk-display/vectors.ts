/**
 * Frames of FK displays with voice. Hex. "V2.0" is the maker's display protocol V2.0 (2020-12-10) with
 * its examples; the first frame was captured. All use address 0.
 */
export const FK_VECTORS: readonly {
  readonly source: string;
  readonly frame: string;
  readonly command: number;
  readonly data: string;
}[] = [
  {
    source: 'captured, "粤B12345,欢迎光临" (device notes 5.2)',
    frame: '00 64 FF FF 30 12 01 D4C1 42 31 32 33 34 35 2C BBB6 D3AD B9E2 C1D9 6A 91',
    command: 0x30,
    data: '01 D4C1 42 31 32 33 34 35 2C BBB6 D3AD B9E2 C1D9',
  },
  {
    source: 'V2.0, command 30, example 1, "欢迎光临,请入场停车"',
    frame: '00 64 FF FF 30 14 01 BBB6 D3AD B9E2 C1D9 2C C7EB C8EB B3A1 CDA3 B3B5 A9 36',
    command: 0x30,
    data: '01 BBB6 D3AD B9E2 C1D9 2C C7EB C8EB B3A1 CDA3 B3B5',
  },
  {
    source: 'V2.0, command 30, example 2, queued only',
    frame: '00 64 FF FF 30 14 00 BBB6 D3AD B9E2 C1D9 2C C7EB C8EB B3A1 CDA3 B3B5 94 E7',
    command: 0x30,
    data: '00 BBB6 D3AD B9E2 C1D9 2C C7EB C8EB B3A1 CDA3 B3B5',
  },
  {
    source: 'V2.0, command 30, reply',
    frame: '00 64 FF FF 30 01 00 36 BB',
    command: 0x30,
    data: '00',
  },
  {source: 'V2.0, command 31, stop', frame: '00 64 FF FF 31 00 64 67', command: 0x31, data: ''},
  {
    source: 'V2.0, command 62, "欢迎光临" in red on the first line',
    frame:
      '00 64 FF FF 62 1B 00 00 01 00 05 00 01 03 00 FF000000 00000000 08 00 BBB6 D3AD B9E2 C1D9 58 96',
    command: 0x62,
    data: '00 00 01 00 05 00 01 03 00 FF000000 00000000 08 00 BBB6 D3AD B9E2 C1D9',
  },
  {
    source: 'V2.0, command 62, reply',
    frame: '00 64 FF FF 62 01 00 97 6A',
    command: 0x62,
    data: '00',
  },
  {
    source: 'V2.0, command 00, connect with the password 159753',
    frame: '00 64 FF FF 00 06 31 35 39 37 35 33 FB 06',
    command: 0x00,
    data: '31 35 39 37 35 33',
  },
  {
    source: 'V2.0, command 00, reply with versions',
    frame: '00 64 FF FF 00 0A 00 31 30 32 34 36 30 31 30 30 9F EF',
    command: 0x00,
    data: '00 31 30 32 34 36 30 31 30 30',
  },
];
