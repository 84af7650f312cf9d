import type {InstructionName} from './instructions.js';

/** Commands to a sensor of address FFFFFFFF, sums as printed. Hex. Source: device notes 4.8 [V]. */
export const COMMAND_VECTORS: readonly {
  readonly name: InstructionName;
  readonly values: readonly number[];
  readonly frame: string;
}[] = [
  {name: 'takeImage', values: [], frame: 'EF01 FFFFFFFF 01 0003 01 0005'},
  {name: 'extractFeatures', values: [1], frame: 'EF01 FFFFFFFF 01 0004 02 01 0008'},
  {name: 'search', values: [1, 0, 200], frame: 'EF01 FFFFFFFF 01 0008 04 01 0000 00C8 00D6'},
  {name: 'verifyPassword', values: [0], frame: 'EF01 FFFFFFFF 01 0007 13 00000000 001B'},
];

/** Layout and sums of answers, worked by hand from the tables of the ZFM-20 manual, 5.4. Hex. */
export const ACK_VECTORS: readonly {
  readonly source: string;
  readonly name: InstructionName;
  readonly frame: string;
  readonly code: number;
  readonly values: Readonly<Record<string, number>>;
}[] = [
  {
    source: 'GenImg, done: 07+03 = 0A',
    name: 'takeImage',
    frame: 'EF01 FFFFFFFF 07 0003 00 000A',
    code: 0,
    values: {},
  },
  {
    source: 'GenImg, no finger: 07+03+02 = 0C',
    name: 'takeImage',
    frame: 'EF01 FFFFFFFF 07 0003 02 000C',
    code: 2,
    values: {},
  },
  {
    source: 'Match, score 0132: 07+05+01+32 = 3F',
    name: 'match',
    frame: 'EF01 FFFFFFFF 07 0005 00 0132 003F',
    code: 0,
    values: {score: 0x132},
  },
  {
    source: 'ReadSysPara: 07+13+09+A2+03+4*FF+01+06 = 04CB',
    name: 'readSystem',
    frame: 'EF01 FFFFFFFF 07 0013 00 0000 0009 00A2 0003 FFFFFFFF 0001 0006 04CB',
    code: 0,
    values: {
      status: 0,
      systemId: 9,
      librarySize: 162,
      security: 3,
      address: 0xffffffff,
      packetCode: 1,
      baudFactor: 6,
    },
  },
];
