export type LogFields = Readonly<Record<string, unknown>>;

/** The log as both ends of the sync need it; one event, one line. */
export interface SyncLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
