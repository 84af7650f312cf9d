/** Frames of AA55 displays with voice, as published. Hex. */
export const AA55_VECTORS: readonly {
  readonly source: string;
  readonly frame: string;
  readonly serial: number;
  readonly command: number;
  readonly data: string;
}[] = [
  {
    source: 'ylc-smart, "please pay" by its number (device notes 5.2, S31)',
    frame: 'AA 55 01 64 00 22 0001 0B 0776 AF',
    serial: 1,
    command: 0x22,
    data: '0B',
  },
];
