import test from 'ava';
import type {BayId, CollectorId} from '../../protocols/site/ids.js';
import {asId} from '../../protocols/site/ids.js';
import {REASONS} from '../../protocols/site/reasons.js';
import type {DisplayMessage} from '../domain/lot/display-message.js';
import {DICTIONARIES} from './dictionaries.js';
import {LANGUAGES, type MessageCode} from './dictionary.js';
import {columnsOf, LINE_COLUMNS, noticeScreens, screenFor} from './screens.js';

const bay = asId<BayId>('A-012');
const collector = asId<CollectorId>('C3');

const EXAMPLES: {readonly [Code in MessageCode]: Extract<DisplayMessage, {code: Code}>} = {
  IDLE: {code: 'IDLE'},
  CHECKING: {code: 'CHECKING'},
  OPENING: {code: 'OPENING', bay},
  OPEN: {code: 'OPEN', bay},
  ALREADY_OPEN: {code: 'ALREADY_OPEN', bay},
  GUIDE: {code: 'GUIDE', bay: asId<BayId>('B-017'), zone: 'C', collector, arrow: '→'},
  RESWIPE: {code: 'RESWIPE', reason: undefined},
  NOT_VALID_HERE: {code: 'NOT_VALID_HERE'},
  REFUSED: {code: 'REFUSED', reason: 'NOT_YET_VALID', leftMs: 1_200_000},
  LOCKED_OUT: {code: 'LOCKED_OUT', leftMs: 3_600_000},
  PRESS_EMERGENCY: {code: 'PRESS_EMERGENCY'},
  ONE_CARD_PLEASE: {code: 'ONE_CARD_PLEASE'},
  HOLD_STILL: {code: 'HOLD_STILL'},
  SHOW_AGAIN: {code: 'SHOW_AGAIN'},
  CLOSING: {code: 'CLOSING', bay},
  REMOVE_CARD: {code: 'REMOVE_CARD'},
  SWIPE_AGAIN: {code: 'SWIPE_AGAIN'},
  NOT_READY: {code: 'NOT_READY', bay},
  BAY_OCCUPIED: {code: 'BAY_OCCUPIED', bay, alternative: asId<BayId>('A-013')},
  CAR_PRESENT: {code: 'CAR_PRESENT', bay},
  WRONG_BAY: {code: 'WRONG_BAY', bay, rightBay: asId<BayId>('A-013')},
  NO_ENTRY: {code: 'NO_ENTRY'},
  FIRE: {code: 'FIRE'},
  STALL_FREE: {code: 'STALL_FREE'},
  STALL_OUT: {code: 'STALL_OUT'},
  STALL_SERVICE: {code: 'STALL_SERVICE'},
  SHOWER: {code: 'SHOWER', warned: 'time', ml: 112_500, fen: 2250, leftFen: 1000},
  SHOWER_PAUSED: {code: 'SHOWER_PAUSED', ml: 112_500, fen: 2250, leftFen: 1000},
  RINSE_OFFERED: {code: 'RINSE_OFFERED'},
  RINSING: {code: 'RINSING'},
  SHOWER_OVER: {code: 'SHOWER_OVER', ml: 112_500, fen: 2250, leftFen: 1000},
  CALL_SENT: {code: 'CALL_SENT'},
  STAFF_COMING: {code: 'STAFF_COMING'},
};

