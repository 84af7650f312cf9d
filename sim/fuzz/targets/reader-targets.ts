import {NOTHING_SHOWN, stepCode} from '../../../drivers/code-reader/code-machine.js';
import {userInfoOf} from '../../../drivers/pn532/user-info.js';
import {concatBytes, fromHex} from '../../../protocols/base/bytes.js';
import {canonicalUid, READER_PROFILES} from '../../../protocols/card/card-identity.js';
import {decodeRdm6300, decodeRdm6300Body} from '../../../protocols/card/rdm6300.js';
import {teachIn} from '../../../protocols/card/teach-in.js';
import {RDM6300_VECTORS} from '../../../protocols/card/vectors.js';
import {
  crc16Xmodem,
  decodeGm65Command,
  decodeGm65Reply,
} from '../../../protocols/code-reader/gm65.js';
import {
  GM65_COMMAND_VECTORS,
  GM65_OK_VECTOR,
  GM65_UNCHECKED_VECTOR,
} from '../../../protocols/code-reader/vectors.js';
import {
  decodeAck,
  FINGERPRINT_INSTRUCTIONS,
  type InstructionName,
} from '../../../protocols/fingerprint/instructions.js';
import {decodePacket} from '../../../protocols/fingerprint/packet.js';
import {ACK_VECTORS, COMMAND_VECTORS} from '../../../protocols/fingerprint/vectors.js';
import {decodeHidPos, encodeHidPos} from '../../../protocols/hid/hid-pos.js';
import {NO_KEYS, readKeyboard} from '../../../protocols/hid/keyboard.js';
import {TYPED_VECTORS} from '../../../protocols/hid/vectors.js';
import {decodeExchange, decodeFirmware, decodeTargets} from '../../../protocols/pn532/commands.js';
import {decodePn532} from '../../../protocols/pn532/frame.js';
import {decodePn532Reply} from '../../../protocols/pn532/reply.js';
import {PN532_SHORT_VECTORS, PN532_VECTORS} from '../../../protocols/pn532/vectors.js';
import {type FuzzTarget, latin, mendTail, utf8} from '../target.js';

const RDM6300 = RDM6300_VECTORS.map(({frame}) => fromHex(frame));
const REPORTS = ['62E3086CED', '0008844356', '134,62532', '04782E21801D80', '  4d00010203\r'];

const CARDS: readonly FuzzTarget[] = [
  {
    name: 'card decodeRdm6300',
    covers: ['protocols/card/rdm6300.ts decodeRdm6300'],
    seeds: RDM6300,
    run: decodeRdm6300,
    waitsUpTo: 13,
  },
  {
    name: 'card decodeRdm6300Body',
    covers: ['protocols/card/rdm6300.ts decodeRdm6300Body'],
    seeds: RDM6300.map(frame => frame.slice(1, -1)),
    run: decodeRdm6300Body,
  },
  {
    name: 'card canonicalUid',
    covers: ['protocols/card/card-identity.ts canonicalUid'],
    seeds: REPORTS.map(utf8),
    run: bytes =>
      Object.values(READER_PROFILES).map(profile => canonicalUid(latin(bytes), profile)),
  },
  {
    name: 'card teachIn',
    covers: ['protocols/card/teach-in.ts teachIn'],
    seeds: REPORTS.map(utf8),
    run: bytes => teachIn('62E3086CED', latin(bytes)),
  },
];

const PN532 = [...PN532_VECTORS.map(({frame}) => frame), ...Object.values(PN532_SHORT_VECTORS)];
const ANSWERED = concatBytes(
  fromHex(PN532_SHORT_VECTORS.ack),
  fromHex(PN532_VECTORS[3]?.frame ?? ''),
);
const PN532_DATA = PN532_VECTORS.map(({data}) => fromHex(data));
const TARGET_COMMAND = 0x4a;

