import test from 'ava';
import {asId, type CardUid, type CollectorId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {CardReaderListener} from '../card-reader/contract.js';
import type {DisplayListener} from '../display/contract.js';
import type {EmergencyButtonListener} from '../emergency-button/contract.js';
import type {CardPresented} from './contract.js';
import {PlainCollector} from './plain-collector.js';

const CARD = asId<CardUid>('62E3086CED');

function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const heard: unknown[] = [];
  const done: unknown[] = [];
  const field: {present: CardUid | undefined} = {present: undefined};
  const ears: {
    reader?: CardReaderListener;
    display?: DisplayListener;
    button?: EmergencyButtonListener;
  } = {};
  const collector = new PlainCollector({
    id: asId<CollectorId>('C1'),
    clock,
    listener: {
      onCard: card => heard.push(card),
      onReadError: (error, atMs) => heard.push([error, atMs]),
      onCardGone: (uid, atMs) => heard.push(['gone', uid, atMs]),
      onPress: (presses, atMs) => heard.push(['press', presses, atMs]),
      onSealFault: fault => heard.push(fault),
      onButtonLine: line => heard.push(`loop ${line}`),
      onHealth: (health, part) => heard.push(`${part} ${health}`),
    },
    reader: listener => {
      ears.reader = listener;
      return {
        id: asId<DeviceId>('R-1'),
        get present() {
          return field.present;
        },
        discardedBytes: 0,
        close: () => Promise.resolve(void done.push('reader closed')),
      };
    },
    display: listener => {
      ears.display = listener;
      return {
        id: asId<DeviceId>('D-1'),
        show: screen => done.push(screen.lines[0]),
        close: () => done.push('display closed'),
      };
    },
    button: listener => {
      ears.button = listener;
      return {
        id: asId<DeviceId>('E-1'),
        line: 'ok',
        signal: state => done.push(state),
        close: () => done.push('button closed'),
      };
    },
  });
  return {clock, heard, done, field, ears, collector};
}

test('a card is presented by its number alone, requests count up', t => {
  const {heard, ears, collector} = setup();
  ears.reader?.onCard({uid: CARD, atMs: 5});
  ears.reader?.onCardGone(CARD, 400);
  ears.reader?.onCard({uid: CARD, atMs: 900});
  collector.answer();
  const card = {uid: CARD, assurance: {kind: 'uid'}, userInfo: ''};
  t.deepEqual(heard, [
    {...card, requestNo: 1, atMs: 5},
    ['gone', CARD, 400],
    {...card, requestNo: 2, atMs: 900},
  ]);
});

test('a card whose sector was opened proves itself and brings its text, one whose sector stayed shut does not', async t => {
  const {heard, ears, field, collector} = setup();
  ears.reader?.onCard({uid: CARD, atMs: 5, proof: {kind: 'opened', userInfo: '陈 138'}});
  ears.reader?.onCard({uid: CARD, atMs: 6, proof: {kind: 'refused'}});
  field.present = CARD;
  const again = await collector.reread(CARD);
  ears.reader?.onCard({uid: CARD, atMs: 7, proof: {kind: 'keyless'}});
  const told = [...heard.slice(0, 2), again, ...heard.slice(2)].map(card => {
    const {assurance, userInfo} = card as CardPresented;
    return {assurance, userInfo};
  });
  const copy = {assurance: {kind: 'sector', isGenuine: false}, userInfo: ''};
  t.deepEqual<unknown, unknown>(told, [
    {assurance: {kind: 'sector', isGenuine: true}, userInfo: '陈 138'},
    copy,
    copy,
    {assurance: {kind: 'uid'}, userInfo: ''},
  ]);
});

test('two cards stay two cards, damage becomes a read error', t => {
  const {heard, ears} = setup();
  ears.reader?.onReadError('two_cards', 1);
  ears.reader?.onReadError('garbled', 2);
  t.deepEqual(heard, [
    ['two_cards', 1],
    ['read_error', 2],
  ]);
});

test('a card is read again only while it lies in the field', async t => {
  const {clock, field, collector} = setup();
  t.is(await collector.reread(CARD), undefined);
  field.present = CARD;
  await clock.advance(70);
  const again = await collector.reread(CARD);
  t.is(again?.uid, CARD);
  t.is(again?.atMs, 70);
  t.is(await collector.reread(asId<CardUid>('0000000001')), undefined);
});

test('each part tells its own health; a cut button loop is a fault of its own', t => {
  const {heard, ears} = setup();
  ears.reader?.onLink(true);
  ears.reader?.onLink(false);
  ears.display?.onHealth('suspect');
  ears.button?.onHealth('ok');
  ears.button?.onLine('ok');
  ears.button?.onLine('open');
  ears.button?.onHealth('suspect');
  ears.button?.onLine('short');
  ears.button?.onLine('ok');
  t.deepEqual(heard, [
    'reader ok',
    'reader offline',
    'display suspect',
    'button ok',
    'loop ok',
    'loop open',
    'button suspect',
    'loop short',
    'loop ok',
  ]);
});

test('presses go up, screens and signals go down, closing closes all parts', async t => {
  const {heard, done, ears, collector} = setup();
  ears.button?.onPress(2, 30);
  collector.show({lines: ['A-012', ''], tone: 'good'});
  collector.signal({buzzer: true, lamp: false});
  await collector.close();
  t.deepEqual(heard, [['press', 2, 30]]);
  t.deepEqual(done, [
    'A-012',
    {buzzer: true, lamp: false},
    'display closed',
    'button closed',
    'reader closed',
  ]);
});
