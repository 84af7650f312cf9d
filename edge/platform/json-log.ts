import {type Logger, pino} from 'pino';
import type {Clock} from '../../protocols/base/clock.js';
import type {Log, LogFields, LogLevel, LogWrite} from './log.js';
import {printableFields} from './log-fields.js';

/** Between pino's info (30) and warn (40). */
const NOTICE = 35;

type NoticeLogger = Logger<'notice'>;

export interface JsonLogOptions {
  readonly clock: Clock;
  /** Lowest level that is written. */
  readonly level: LogLevel;
  /** Where lines go; standard output, written at once, when left out. */
  readonly destination?: {write(line: string): void};
}

/** Log as JSON lines: `level`, `time`, `part`, `event`, then the event's own values. */
class JsonLog implements Log {
  readonly #logger: NoticeLogger;
  readonly #part: string;
  readonly info: LogWrite = (event, fields) => this.#write('info', event, fields);
  readonly notice: LogWrite = (event, fields) => this.#write('notice', event, fields);
  readonly warn: LogWrite = (event, fields) => this.#write('warn', event, fields);
  readonly error: LogWrite = (event, fields) => this.#write('error', event, fields);
  readonly fatal: LogWrite = (event, fields) => this.#write('fatal', event, fields);

  constructor(logger: NoticeLogger, part = '') {
    this.#logger = logger;
    this.#part = part;
  }

  debug(event: string, fields?: () => LogFields): void {
    if (this.#logger.isLevelEnabled('debug')) this.#write('debug', event, fields?.());
  }

  child(part: string): Log {
    return new JsonLog(this.#logger, this.#part === '' ? part : `${this.#part}.${part}`);
  }

  #write(level: LogLevel, event: string, fields: LogFields = {}): void {
    if (!this.#logger.isLevelEnabled(level)) return;
    const part = this.#part === '' ? {} : {part: this.#part};
    this.#logger[level]({...part, event, ...printableFields(fields)});
  }
}

/** The log of one daemon. */
export function createJsonLog({clock, level, destination}: JsonLogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      customLevels: {notice: NOTICE},
      formatters: {level: name => ({level: name})},
      timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
    },
    destination ?? pino.destination({sync: true}),
  );
  return new JsonLog(logger);
}
