import test from 'ava';
import fc from 'fast-check';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeFixed, encodeFixed, type FrameFields} from './fixed-frame.js';
import {type LockBoardModel, openRequest, stateRequest} from './lock-board-model.js';
import {BOARD_8A80, KR_CU16, LOCK_BOARD_MODELS, WINNSEN} from './models.js';
import {LOCK_BOARD_REPLIES, LOCK_BOARD_VECTORS} from './vectors.js';

const MODELS: readonly LockBoardModel[] = Object.values(LOCK_BOARD_MODELS);

function requestOf(model: LockBoardModel, ask: 'open' | 'state', board: number, lock: number) {
  return (ask === 'open' ? openRequest : stateRequest)(model, {board, lock});
}

const channels = (states: ReadonlyMap<number, boolean> | undefined) =>
  [...(states ?? [])]
    .filter(([, isSet]) => isSet)
    .map(([lock]) => lock)
    .sort((left, right) => left - right);

for (const {source, model, board, lock, ask, send} of LOCK_BOARD_VECTORS) {
  test(`published frame: ${source}`, t => {
    const {bytes} = requestOf(LOCK_BOARD_MODELS[model], ask, board, lock);
    t.is(toHex(bytes), toHex(fromHex(send)));
  });
}

for (const {source, model, board, lock, ask, reply, set} of LOCK_BOARD_REPLIES) {
  test(`reply: ${source}`, t => {
    const bytes = fromHex(reply);
    const decoded = requestOf(LOCK_BOARD_MODELS[model], ask, board, lock).reply?.decode(bytes);
    if (decoded?.kind !== 'frame') return t.fail(decoded?.kind);
    t.is(decoded.used, bytes.length);
    return t.deepEqual(channels(decoded.frame), set);
  });
}

test('the address byte of a KR-CU16 is board and channel from 0, and names the board alone in a poll', t => {
  t.is(toHex(openRequest(KR_CU16, {board: 2, lock: 16}).bytes), '022f310365');
  t.is(toHex(stateRequest(KR_CU16, {board: 2, lock: 16}).bytes), '0220300355');
  t.is(openRequest(KR_CU16, {board: 2, lock: 16}).reply, undefined);
});

test('a sound reply of another board or channel is somebody else’s', t => {
  const other = encodeFixed(BOARD_8A80.frames.stateReply, {board: 2, s1: 0, s2: 0, s3: 0, s4: 1});
  const reply = stateRequest(BOARD_8A80, {board: 1, lock: 1}).reply;
  t.deepEqual(reply?.decode(other), {kind: 'discard', used: 8, why: 'foreign'});
  const lock = encodeFixed(WINNSEN.frames.stateReply, {board: 1, lock: 4, res: 1});
  const asked = stateRequest(WINNSEN, {board: 1, lock: 5}).reply;
  t.deepEqual(asked?.decode(lock), {kind: 'discard', used: 7, why: 'foreign'});
});

test('without a check byte only exact length, header and end are a reply', t => {
  const reply = stateRequest(WINNSEN, {board: 1, lock: 5}).reply;
  const whyOf = (hex: string) => {
    const decoded = reply?.decode(fromHex(hex));
    return decoded?.kind === 'discard' ? decoded.why : decoded?.kind;
  };
  t.is(whyOf('90 07 92 01 05 01 03'), 'frame');
  t.is(whyOf('90 07 92 01 05 01 04'), 'noise');
  t.is(whyOf('90 08 92 01 05 01 03'), 'noise');
  t.is(whyOf('91 07 92 01 05 01 03'), 'noise');
  t.is(whyOf('90 07 92 01 05 01'), 'wait');
  t.is(whyOf('90 07 85 01 05 01 03'), 'noise');
});

test('a broken check byte is told from noise', t => {
  const reply = stateRequest(BOARD_8A80, {board: 1, lock: 1}).reply;
  const decoded = reply?.decode(fromHex('80 01 80 00 00 01 33 34'));
  t.deepEqual(decoded, {kind: 'discard', used: 2, why: 'crc'});
  t.deepEqual(reply?.decode(new Uint8Array(0)), {kind: 'wait'});
});

test('a board or channel that the model does not have is our own mistake', t => {
  for (const model of MODELS) {
    const {first, last} = model.boards;
    const seats = [
      {board: first - 1, lock: 1},
      {board: last + 1, lock: 1},
      {board: first, lock: 0},
      {board: first, lock: model.locks + 1},
    ];
    for (const seat of seats) {
      const error = t.throws(() => openRequest(model, seat), {instanceOf: CodecMisuse});
      t.is(error.code, 'codec/lock-board');
      t.throws(() => stateRequest(model, seat), {instanceOf: CodecMisuse});
    }
  }
  t.throws(() => encodeFixed(BOARD_8A80.frames.open, {board: 1}), {instanceOf: CodecMisuse});
});

for (const model of MODELS) {
  const {openReply, stateReply} = model.frames;
  for (const [name, frame] of Object.entries({openReply, stateReply})) {
    if (!frame) continue;
    const names = frame.cells.filter(cell => typeof cell === 'string');
    const fields: fc.Arbitrary<FrameFields> = fc.record(
      Object.fromEntries(names.map(cell => [cell, fc.nat(255)])),
    );
    const same = (left: FrameFields, right: FrameFields) =>
      names.every(cell => left[cell] === right[cell]);

    test(`${model.name} ${name}: what is encoded is what is read`, t => {
      fc.assert(
        fc.property(fields, values => {
          const decoded = decodeFixed(frame, {}, encodeFixed(frame, values));
          t.true(decoded.kind === 'frame' && same(decoded.frame, values));
        }),
      );
    });

    test(`${model.name} ${name}: in step again after damage`, t => {
      checkResync({
        decode: received => decodeFixed(frame, {}, received),
        // A frame that ends in the byte it begins with is, repeated without a pause, also a frame one byte
        // off: an XOR over so few bytes cannot tell. On a line it never comes without a pause.
        frames: fields
          .map(values => encodeFixed(frame, values))
          .filter(bytes => bytes.at(-1) !== bytes[0]),
        same,
      });
      t.pass();
    });
  }
}
