import {decodeGbk} from '../text/gbk.js';

/** What came of reading somebody's JSON: the value, or where it is wrong and how, for a person. */
export type Read<Value> =
  | {readonly kind: 'ok'; readonly value: Value}
  | {readonly kind: 'bad'; readonly where: string; readonly why: string};

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Bytes of a camera as JSON. Some write UTF-8, some GBK, and some end their text with `0A 00` and let a
 * picture follow: the text ends at the first zero.
 * @see device notes 5.1
 */
export function readJson(bytes: Uint8Array): Read<unknown> {
  const end = bytes.indexOf(0);
  const text = textOf(end < 0 ? bytes : bytes.subarray(0, end));
  if (text === undefined) return bad('body', 'is neither UTF-8 nor GBK');
  try {
    return {kind: 'ok', value: JSON.parse(text)};
  } catch {
    return bad('body', `is no JSON: ${text.slice(0, 40)}`);
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    return decodeGbk(bytes);
  }
}

export function bad(where: string, why: string): {kind: 'bad'; where: string; why: string} {
  return {kind: 'bad', where, why};
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Walk into nested objects; undefined where there is none. */
export function within(value: unknown, path: readonly string[]): unknown {
  let inner = value;
  for (const key of path) {
    if (!isObject(inner) || !Object.hasOwn(inner, key)) return undefined;
    inner = inner[key];
  }
  return inner;
}

/** A whole number, also where it was written as text. */
export function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
