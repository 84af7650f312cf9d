import {z} from '@hono/zod-openapi';
import type {Context, Next} from 'hono';
import {refused} from './api.js';
import {Refusal} from './refusals.js';

/** Header of an operation that changes what its caller has read. */
export const matchHeaders = z.object({
  'if-match': z
    .string()
    .optional()
    .openapi({param: {required: true, description: 'ETag of what you saw, or `*`'}}),
});

/** Refusals of such an operation. */
export const MATCH_REFUSALS = {
  412: refused('It has changed since you read it'),
  428: refused('If-Match is missing'),
} as const;

/** Header of an operation that shows something with its tag. */
export const knownHeaders = z.object({
  'if-none-match': z.string().optional().openapi({description: 'ETag of what you hold'}),
});

/** Its answer to who holds that already. */
export const KNOWN = {304: {description: 'It is what you hold'}} as const;

/** The strong tag of a version. */
export function tagOf(version: number | string): string {
  return `"${version}"`;
}

/**
 * Go on only when the caller has seen what is there.
 * @throws Refusal `precondition_missing`, or `precondition_failed` with the present tag in `ETag`
 */
export function assertMatch(context: Context, tag: string): void {
  const seen = context.req.header('if-match');
  if (seen === undefined) throw new Refusal('precondition_missing');
  const tags = seen.split(',').map(one => one.trim());
  if (tags.includes(tag) || tags.includes('*')) return;
  context.header('etag', tag);
  throw new Refusal('precondition_failed', {detail: 'Read it again, and put your change on top.'});
}

/** Who reads what he holds already gets its tag alone. */
export async function sparingKnown(context: Context, next: Next): Promise<void> {
  await next();
  const held = context.req.header('if-none-match');
  const etag = context.res.headers.get('etag');
  const isRead = context.req.method === 'GET' && context.res.status === 200;
  if (held === undefined || etag === null || !isRead) return;
  const tags = held.split(',').map(one => one.trim().replace(/^W\//, ''));
  if (!tags.includes(etag) && !tags.includes('*')) return;
  // Else the headers of the answer with a body would stay.
  context.res = undefined;
  context.res = new Response(null, {status: 304, headers: {etag}});
}