const PN532_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'pn532 decodePn532',
    covers: ['protocols/pn532/frame.ts decodePn532'],
    seeds: PN532.map(fromHex),
    run: decodePn532,
    waitsUpTo: 262,
  },
  {
    name: 'pn532 decodePn532Reply',
    covers: ['protocols/pn532/reply.ts decodePn532Reply'],
    seeds: [ANSWERED, ...PN532.map(fromHex)],
    run: bytes => decodePn532Reply(bytes, TARGET_COMMAND),
    // An acknowledge before it.
    waitsUpTo: 262 + 7,
  },
  {
    name: 'pn532 decodeTargets',
    covers: ['protocols/pn532/commands.ts decodeTargets'],
    seeds: [
      ...PN532_DATA,
      fromHex('4B 02 01 0004 28 04 FBE02A0B 05 75770081 02 0004 08 04 01020304'),
    ],
    run: decodeTargets,
  },
  {
    name: 'pn532 decodeExchange',
    covers: ['protocols/pn532/commands.ts decodeExchange'],
    seeds: PN532_DATA,
    run: decodeExchange,
  },
  {
    name: 'pn532 decodeFirmware',
    covers: ['protocols/pn532/commands.ts decodeFirmware'],
    seeds: [fromHex('03 32 01 06 07'), ...PN532_DATA],
    run: decodeFirmware,
  },
  {
    name: 'pn532 userInfoOf',
    covers: ['drivers/pn532/user-info.ts userInfoOf'],
    seeds: [utf8('A-012 王强\u0000\u0000'), utf8('x'.repeat(16))],
    run: bytes => userInfoOf([bytes, bytes]),
  },
];

const PACKETS = [...COMMAND_VECTORS, ...ACK_VECTORS].map(({frame}) => fromHex(frame));
const INSTRUCTIONS = Object.keys(FINGERPRINT_INSTRUCTIONS) as InstructionName[];

const FINGERPRINTS: readonly FuzzTarget[] = [
  {
    name: 'fingerprint decodePacket',
    covers: ['protocols/fingerprint/packet.ts decodePacket'],
    seeds: PACKETS,
    run: decodePacket,
    waitsUpTo: 267,
    mend: bytes =>
      mendTail(bytes, 2, body => {
        const sum = body.subarray(6).reduce((total, byte) => total + byte, 0);
        return Uint8Array.of(sum >> 8, sum);
      }),
  },
  {
    name: 'fingerprint decodeAck',
    covers: ['protocols/fingerprint/instructions.ts decodeAck'],
    seeds: PACKETS.map(packet => packet.slice(9, -2)),
    run: payload => INSTRUCTIONS.map(name => decodeAck(name, payload)),
  },
];

const GM65_COMMANDS = [...GM65_COMMAND_VECTORS, GM65_UNCHECKED_VECTOR].map(v => fromHex(v.frame));
const REPORTS_HID = TYPED_VECTORS.flatMap(({reports}) => reports.map(fromHex));
const mendGm65 = (bytes: Uint8Array) =>
  mendTail(bytes, 2, body => {
    const crc = crc16Xmodem(body.subarray(2));
    return Uint8Array.of(crc >> 8, crc);
  });

const CODES: readonly FuzzTarget[] = [
  {
    name: 'code-reader decodeGm65Command',
    covers: ['protocols/code-reader/gm65.ts decodeGm65Command'],
    seeds: GM65_COMMANDS,
    run: decodeGm65Command,
    waitsUpTo: 262,
    mend: mendGm65,
  },
  {
    name: 'code-reader decodeGm65Reply',
    covers: ['protocols/code-reader/gm65.ts decodeGm65Reply'],
    seeds: [fromHex(GM65_OK_VECTOR.frame), ...GM65_COMMANDS],
    run: decodeGm65Reply,
    waitsUpTo: 260,
    mend: mendGm65,
  },
  {
    name: 'code-reader stepCode',
    covers: ['drivers/code-reader/code-machine.ts stepCode'],
    seeds: [utf8('62E3086CED'), utf8('一二三'), utf8('\u0006')],
    run: bytes => stepCode(NOTHING_SHOWN, {kind: 'record', bytes, atMs: 0}),
  },
  {
    name: 'hid decodeHidPos',
    covers: ['protocols/hid/hid-pos.ts decodeHidPos'],
    seeds: [encodeHidPos({aim: ']Q1', data: utf8('x'.repeat(56)), more: true})],
    run: decodeHidPos,
  },
  {
    name: 'hid readKeyboard',
    covers: ['protocols/hid/keyboard.ts readKeyboard'],
    seeds: REPORTS_HID,
    run: report => readKeyboard(readKeyboard(NO_KEYS, report).state, report.toReversed()),
  },
];

/** What readers of cards, fingers and codes send. */
export const READER_TARGETS: readonly FuzzTarget[] = [
  ...CARDS,
  ...PN532_TARGETS,
  ...FINGERPRINTS,
  ...CODES,
];
