import type {Context} from 'hono';
import {Refusal} from './refusals.js';

/** No body that we know is nested deeper than half of it. */
const MAX_DEPTH = 32;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:$|[;\s])/i;

/**
 * Refuse, before any schema is asked, what no part of this program may ever see: control characters in the
 * address, a body that is no UTF-8 or no JSON, nested without measure, with a text that a database does not
 * store as it came (NUL, half a surrogate pair), or with the one key that changes an object itself.
 * @throws Refusal `not_found`, `invalid`
 */
export async function assertReadable(context: Context): Promise<void> {
  if (hasControl(context.req.path)) throw new Refusal('not_found');
  for (const [name, values] of Object.entries(context.req.queries())) {
    if (hasControl(name) || values.some(hasControl)) {
      throw unreadable('#', 'a query has no control characters');
    }
  }
  if (!JSON_TYPE.test(context.req.header('content-type') ?? '')) return;
  const bytes = await context.req.arrayBuffer();
  if (bytes.byteLength === 0) return;
  const flaw = flawOf(parse(bytes));
  if (flaw !== undefined) throw unreadable('#', flaw);
}

function unreadable(pointer: string, detail: string): Refusal {
  return new Refusal('invalid', {errors: [{pointer, detail}]});
}

function parse(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
  } catch {
    throw unreadable('#', 'the body is no JSON in UTF-8');
  }
}

/** Without recursion: depth is what it looks for. */
function flawOf(body: unknown): string | undefined {
  const waiting = [{value: body, depth: 1}];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const {value, depth} = next;
    if (typeof value === 'string' && !isStorable(value)) return 'a text holds NUL or half a letter';
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH}`;
    for (const [key, member] of Object.entries(value)) {
      if (key === '__proto__' || !isStorable(key)) return 'a key that no object may have';
      waiting.push({value: member, depth: depth + 1});
    }
  }
  return undefined;
}

/** Is it text that both databases keep as it came? */
export function isStorable(text: string): boolean {
  return !/[\0\p{Cs}]/u.test(text);
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
