import test, {type ExecutionContext} from 'ava';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {Aa55Display} from '../devices/aa55-display.js';
import {CardReader} from '../devices/card-reader.js';
import {Dwin} from '../devices/dwin.js';
import {FkDisplay} from '../devices/fk-display.js';
import {SpaceCounter} from '../devices/space-counter.js';
import type {LineDevice} from '../wire/line-device.js';
import {type PostOptions, PostRig} from './post-rig.js';

const CARD = '4D00A1B2C3';

async function postWith(
  t: ExecutionContext,
  display: string,
  twin: LineDevice,
  beside: PostOptions['beside'] = [],
) {
  const post = new PostRig(t, {
    reader: '{kind: rdm6300, link: {kind: serial, path: reader}}',
    language: 'zh-CN',
    ...{display, twin, beside},
    secrets: {'fk.word': '20260101'},
  });
  const reader = new CardReader({clock: post.rig.clock, farEnd: post.rig.end('reader')});
  await post.open();
  await post.admit(CARD);
  const tap = async () => {
    reader.present({uid: asId<CardUid>(CARD)});
    await post.untilOpen();
    await post.rig.clock.advance(1500);
    reader.close();
  };
  return {post, tap, rig: post.rig, clock: post.rig.clock};
}

test('an FK display greets, says that the bay is open in green, and is missed when it is gone', async t => {
  const fk = new FkDisplay({address: 3});
  const password = '{file: fk.word}';
  const entry = `{id: D-1, kind: fk-display, address: 3, password: ${password}}`;
  const {tap, rig, clock} = await postWith(t, entry, fk);
  t.deepEqual([fk.line(0)?.text, fk.line(1)?.text], ['欢迎停车', '请刷卡']);
  await tap();
  t.deepEqual([fk.line(0)?.text, fk.line(1)?.text], ['A-001 已开锁', '请驶入车位']);
  t.deepEqual(fk.line(0)?.colour, {red: 0, green: 255, blue: 0});
  t.false(rig.isWritten('20260101'));
  fk.isUnplugged = true;
  await clock.until(() => rig.alarmsOf('D-1').includes('DEVICE_OFFLINE'), 60_000);
});

test('an FK display that never answers is shown everything and missed by nobody', async t => {
  const fk = new FkDisplay({address: 3});
  fk.isMute = true;
  const entry = '{id: D-1, kind: fk-display, address: 3, replies: false}';
  const {tap, rig, clock} = await postWith(t, entry, fk);
  await tap();
  t.is(fk.line(0)?.text, 'A-001 已开锁');
  await clock.advance(60_000);
  t.deepEqual(rig.edge.site.state().alarms, []);
});

test('an AA55 display shows both lines at its own address, and nobody misses its answers', async t => {
  const aa55 = new Aa55Display({address: 7});
  const {tap, rig, clock} = await postWith(t, '{id: D-1, kind: aa55-display, address: 7}', aa55);
  t.deepEqual([aa55.line(1)?.text, aa55.line(2)?.text], ['欢迎停车', '请刷卡']);
  await tap();
  t.deepEqual([aa55.line(1)?.text, aa55.line(2)?.text], ['A-001 已开锁', '请驶入车位']);
  await clock.advance(60_000);
  t.deepEqual(rig.edge.site.state().alarms, []);
});

test('a DWIN panel has its words in its variables and the page of the tone, and its keys are journalled', async t => {
  const panel = new Dwin({unit: 'dwin:0', hasCrc: true});
  const lines =
    'first: {address: 0x1000, longestBytes: 32}, second: {address: 0x1040, longestBytes: 8}';
  const pages = 'pages: {neutral: 1, good: 2, bad: 3, call: 4}';
  const entry = `{id: D-1, kind: dwin-display, ${lines}, ${pages}, keyAddress: 0x1100, hasCrc: true}`;
  const {tap, rig, clock} = await postWith(t, entry, panel);
  t.deepEqual([panel.text(0x1000), panel.text(0x1040), panel.page], ['欢迎停车', '请刷卡', 1]);
  await tap();
  t.is(panel.text(0x1000), 'A-001 已开锁');
  t.is(panel.text(0x1040), '请驶入车', 'eight bytes are four characters');
  t.is(panel.page, 2);
  panel.press(0x1100, 3);
  await clock.advance(2000);
  t.deepEqual(rig.told('D-1', 'key'), [{key: 3}]);
  t.is(panel.word(0x1100), 0);
});

test('a board at the road shows how many bays are free, and their colour', async t => {
  const board = new SpaceCounter({info: 4});
  const road = {entry: '{id: S-1, kind: space-counter, address: 4, few: 1}', make: () => board};
  const fk = new FkDisplay({address: 3});
  const display = '{id: D-1, kind: fk-display, address: 3}';
  const {post, tap, rig, clock} = await postWith(t, display, fk, [road]);
  await clock.advance(10_000);
  t.like(board.shown, {count: 1, colour: 'yellow'});
  t.is(rig.health('S-1'), 'ok');
  await tap();
  post.lock.setCarAbove(true);
  await clock.advance(10_000);
  t.like(board.shown, {count: 0, colour: 'red'});
});
