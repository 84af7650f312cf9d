import {readExchange} from '../../../drivers/wiring/exchange.js';
import {concatBytes, fromHex} from '../../../protocols/base/bytes.js';
import {decodeCjt188} from '../../../protocols/cjt188/frame.js';
import {CJT188_REPLY_VECTOR, CJT188_VECTORS} from '../../../protocols/cjt188/vectors.js';
import {
  decodeReading,
  decodeValveReply,
  HIGH_STATUS_CJT188_MAKER,
  STANDARD_CJT188_MAKER,
} from '../../../protocols/cjt188/water-meter.js';
import {decodeFixed} from '../../../protocols/lock-board/fixed-frame.js';
import {stateRequest} from '../../../protocols/lock-board/lock-board-model.js';
import {LOCK_BOARD_MODELS} from '../../../protocols/lock-board/models.js';
import {LOCK_BOARD_REPLIES, LOCK_BOARD_VECTORS} from '../../../protocols/lock-board/vectors.js';
import {crc16} from '../../../protocols/modbus/crc16.js';
import {decodeRequestPdu} from '../../../protocols/modbus/pdu.js';
import {
  decodeReply,
  decodeRequest,
  encodeFrame,
  expectReply,
  expectReplyToFrame,
} from '../../../protocols/modbus/rtu-frame.js';
import {FRAME_VECTORS, PDU_VECTORS} from '../../../protocols/modbus/vectors.js';
import {type FuzzTarget, mendTail} from '../target.js';

const UNIT = 7;
const REQUESTS = [
  ...FRAME_VECTORS.map(({frame}) => fromHex(frame)),
  ...PDU_VECTORS.map(({requestPdu}) => encodeFrame(UNIT, fromHex(requestPdu))),
];
const REPLIES = PDU_VECTORS.map(({replyPdu}) => encodeFrame(UNIT, fromHex(replyPdu)));
/** A read and a write; what they expect of a reply is all that they differ in. */
const ASKED = PDU_VECTORS.filter(({section}) => /^6\.(3|6) /.test(section));

const READ_REQUEST = encodeFrame(UNIT, fromHex('03 006B 0003'));

/** Low byte first, over everything before it. */
export function mendCrc16(bytes: Uint8Array): Uint8Array {
  return mendTail(bytes, 2, body => {
    const crc = crc16(body);
    return Uint8Array.of(crc & 0xff, crc >> 8);
  });
}

const MODBUS: readonly FuzzTarget[] = [
  ...ASKED.map(({section, request}) => {
    const expectation = expectReply(UNIT, request);
    return {
      name: `modbus decodeReply ${section}`,
      covers: ['protocols/modbus/rtu-frame.ts decodeReply'],
      seeds: REPLIES,
      run: (bytes: Uint8Array) => decodeReply(bytes, expectation),
      waitsUpTo: 256,
      mend: mendCrc16,
    };
  }),
  {
    name: 'modbus decodeRequest',
    covers: ['protocols/modbus/rtu-frame.ts decodeRequest'],
    seeds: REQUESTS,
    run: decodeRequest,
    waitsUpTo: 256,
    mend: mendCrc16,
  },
  {
    name: 'modbus decodeRequestPdu',
    covers: ['protocols/modbus/pdu.ts decodeRequestPdu'],
    seeds: PDU_VECTORS.map(({requestPdu}) => fromHex(requestPdu)),
    run: decodeRequestPdu,
  },
  {
    name: 'modbus expectReplyToFrame',
    covers: ['protocols/modbus/rtu-frame.ts expectReplyToFrame'],
    seeds: REQUESTS,
    run: expectReplyToFrame,
    mend: mendCrc16,
  },
  {
    name: 'wiring readExchange',
    covers: ['drivers/wiring/exchange.ts readExchange'],
    seeds: [...REPLIES, ...REQUESTS],
    run: received => readExchange({request: READ_REQUEST, received}),
    mend: mendCrc16,
  },
];

const CJT188_FRAMES = [CJT188_REPLY_VECTOR, ...CJT188_VECTORS].map(({frame}) => fromHex(frame));
const CJT188_DATA = CJT188_FRAMES.map(frame => frame.slice(11, -2));

const CJT188: readonly FuzzTarget[] = [
  {
    name: 'cjt188 decodeCjt188',
    covers: ['protocols/cjt188/frame.ts decodeCjt188'],
    seeds: [...CJT188_FRAMES, concatBytes(fromHex('FE FE FE'), ...CJT188_FRAMES.slice(0, 1))],
    run: decodeCjt188,
    waitsUpTo: 112,
    mend: bytes =>
      mendTail(bytes, 2, body =>
        Uint8Array.of(
          body.reduce((sum, byte) => sum + byte, 0),
          0x16,
        ),
      ),
  },
  {
    name: 'cjt188 decodeReading',
    covers: ['protocols/cjt188/water-meter.ts decodeReading'],
    seeds: CJT188_DATA,
    run: data => [STANDARD_CJT188_MAKER, HIGH_STATUS_CJT188_MAKER].map(m => decodeReading(data, m)),
  },
  {
    name: 'cjt188 decodeValveReply',
    covers: ['protocols/cjt188/water-meter.ts decodeValveReply'],
    seeds: [fromHex('A017 01 05 00'), ...CJT188_DATA],
    run: data => decodeValveReply(data, STANDARD_CJT188_MAKER),
  },
];

const BOARD_FRAMES = [
  ...LOCK_BOARD_REPLIES.map(({reply}) => fromHex(reply)),
  ...LOCK_BOARD_VECTORS.map(({send}) => fromHex(send)),
];

/** What a board may send to each question, and what its twin hears. */
const LOCK_BOARDS: readonly FuzzTarget[] = Object.values(LOCK_BOARD_MODELS).flatMap(model => {
  const seat = {board: 1, lock: 1};
  const {open, state} = model.frames;
  const frame = model.asks === 'board' ? state : open;
  const {reply} = stateRequest(model, seat);
  if (!reply) return [];
  const common = {
    covers: ['protocols/lock-board/fixed-frame.ts decodeFixed'],
    seeds: BOARD_FRAMES,
  };
  return [
    {
      ...common,
      name: `lock-board decodeFixed ${model.name} as heard`,
      run: (bytes: Uint8Array) => decodeFixed(frame, {}, bytes),
      waitsUpTo: frame.bytes - 1,
    },
    {
      ...common,
      name: `lock-board decodeFixed ${model.name} as answered`,
      run: (bytes: Uint8Array) => reply.decode(bytes),
      waitsUpTo: reply.bytes - 1,
    },
  ];
});

/** What comes over an RS-485 line from Modbus units, meters and lock boards. */
export const LINE_TARGETS: readonly FuzzTarget[] = [...MODBUS, ...CJT188, ...LOCK_BOARDS];
