/** What a thrown error carries besides its text: values a person needs to mend it. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Base of every error this project throws. `code` is `layer/what` (`port/locked`), stable, listed in
 * the README. Expected refusals (card unknown, bay occupied) are returned values and never come here.
 */
export class EdgeError extends Error {
  readonly code: string;
  readonly context: ErrorContext;

  constructor(code: string, message: string, context: ErrorContext = {}, cause?: unknown) {
    super(`${message} [${code}]`, cause === undefined ? undefined : {cause});
    this.name = new.target.name;
    this.code = code;
    this.context = context;
  }
}

/** Our own encoder or decoder was called with what it can never take. */
export class CodecMisuse extends EdgeError {}
/** A port or line is gone, locked, missing or refused. */
export class LinkError extends EdgeError {}
/** A device answered, and the answer means that it cannot do its work. */
export class DeviceError extends EdgeError {}
/** The database refused, is not ours, is full or damaged. */
export class StoreError extends EdgeError {}
/** The cloud side or the contract with it. */
export class SyncError extends EdgeError {}
/** The configuration is wrong; `message` lists every place. */
export class ConfigError extends EdgeError {}
/** The caller broke a documented rule of ours. */
export class UsageError extends EdgeError {}
/** A bug of this project: a state that cannot be. */
export class InternalError extends EdgeError {}

/** Narrow an unknown thrown value to a readable sentence. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Compile-time proof that a switch is exhaustive; throws when a value slips in at run time. */
export function unreachable(value: never, where: string): never {
  throw new InternalError('internal/unreachable', `${where}: unexpected ${JSON.stringify(value)}`);
}
