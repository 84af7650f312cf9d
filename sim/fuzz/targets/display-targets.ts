import {decodeAa55Frame, decodeAa55Line} from '../../../protocols/aa55-display/frame.js';
import {AA55_VECTORS} from '../../../protocols/aa55-display/vectors.js';
import {concatBytes, fromHex, uint16Bytes} from '../../../protocols/base/bytes.js';
import {decodeDwinFrame, readDwinText} from '../../../protocols/dwin/frame.js';
import {DWIN_VECTORS} from '../../../protocols/dwin/vectors.js';
import {decodeFkLine, decodeFkSpeech} from '../../../protocols/fk-display/commands.js';
import {decodeFkFrame} from '../../../protocols/fk-display/frame.js';
import {FK_VECTORS} from '../../../protocols/fk-display/vectors.js';
import {crc16} from '../../../protocols/modbus/crc16.js';
import {decodeSpaceFrame} from '../../../protocols/space-counter/frame.js';
import {SPACE_COUNTER_VECTORS} from '../../../protocols/space-counter/vectors.js';
import {decodeGbk} from '../../../protocols/text/gbk.js';
import {GBK_VECTORS} from '../../../protocols/text/vectors.js';
import {type FuzzTarget, mendTail, wordsOf} from '../target.js';
import {mendCrc16} from './line-targets.js';

const FK_DATA = FK_VECTORS.map(({data}) => fromHex(data));
const DWIN = Object.values(DWIN_VECTORS).map(fromHex);
/** The same frames with the CRC that a switch of the panel asks for. */
const DWIN_CHECKED = DWIN.map(frame => mendDwin(concatBytes(frame, Uint8Array.of(0, 0))));
const GBK = GBK_VECTORS.map(({bytes}) => fromHex(bytes));

function mendDwin(bytes: Uint8Array): Uint8Array {
  const frame = bytes.slice();
  if (frame.length > 3) frame[2] = frame.length - 3;
  return mendTail(frame, 2, body => {
    const crc = crc16(body.subarray(3));
    return Uint8Array.of(crc & 0xff, crc >> 8);
  });
}

function mendAa55(bytes: Uint8Array): Uint8Array {
  return mendTail(bytes, 3, body => {
    const crc = crc16(concatBytes(body.subarray(2), Uint8Array.of(0, 0)));
    return concatBytes(uint16Bytes(crc), Uint8Array.of(0xaf));
  });
}

/** What displays answer, and what their twins hear. */
export const DISPLAY_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'fk-display decodeFkFrame',
    covers: ['protocols/fk-display/frame.ts decodeFkFrame'],
    seeds: FK_VECTORS.map(({frame}) => fromHex(frame)),
    run: bytes => decodeFkFrame(bytes),
    waitsUpTo: 263,
    mend: mendCrc16,
  },
  {
    name: 'fk-display decodeFkSpeech',
    covers: ['protocols/fk-display/commands.ts decodeFkSpeech'],
    seeds: FK_DATA,
    run: decodeFkSpeech,
  },
  {
    name: 'fk-display decodeFkLine',
    covers: ['protocols/fk-display/commands.ts decodeFkLine'],
    seeds: FK_DATA,
    run: decodeFkLine,
  },
  {
    name: 'aa55-display decodeAa55Frame',
    covers: ['protocols/aa55-display/frame.ts decodeAa55Frame'],
    seeds: AA55_VECTORS.map(({frame}) => fromHex(frame)),
    run: decodeAa55Frame,
    waitsUpTo: 266,
    mend: mendAa55,
  },
  {
    name: 'aa55-display decodeAa55Line',
    covers: ['protocols/aa55-display/frame.ts decodeAa55Line'],
    seeds: GBK.map(text => concatBytes(Uint8Array.of(1, 0, 1, 0), text)),
    run: decodeAa55Line,
  },
  {
    name: 'dwin decodeDwinFrame',
    covers: ['protocols/dwin/frame.ts decodeDwinFrame'],
    seeds: DWIN,
    run: bytes => decodeDwinFrame(bytes),
    waitsUpTo: 258,
  },
  {
    name: 'dwin decodeDwinFrame with CRC',
    covers: ['protocols/dwin/frame.ts decodeDwinFrame'],
    seeds: DWIN_CHECKED,
    run: bytes => decodeDwinFrame(bytes, true),
    waitsUpTo: 258,
    mend: mendDwin,
  },
  {
    name: 'dwin readDwinText',
    covers: ['protocols/dwin/frame.ts readDwinText'],
    seeds: GBK,
    run: bytes => readDwinText(wordsOf(bytes)),
  },
  {
    name: 'space-counter decodeSpaceFrame',
    covers: ['protocols/space-counter/frame.ts decodeSpaceFrame'],
    seeds: [SPACE_COUNTER_VECTORS.request, SPACE_COUNTER_VECTORS.reply].map(fromHex),
    run: decodeSpaceFrame,
    waitsUpTo: 6,
  },
  {
    name: 'text decodeGbk',
    covers: ['protocols/text/gbk.ts decodeGbk'],
    seeds: GBK,
    run: decodeGbk,
  },
];
