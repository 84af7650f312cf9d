import type {z} from 'zod';

/** A message larger than this on the wire is refused by both ends. @see sync.md 7, payload */
export const MAX_PAYLOAD_BYTES = 65_536;
/** A deflated message may not unfold beyond this, whatever it claims. */
export const MAX_UNFOLDED_BYTES = 4 * 1024 * 1024;

const JSON_CONTENT = 1;
const DEFLATED_JSON_CONTENT = 2;
const LINES_CONTENT = 3;
const DEFLATED_LINES_CONTENT = 4;
/** Below this, deflate costs more than it saves. */
const DEFLATE_FROM_BYTES = 1024;

/** Raw deflate, level 1, handed in: this layer compresses nothing itself. */
export interface Compressor {
  deflate(plain: Uint8Array): Uint8Array;
  /** Undefined when the bytes are no deflate stream or unfold beyond `maxBytes`. */
  inflate(packed: Uint8Array, maxBytes: number): Uint8Array | undefined;
}

export type PayloadFault =
  | 'empty'
  | 'too_large'
  | 'content_byte'
  | 'inflate'
  | 'utf8'
  | 'json'
  | 'schema';

export type DecodedPayload<Value> =
  /** `raw` is the JSON before the schema dropped unknown keys: what a signature covers. */
  | {readonly ok: true; readonly value: Value; readonly raw: unknown}
  /** `where` is the path of the first offending key, empty outside `schema`. */
  | {readonly ok: false; readonly fault: PayloadFault; readonly where: string};

/**
 * Encode one message: content byte, then JSON in UTF-8 (1) or the same deflated (2), whichever is
 * smaller. Returns undefined when the result exceeds `MAX_PAYLOAD_BYTES`: the caller sends less.
 * @see sync.md 7, content byte
 */
export function encodePayload(value: unknown, compressor: Compressor): Uint8Array | undefined {
  return packed(JSON.stringify(value), [JSON_CONTENT, DEFLATED_JSON_CONTENT], compressor);
}

/** The same for a message of several lines (3, or 4 deflated): a JSON object, then texts that hold no
 *  line break, which its schema finds as `lines`. */
export function encodeLines(
  lines: readonly string[],
  compressor: Compressor,
): Uint8Array | undefined {
  return packed(lines.join('\n'), [LINES_CONTENT, DEFLATED_LINES_CONTENT], compressor);
}

/** The first half of `encodeLines`, for who deflates elsewhere meanwhile: what is to be deflated. */
export function plainLines(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\n'));
}

/** The second half: the message, from `plain` and the same deflated, if it was. */
export function framedLines(
  plain: Uint8Array,
  deflated: Uint8Array | undefined,
): Uint8Array | undefined {
  return framed(plain, deflated, [LINES_CONTENT, DEFLATED_LINES_CONTENT]);
}

function packed(
  text: string,
  contents: readonly [number, number],
  compressor: Compressor,
): Uint8Array | undefined {
  const plain = new TextEncoder().encode(text);
  const deflated = plain.length < DEFLATE_FROM_BYTES ? undefined : compressor.deflate(plain);
  return framed(plain, deflated, contents);
}

function framed(
  plain: Uint8Array,
  deflated: Uint8Array | undefined,
  [plainContent, deflatedContent]: readonly [number, number],
): Uint8Array | undefined {
  const smaller = deflated !== undefined && deflated.length < plain.length;
  const content = smaller ? deflated : plain;
  if (content.length + 1 > MAX_PAYLOAD_BYTES) return undefined;
  const payload = new Uint8Array(content.length + 1);
  payload[0] = smaller ? deflatedContent : plainContent;
  payload.set(content, 1);
  return payload;
}

/**
 * Decode and check one message. Never throws: whatever the network delivers, the answer is a value.
 * @see sync.md 7, content byte
 */
export function decodePayload<Value>(
  payload: Uint8Array,
  schema: z.ZodType<Value>,
  compressor: Compressor,
): DecodedPayload<Value> {
  if (payload.length === 0) return faulty('empty');
  if (payload.length > MAX_PAYLOAD_BYTES) return faulty('too_large');
  const plain = unfold(payload, compressor);
  if (typeof plain === 'string') return faulty(plain);
  const text = decodeUtf8(plain);
  if (text === undefined) return faulty('utf8');
  const json = isLines(payload) ? parseLines(text) : parseJson(text);
  if (!json) return faulty('json');
  const checked = schema.safeParse(json.value);
  if (checked.success) return {ok: true, value: checked.data, raw: json.value};
  return faulty('schema', checked.error.issues[0]?.path.join('.') ?? '');
}

function faulty(fault: PayloadFault, where = ''): {ok: false; fault: PayloadFault; where: string} {
  return {ok: false, fault, where};
}

function isLines(payload: Uint8Array): boolean {
  return payload[0] === LINES_CONTENT || payload[0] === DEFLATED_LINES_CONTENT;
}

function unfold(payload: Uint8Array, compressor: Compressor): Uint8Array | PayloadFault {
  const content = payload.subarray(1);
  switch (payload[0]) {
    case JSON_CONTENT:
    case LINES_CONTENT:
      return content;
    case DEFLATED_JSON_CONTENT:
    case DEFLATED_LINES_CONTENT:
      return compressor.inflate(content, MAX_UNFOLDED_BYTES) ?? 'inflate';
    default:
      return 'content_byte';
  }
}

const REPLACEMENT = '\ufffd';

function decodeUtf8(bytes: Uint8Array): string | undefined {
  // Several times as fast as a strict decoder, which is asked only where something may be wrong.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  if (!text.includes(REPLACEMENT)) return text;
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseLines(text: string): {readonly value: unknown} | undefined {
  const [first = '', ...lines] = text.split('\n');
  const head = parseJson(first);
  return head && {value: {...(head.value as object), lines}};
}

function parseJson(text: string): {readonly value: unknown} | undefined {
  try {
    return {value: JSON.parse(text)};
  } catch {
    return undefined;
  }
}
