import {toHex} from '../../protocols/base/bytes.js';
import {EdgeError} from '../../protocols/base/errors.js';
import type {LogFields} from './log.js';

const HIDDEN = '[hidden]';
const MAX_DEPTH = 6;

/** Fields with these names never leave the process, at any depth and in any case. */
const SECRET_NAMES = new Set(
  ['key', 'keys', 'keyHex', 'secret', 'secretHex', 'secretKey', 'privateKey', 'proof']
    .concat(['password', 'token', 'authorization'])
    .map(name => name.toLowerCase()),
);

function printable(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return toHex(value);
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return printableError(value, depth);
  if (Array.isArray(value)) return value.map(part => printable(part, depth + 1));
  const shown: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    shown[name] = SECRET_NAMES.has(name.toLowerCase()) ? HIDDEN : printable(part, depth + 1);
  }
  return shown;
}

function printableError(error: Error, depth: number): LogFields {
  const {message, stack, cause} = error;
  const known = error instanceof EdgeError ? {code: error.code, context: error.context} : {stack};
  const reason = cause === undefined ? {} : {cause: printable(cause, depth + 1)};
  return {message, ...(printable(known, depth + 1) as LogFields), ...reason};
}

/** `fields` as JSON can hold them: bytes in hex, errors unfolded, secrets hidden. */
export function printableFields(fields: LogFields): LogFields {
  return printable(fields, 0) as LogFields;
}
