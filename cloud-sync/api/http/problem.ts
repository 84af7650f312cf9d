import type {Context} from 'hono';
import type {ContentfulStatusCode} from 'hono/utils/http-status';
import type {z} from 'zod';
import {CATALOGUE, type Refusal} from './refusals.js';

export interface Problem {
  readonly status: ContentfulStatusCode;
  /** Stable word of the error catalogue. */
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly {readonly pointer: string; readonly detail: string}[];
}

/** An error as `application/problem+json`. @see RFC 9457 */
export function problem(context: Context, {code, ...rest}: Problem): Response {
  const request = {instance: context.req.path, requestId: context.get('requestId')};
  const body = {type: `urn:latchkey:error:${code}`, ...rest, ...request, code};
  return context.body(JSON.stringify(body), rest.status, {
    'content-type': 'application/problem+json',
  });
}

export function refuse(context: Context, {code, details}: Refusal): Response {
  const [status, title] = CATALOGUE[code];
  const {retryAfterS, ...rest} = details;
  if (retryAfterS !== undefined) context.header('retry-after', String(retryAfterS));
  return problem(context, {status, code, title, ...rest});
}

/** What a schema found wrong, each place as a JSON pointer. */
export function invalid(context: Context, error: z.ZodError): Response {
  return problem(context, {
    status: 422,
    code: 'invalid',
    title: 'The request is not valid',
    errors: error.issues.map(issue => ({
      pointer: `#/${issue.path.join('/')}`,
      detail: issue.message,
    })),
  });
}
