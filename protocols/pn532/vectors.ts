/** Whole frames from documents, sums as printed there. Hex, blanks for the reader. */
export const PN532_VECTORS: readonly {
  readonly source: string;
  readonly frame: string;
  readonly from: 'host' | 'reader';
  readonly data: string;
}[] = [
  {
    source: 'device notes 4.1, SAMConfiguration, sum re-computed',
    frame: '00 00 FF 05 FB D4 14 01 14 01 02 00',
    from: 'host',
    data: '14 01 14 01',
  },
  {
    source: 'device notes 4.1, GetFirmwareVersion, sum re-computed',
    frame: '00 00 FF 02 FE D4 02 2A 00',
    from: 'host',
    data: '02',
  },
  {
    source: 'device notes 4.1, InListPassiveTarget of one card, sum re-computed',
    frame: '00 00 FF 04 FC D4 4A 01 00 E1 00',
    from: 'host',
    data: '4A 01 00',
  },
  {
    source: 'jinmi8.com doc 12721, PN532 with an S50 card: reply to InListPassiveTarget',
    frame: '00 00 FF 0C F4 D5 4B 01 01 00 04 08 04 FB 0E E2 0B D8 00',
    from: 'reader',
    data: '4B 01 01 00 04 08 04 FB 0E E2 0B',
  },
  {
    source: 'jinmi8.com doc 12721: authenticate block 7 with key A',
    frame: '00 00 FF 0F F1 D4 40 01 60 07 FF FF FF FF FF FF FB 0E E2 0B 94 00',
    from: 'host',
    data: '40 01 60 07 FF FF FF FF FF FF FB 0E E2 0B',
  },
  {
    source: 'jinmi8.com doc 12721: read block 4',
    frame: '00 00 FF 05 FB D4 40 01 30 04 B7 00',
    from: 'host',
    data: '40 01 30 04',
  },
  {
    source: 'jinmi8.com doc 12721: what block 4 holds',
    frame: `00 00 FF 13 ED D5 41 00 ${'FF'.repeat(16)} FA 00`,
    from: 'reader',
    data: `41 00 ${'FF'.repeat(16)}`,
  },
];

/** Frames without data. @see UM0701-02, 6.2.1.3 to 6.2.1.5; device notes 4.1 */
export const PN532_SHORT_VECTORS = {
  ack: '00 00 FF 00 FF 00',
  nack: '00 00 FF FF 00 00',
  error: '00 00 FF 01 FF 7F 81 00',
} as const;
