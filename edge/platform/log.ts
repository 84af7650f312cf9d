/** In rising order; `notice` is what an operator should see though nothing needs mending. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Values that explain an event. Secrets are hidden by the names of their fields. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one event: a short stable name such as `lock.offline`, and its values. */
export type LogWrite = (event: string, fields?: LogFields) => void;

/**
 * Structured log, one line an event, written where the event is handled and only there. Everything
 * above `edge/platform` is handed one; nothing reaches for a global.
 */
export interface Log {
  /** Wire and state transitions; `fields` is called only when somebody listens. */
  debug(event: string, fields?: () => LogFields): void;
  readonly info: LogWrite;
  readonly notice: LogWrite;
  readonly warn: LogWrite;
  readonly error: LogWrite;
  readonly fatal: LogWrite;
  /** A log for one part, named below this one: `runtime.line-1.L-A-001`. */
  child(part: string): Log;
}
