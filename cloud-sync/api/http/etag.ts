import {z} from '@hono/zod-openapi';
import type {Context} from 'hono';
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
