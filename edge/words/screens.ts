import type {DisplayTone, Screen} from '../../drivers/display/contract.js';
import type {Reason} from '../../protocols/site/reasons.js';
import type {DisplayMessage} from '../domain/lot/display-message.js';
import {DICTIONARIES} from './dictionaries.js';
import type {Dictionary, Language, MessageCode, ScreenWords} from './dictionary.js';

/** Columns of one line of the displays at the posts. */
export const LINE_COLUMNS = 16;

const TONES: Readonly<Record<MessageCode, DisplayTone>> = {
  IDLE: 'neutral',
  CHECKING: 'neutral',
  OPENING: 'good',
  OPEN: 'good',
  ALREADY_OPEN: 'good',
  GUIDE: 'neutral',
  RESWIPE: 'bad',
  NOT_VALID_HERE: 'bad',
  REFUSED: 'bad',
  LOCKED_OUT: 'bad',
  PRESS_EMERGENCY: 'call',
  ONE_CARD_PLEASE: 'bad',
  HOLD_STILL: 'neutral',
  SHOW_AGAIN: 'neutral',
  CLOSING: 'good',
  REMOVE_CARD: 'neutral',
  SWIPE_AGAIN: 'neutral',
  BAY_OCCUPIED: 'bad',
  CAR_PRESENT: 'bad',
  WRONG_BAY: 'bad',
  NOT_READY: 'bad',
  NO_ENTRY: 'bad',
  FIRE: 'call',
  STALL_FREE: 'neutral',
  STALL_OUT: 'bad',
  STALL_SERVICE: 'neutral',
  SHOWER: 'good',
  SHOWER_PAUSED: 'neutral',
  RINSE_OFFERED: 'bad',
  RINSING: 'good',
  SHOWER_OVER: 'neutral',
  CALL_SENT: 'call',
  STAFF_COMING: 'call',
};

/**
 * Reasons that a person at a post may read. All others stay silent there: a forger must never learn
 * from the display which part of the forgery failed.
 */
const SAID_AT_THE_POST: ReadonlySet<Reason> = new Set<Reason>([
  'NOT_YET_VALID',
  'EXPIRED',
  'REVOKED',
  'BLOCKED',
  'ALREADY_USED',
]);

/** The words of `message` as the display shows them: each line at most 16 columns. */
export function screenFor(message: DisplayMessage, language: Language): Screen {
  const [first, second] = wordsOf(message, DICTIONARIES[language]);
  return {lines: [fitLine(first), fitLine(second)], tone: TONES[message.code]};
}

/** A notice in as many screens as it takes, broken where it has spaces; all of it is said. */
export function noticeScreens(text: string): readonly Screen[] {
  const lines = linesOf(text);
  const count = Math.ceil(lines.length / 2);
  return Array.from({length: count}, (_, no) => ({
    lines: [lines[2 * no] ?? '', lines[2 * no + 1] ?? ''],
    tone: 'neutral',
  }));
}

function linesOf(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/u).filter(each => each !== '')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (columnsOf(joined) <= LINE_COLUMNS) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (columnsOf(line) > LINE_COLUMNS) {
      const head = fitLine(line);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Columns that `text` takes: the fonts of the posts give every character beyond Latin-1 two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfOne(character);
  return columns;
}

function columnsOfOne(character: string): number {
  return (character.codePointAt(0) ?? 0) > 0xff ? 2 : 1;
}

/** Names are the owner's and may be long: the head of the line is what tells most. */
function fitLine(text: string): string {
  let fitted = '';
  let columns = 0;
  for (const character of text) {
    columns += columnsOfOne(character);
    if (columns > LINE_COLUMNS) break;
    fitted += character;
  }
  return fitted;
}

function wordsOf(message: DisplayMessage, dictionary: Dictionary): readonly [string, string] {
  const words = write(dictionary.screens, message);
  if (message.code !== 'RESWIPE' || message.reason === undefined) return words;
  return SAID_AT_THE_POST.has(message.reason)
    ? [dictionary.reasons[message.reason], words[1]]
    : words;
}

/** The writer of a code takes the message of that code; the compiler cannot pair the two by itself. */
function write<Code extends MessageCode>(
  screens: ScreenWords,
  message: Extract<DisplayMessage, {code: Code}>,
): readonly [string, string] {
  const writer: (message: Extract<DisplayMessage, {code: Code}>) => readonly [string, string] =
    screens[message.code as Code];
  return writer(message);
}
