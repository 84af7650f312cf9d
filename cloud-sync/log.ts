export type LogFields = Readonly<Record<string, unknown>>;
export type LogWrite = (event: string, fields?: LogFields) => void;

/** The log as both ends of the sync need it: one event, one line, under a short stable name. */
export interface SyncLog {
  /** `fields` is called only when somebody listens. */
  debug(event: string, fields?: () => LogFields): void;
  readonly info: LogWrite;
  readonly warn: LogWrite;
  readonly error: LogWrite;
}
