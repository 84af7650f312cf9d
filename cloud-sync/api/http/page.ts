import {z} from '@hono/zod-openapi';
import type {Context} from 'hono';
import {isStorable} from './readable.js';
import {Refusal} from './refusals.js';

/** No list gives more at once. */
export const MAX_PAGE = 200;
const USUAL_PAGE = 50;

/** Query of every list: where to go on, and how many. */
export const pageQuery = z.object({
  cursor: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional()
    .openapi({description: '`nextCursor` of the page before; says nothing to anybody else'}),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(USUAL_PAGE),
});

/** Where a row stands in the order of its list: time and id, or id alone. */
export type Place = readonly (string | number)[];

/** Next to the rows of a page; null at its end. */
export const nextCursorSchema = z.string().nullable();

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
}

/**
 * The place that a cursor names; undefined at the beginning. A cursor is checked like any other input:
 * it is no secret and nobody's right.
 * @throws Refusal `invalid` for what is no cursor of this list
 */
export function placeFrom<Found extends Place>(
  cursor: string | undefined,
  shape: z.ZodType<Found>,
): Found | undefined {
  if (cursor === undefined) return undefined;
  const read = shape.safeParse(parsed(Buffer.from(cursor, 'base64url').toString('utf8')));
  const isOurs = read.success && cursorOf(read.data) === cursor && read.data.every(isKeepable);
  if (isOurs) return read.data;
  const errors = [{pointer: '#/cursor', detail: 'is no cursor of this list'}];
  throw new Refusal('invalid', {errors});
}

/**
 * A page from one row more than it may have, which tells whether there is another. Names that one in the
 * `Link` header too. @see RFC 8288
 */
export function pageOf<Row>(
  context: Context,
  rows: readonly Row[],
  {limit, placeOf}: {readonly limit: number; readonly placeOf: (row: Row) => Place},
): Page<Row> {
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return {rows, nextCursor: null};
  const nextCursor = cursorOf(placeOf(last));
  const url = new URL(context.req.url);
  url.searchParams.set('cursor', nextCursor);
  context.header('link', `<${url.pathname}${url.search}>; rel="next"`);
  return {rows: rows.slice(0, limit), nextCursor};
}

export function cursorOf(place: Place): string {
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');
}

/** What it holds has not passed where texts of a request are looked at. */
function isKeepable(part: string | number): boolean {
  return typeof part === 'number' || isStorable(part);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
