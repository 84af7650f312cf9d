import {concatBytes} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';

/** Largest value of one field: its length is one byte. */
const MAX_VALUE_BYTES = 255;

/** The fields of a received message by tag. Unknown tags stay in and disturb nobody. */
export type Fields = ReadonlyMap<number, Uint8Array>;

/**
 * One field: tag, length, value.
 * @throws CodecMisuse `codec/field` when the value has more than 255 bytes.
 */
export function field(tag: number, value: Uint8Array): Uint8Array {
  if (value.length > MAX_VALUE_BYTES) {
    throw new CodecMisuse('codec/field', `field ${tag}: ${value.length} bytes, at most 255`, {tag});
  }
  return concatBytes(Uint8Array.of(tag, value.length), value);
}

/** Split a message body; undefined when a field runs past the end or comes twice. */
export function readFields(body: Uint8Array): Fields | undefined {
  const fields = new Map<number, Uint8Array>();
  let at = 0;
  while (at < body.length) {
    const tag = body[at] ?? 0;
    const end = at + 2 + (body[at + 1] ?? MAX_VALUE_BYTES);
    if (end > body.length || fields.has(tag)) return undefined;
    fields.set(tag, body.slice(at + 2, end));
    at = end;
  }
  return fields;
}

/** Big-endian unsigned 32-bit value as 4 bytes. @throws CodecMisuse `codec/field` when it does not fit. */
export function uint32Bytes(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new CodecMisuse('codec/field', `${value} has no 32 bits`);
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** The same read back; undefined unless there are exactly 4 bytes. */
export function readUint32(value: Uint8Array | undefined): number | undefined {
  if (value?.length !== 4) return undefined;
  return new DataView(value.buffer, value.byteOffset).getUint32(0);
}

/** The one byte of a field; undefined unless there is exactly one. */
export function readByte(value: Uint8Array | undefined): number | undefined {
  return value?.length === 1 ? value[0] : undefined;
}

/** UTF-8 without a byte-order mark; undefined when it is missing or malformed. */
export function readText(value: Uint8Array | undefined): string | undefined {
  if (!value) return undefined;
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(value);
  } catch {
    // The decoder can say "not UTF-8" only by throwing.
    return undefined;
  }
}

/** UTF-8 of a text. */
export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
