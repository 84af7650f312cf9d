import {type Logger, pino} from 'pino';
import type {Clock} from '../../protocols/base/clock.js';
import {isoTime} from './iso-time.js';
import type {Log, LogFields, LogLevel, LogWrite} from './log.js';
import {printableFields} from './log-fields.js';
import {isAtLeast, type LogTap} from './log-tap.js';

/** Between pino's info (30) and warn (40). */
const NOTICE = 35;

type NoticeLogger = Logger<'notice'>;

export interface JsonLogOptions {
  readonly clock: Clock;
  /** Lowest level that is written. */
  readonly level: LogLevel;
  /** Where lines go; standard output, written at once, when left out. */
  readonly destination?: {write(line: string): void};
  /** Levels by part, and who follows; left out: `level` alone. */
  readonly tap?: LogTap;
}

/** Where lines go, and who decides which. */
interface Outlet {
  readonly logger: NoticeLogger;
  readonly level: LogLevel;
  readonly clock: Clock;
  readonly tap: LogTap | undefined;
}

/** Log as JSON lines: `level`, `time`, `part`, `event`, then the event's own values. */
class JsonLog implements Log {
  readonly #outlet: Outlet;
  readonly #part: string;
  readonly info: LogWrite = (event, fields) => this.#write('info', event, fields);
  readonly notice: LogWrite = (event, fields) => this.#write('notice', event, fields);
  readonly warn: LogWrite = (event, fields) => this.#write('warn', event, fields);
  readonly error: LogWrite = (event, fields) => this.#write('error', event, fields);
  readonly fatal: LogWrite = (event, fields) => this.#write('fatal', event, fields);

  constructor(outlet: Outlet, part = '') {
    this.#outlet = outlet;
    this.#part = part;
  }

  debug(event: string, fields?: () => LogFields): void {
    const isWanted = this.#isWritten('debug') || this.#outlet.tap?.wants('debug', this.#part);
    if (isWanted) this.#write('debug', event, fields?.());
  }

  child(part: string): Log {
    return new JsonLog(this.#outlet, this.#part === '' ? part : `${this.#part}.${part}`);
  }

  #isWritten(level: LogLevel): boolean {
    const {tap, level: usual} = this.#outlet;
    return isAtLeast(level, tap?.levelOf(this.#part, usual) ?? usual);
  }

  #write(level: LogLevel, event: string, fields: LogFields = {}): void {
    const {logger, tap, clock} = this.#outlet;
    const isWritten = this.#isWritten(level);
    const isFollowed = tap?.wants(level, this.#part) ?? false;
    if (!isWritten && !isFollowed) return;
    const shown = printableFields(fields);
    const part = this.#part === '' ? {} : {part: this.#part};
    if (isWritten) logger[level]({...part, event, ...shown});
    if (!isFollowed) return;
    tap?.give({level, time: isoTime(clock.wallMs()), part: this.#part, event, fields: shown});
  }
}

/** The log of one daemon. */
export function createJsonLog({clock, level, destination, tap}: JsonLogOptions): Log {
  const logger = pino(
    {
      // Which parts write what is decided before, and changes while it runs.
      level: 'debug',
      base: null,
      customLevels: {notice: NOTICE},
      formatters: {level: name => ({level: name})},
      timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
    },
    destination ?? pino.destination({sync: true}),
  );
  return new JsonLog({logger, level, clock, tap});
}
