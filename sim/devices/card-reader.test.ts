import test from 'ava';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {RecordingEnd} from '../wire/recording-end.js';
import {CardReader, type TwoCards} from './card-reader.js';

/** RDM630 data sheet, example: number 62E3086CED, checksum 08. */
const CARD = {uid: asId<CardUid>('62E3086CED')};
const OTHER = {uid: asId<CardUid>('0000000001')};
const DATA_SHEET_FRAME = `02${Buffer.from('62E3086CED08').toString('hex')}03`;
const FRAME_MS = (14 * 10) / 9.6;

function build(twoCards?: TwoCards) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const end = new RecordingEnd(clock);
  const reader = new CardReader({clock, farEnd: end, ...(twoCards && {twoCards})});
  return {clock, end, reader};
}

test('a card in the field sends the frame of the data sheet every 65 ms until it leaves', async t => {
  const {clock, end, reader} = build();
  reader.present(CARD);
  await clock.advance(FRAME_MS + 2 * 65);
  t.deepEqual(end.sentHex, new Array<string>(3).fill(DATA_SHEET_FRAME));
  t.deepEqual(
    end.sent.map(entry => Math.round(entry.atMs * 1000) / 1000),
    [14.583, 79.583, 144.583],
  );
  reader.remove(CARD.uid);
  await clock.advance(1000);
  t.is(end.sent.length, 3);
  clock.assertIdle();
});

test('a card that only brushes the field sends nothing', async t => {
  const {clock, end, reader} = build();
  reader.present(CARD);
  await clock.advance(10);
  reader.remove();
  await clock.advance(1000);
  t.deepEqual(end.sentHex, []);
});

test('two cards are read in turn, and the one that stays goes on alone', async t => {
  const {clock, end, reader} = build();
  reader.present(CARD);
  reader.present(OTHER);
  reader.present(OTHER);
  t.deepEqual(reader.field, [CARD.uid, OTHER.uid]);
  await clock.advance(FRAME_MS + 3 * 65);
  const other = `02${Buffer.from('000000000101').toString('hex')}03`;
  t.deepEqual(end.sentHex, [DATA_SHEET_FRAME, other, DATA_SHEET_FRAME, other]);
  reader.remove(CARD.uid);
  end.forget();
  await clock.advance(130);
  t.deepEqual(end.sentHex, [other, other]);
  reader.close();
  clock.assertIdle();
});

test('two cards that garble each other give whole frames with a checksum that does not fit', async t => {
  const {clock, end, reader} = build('garble');
  reader.present(CARD);
  reader.present(OTHER);
  await clock.advance(FRAME_MS + 65);
  t.deepEqual(end.sentHex, [
    `02${Buffer.from('62E3086CED18').toString('hex')}03`,
    `02${Buffer.from('000000000111').toString('hex')}03`,
  ]);
  reader.close();
});

test('injected bytes pass as they are, and nothing passes a pulled plug', async t => {
  const {clock, end, reader} = build();
  reader.inject(Uint8Array.of(0x02, 0x31));
  t.deepEqual(end.sentHex, ['0231']);
  reader.unplug();
  reader.present(CARD);
  await clock.advance(100);
  t.is(end.sent.length, 1);
  reader.replug();
  await clock.advance(65);
  t.is(end.sent.length, 2);
  reader.close();
});
