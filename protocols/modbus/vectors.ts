import type {ModbusReply, ModbusRequest} from './pdu.js';

/** Whole frames from manuals, CRC as printed there. Hex, blanks for the reader. */
export const FRAME_VECTORS: readonly {
  readonly source: string;
  readonly frame: string;
  readonly unit: number;
  readonly request: ModbusRequest;
}[] = [
  {
    source: 'Waveshare Modbus RTU Relay, relay 1 on',
    frame: '01 05 0000 FF00 8C3A',
    unit: 1,
    request: {kind: 'writeOne', functionCode: 5, address: 0, value: 0xff00},
  },
  {
    source: 'Waveshare Modbus RTU Relay, relay 1 off',
    frame: '01 05 0000 0000 CDCA',
    unit: 1,
    request: {kind: 'writeOne', functionCode: 5, address: 0, value: 0},
  },
  {
    source: 'Waveshare Modbus RTU Relay, toggle (a vendor value of FC05)',
    frame: '01 05 0000 5500 F29A',
    unit: 1,
    request: {kind: 'writeOne', functionCode: 5, address: 0, value: 0x5500},
  },
  {
    source: 'Waveshare Modbus RTU Relay, all on',
    frame: '01 05 00FF FF00 BC0A',
    unit: 1,
    request: {kind: 'writeOne', functionCode: 5, address: 0xff, value: 0xff00},
  },
  {
    source: 'Waveshare Modbus RTU Relay, pulse of 700 ms',
    frame: '01 05 0200 0007 8DB0',
    unit: 1,
    request: {kind: 'writeOne', functionCode: 5, address: 0x200, value: 7},
  },
  {
    source: 'Waveshare Modbus RTU Relay, read relays',
    frame: '01 01 0000 0008 3DCC',
    unit: 1,
    request: {kind: 'read', functionCode: 1, address: 0, quantity: 8},
  },
  {
    source: 'Waveshare Modbus RTU IO 8CH, read inputs',
    frame: '01 02 0000 0008 79CC',
    unit: 1,
    request: {kind: 'read', functionCode: 2, address: 0, quantity: 8},
  },
  {
    source: 'Waveshare Modbus RTU Relay, write all',
    frame: '01 0F 0000 0008 01 FF BED5',
    unit: 1,
    request: {
      kind: 'writeCoils',
      functionCode: 15,
      address: 0,
      bits: [true, true, true, true, true, true, true, true],
    },
  },
  {
    source: 'DFRobot URM14, read distance',
    frame: '0C 03 0005 0001 9516',
    unit: 12,
    request: {kind: 'read', functionCode: 3, address: 5, quantity: 1},
  },
];

/** Request and reply PDUs printed in the Modbus Application Protocol V1.1b3, section by section. */
export const PDU_VECTORS: readonly {
  readonly section: string;
  readonly request: ModbusRequest;
  readonly requestPdu: string;
  readonly reply: ModbusReply;
  readonly replyPdu: string;
}[] = [
  {
    section: '6.1 Read Coils',
    request: {kind: 'read', functionCode: 1, address: 0x13, quantity: 19},
    requestPdu: '01 0013 0013',
    reply: {kind: 'bits', functionCode: 1, bits: bits('10110011 11010110 101')},
    replyPdu: '01 03 CD 6B 05',
  },
  {
    section: '6.2 Read Discrete Inputs',
    request: {kind: 'read', functionCode: 2, address: 0xc4, quantity: 22},
    requestPdu: '02 00C4 0016',
    reply: {kind: 'bits', functionCode: 2, bits: bits('00110101 11011011 101011')},
    replyPdu: '02 03 AC DB 35',
  },
  {
    section: '6.3 Read Holding Registers',
    request: {kind: 'read', functionCode: 3, address: 0x6b, quantity: 3},
    requestPdu: '03 006B 0003',
    reply: {kind: 'registers', functionCode: 3, values: [555, 0, 100]},
    replyPdu: '03 06 022B 0000 0064',
  },
  {
    section: '6.4 Read Input Registers',
    request: {kind: 'read', functionCode: 4, address: 8, quantity: 1},
    requestPdu: '04 0008 0001',
    reply: {kind: 'registers', functionCode: 4, values: [10]},
    replyPdu: '04 02 000A',
  },
  {
    section: '6.5 Write Single Coil',
    request: {kind: 'writeOne', functionCode: 5, address: 0xac, value: 0xff00},
    requestPdu: '05 00AC FF00',
    reply: {kind: 'written', functionCode: 5, address: 0xac, value: 0xff00},
    replyPdu: '05 00AC FF00',
  },
  {
    section: '6.6 Write Single Register',
    request: {kind: 'writeOne', functionCode: 6, address: 1, value: 3},
    requestPdu: '06 0001 0003',
    reply: {kind: 'written', functionCode: 6, address: 1, value: 3},
    replyPdu: '06 0001 0003',
  },
  {
    section: '6.11 Write Multiple Coils',
    request: {kind: 'writeCoils', functionCode: 15, address: 0x13, bits: bits('10110011 10')},
    requestPdu: '0F 0013 000A 02 CD01',
    reply: {kind: 'written', functionCode: 15, address: 0x13, value: 10},
    replyPdu: '0F 0013 000A',
  },
  {
    section: '6.12 Write Multiple Registers',
    request: {kind: 'writeRegisters', functionCode: 16, address: 1, values: [10, 0x102]},
    requestPdu: '10 0001 0002 04 000A 0102',
    reply: {kind: 'written', functionCode: 16, address: 1, value: 2},
    replyPdu: '10 0001 0002',
  },
  {
    section: '7 Exception Responses',
    request: {kind: 'read', functionCode: 1, address: 0x4a1, quantity: 1},
    requestPdu: '01 04A1 0001',
    reply: {kind: 'exception', functionCode: 1, exceptionCode: 2},
    replyPdu: '81 02',
  },
];

/** CRCs as numbers: the catalogue's check value, and the worked example of the specification. */
export const CRC_VECTORS: readonly {
  readonly source: string;
  readonly bytes: string;
  readonly crc: number;
}[] = [
  {
    source: 'CRC-16/MODBUS check value of "123456789"',
    bytes: '31 32 33 34 35 36 37 38 39',
    crc: 0x4b37,
  },
  {source: 'Modbus over Serial Line V1.02, appendix B example', bytes: '02 07', crc: 0x1241},
];

/** First bit first, as the tables of the specification number them. */
function bits(text: string): boolean[] {
  return Array.from(text.replaceAll(' ', ''), digit => digit === '1');
}