for (const language of LANGUAGES) {
  test(`every message has two whole lines in ${language}`, t => {
    for (const message of Object.values(EXAMPLES)) {
      const {lines} = screenFor(message, language);
      for (const line of lines) {
        t.not(line.trim(), '', message.code);
        t.true(columnsOf(line) <= LINE_COLUMNS, `${message.code}: ${line}`);
      }
      // Equal to the dictionary's own words: with usual names nothing had to be cut off.
      const write = DICTIONARIES[language].screens[message.code] as (
        message: DisplayMessage,
      ) => readonly [string, string];
      t.deepEqual(lines, write(message), message.code);
    }
  });

  test(`every reason fits the display in ${language}`, t => {
    for (const reason of REASONS) {
      const words = DICTIONARIES[language].reasons[reason];
      t.not(words.trim(), '', reason);
      t.true(columnsOf(words) <= LINE_COLUMNS, `${reason}: ${words}`);
    }
  });

  test(`no word of the page is empty in ${language}`, t => {
    const {screens: _, ...tables} = DICTIONARIES[language];
    for (const [name, table] of Object.entries(tables)) {
      for (const [key, words] of Object.entries(table)) {
        const texts: readonly string[] = [words].flat();
        for (const text of texts) t.not(text.trim(), '', `${name}.${key}`);
      }
    }
  });

  test(`names on the screen are the configured ones in ${language}`, t => {
    const guide = screenFor(EXAMPLES.GUIDE, language).lines.join(' ');
    t.true(guide.includes('B-017') && guide.includes('C3'), guide);
    t.true(screenFor(EXAMPLES.OPEN, language).lines[0].startsWith('A-012'));
    t.true(screenFor(EXAMPLES.BAY_OCCUPIED, language).lines[1].includes('A-013'));
  });
}

test('no two messages read the same', t => {
  for (const language of LANGUAGES) {
    const texts = Object.values(EXAMPLES).map(message => screenFor(message, language).lines.join());
    t.is(new Set(texts).size, texts.length);
  }
});

test('an expired card is told so', t => {
  t.deepEqual(screenFor({code: 'RESWIPE', reason: 'EXPIRED'}, 'en').lines, [
    'Card expired',
    'Swipe again',
  ]);
  t.deepEqual(screenFor({code: 'RESWIPE', reason: 'EXPIRED'}, 'zh-CN').lines, [
    '卡已过期',
    '请重新刷卡',
  ]);
});

test('~P20 a bad key proof is never told what was wrong', t => {
  for (const language of LANGUAGES) {
    const silent = screenFor({code: 'RESWIPE', reason: undefined}, language);
    for (const reason of ['BAD_MAC', 'CLONE_SUSPECT', 'REPLAY', 'NOT_FOUND'] as const) {
      t.deepEqual(screenFor({code: 'RESWIPE', reason}, language), silent);
    }
  }
});

test('a full lot sends the driver to the guard', t => {
  const {lines} = screenFor({code: 'BAY_OCCUPIED', bay, alternative: undefined}, 'en');
  t.deepEqual(lines, ['A-012 occupied', 'Ask the guard']);
});

test('a long name is cut at the last whole character that fits', t => {
  const long = asId<BayId>('地下一层东区甲零一二号');
  t.is(screenFor({code: 'OPEN', bay: long}, 'zh-CN').lines[0], '地下一层东区甲零');
  t.is(columnsOf('地下A-1'), 7);
});

test('calls and refusals carry the tone that lights them', t => {
  t.is(screenFor(EXAMPLES.CALL_SENT, 'en').tone, 'call');
  t.is(screenFor(EXAMPLES.OPEN, 'en').tone, 'good');
  t.is(screenFor(EXAMPLES.RESWIPE, 'en').tone, 'bad');
});

test('a notice is said whole, on as many screens as it takes, and no line is wider than a display', t => {
  const told = (text: string) => noticeScreens(text).map(({lines}) => lines);
  t.deepEqual(told('Exit B is closed tonight from eight'), [
    ['Exit B is closed', 'tonight from'],
    ['eight', ''],
  ]);
  t.deepEqual(told('B出口今晚八点后关闭请走A出口'), [['B出口今晚八点后', '关闭请走A出口']]);
  t.deepEqual(told('  short   '), [['short', '']]);
  const long = noticeScreens('x'.repeat(280)).flatMap(({lines}) => lines);
  t.true(long.every(line => columnsOf(line) <= LINE_COLUMNS));
  t.is(long.join(''), 'x'.repeat(280));
});
