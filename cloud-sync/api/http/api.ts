import {type Hook, OpenAPIHono, type RouteConfig, type RouteHandler, z} from '@hono/zod-openapi';
import type {Context, Env} from 'hono';
import type {Caller, Scope} from './caller.js';
import {invalid, refuse} from './problem.js';
import {Refusal} from './refusals.js';

export interface ApiEnv extends Env {
  readonly Variables: {
    /** Of who asks; undefined: he asks from within this process. */
    address: string | undefined;
    /** Absent on paths that need no key. */
    caller: Caller;
    requestId: string;
    /** W3C trace context of this request; made here when none came. */
    traceparent: string;
  };
}

/** The interface under construction: each area adds its routes. */
export type Api = OpenAPIHono<ApiEnv>;
export type ApiContext = Context<ApiEnv>;
/** What the handler of a route is given: `req.valid()` knows the route's schemas. */
export type OperationContext<Route extends RouteConfig> = Parameters<
  RouteHandler<Route, ApiEnv>
>[0];

/** An id that no path can hold is an id that is not there. */
const refuseInvalid: Hook<unknown, ApiEnv, string, unknown> = (result, context) => {
  if (result.success) return undefined;
  return result.target === 'param'
    ? refuse(context, new Refusal('not_found'))
    : invalid(context, result.error as unknown as z.ZodError);
};

export function newApi(): Api {
  return new OpenAPIHono<ApiEnv>({defaultHook: refuseInvalid as never});
}

/** Add an operation whose answer is made by `shown`, by the writer or by a refusal. */
export function addOperation<Route extends RouteConfig>(
  api: Api,
  route: Route,
  handle: (context: OperationContext<Route>) => Response | Promise<Response>,
): void {
  api.openapi(route, handle as never);
}

const problemSchema = z
  .object({
    type: z.string().openapi({example: 'urn:latchkey:error:not_found'}),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({description: 'Stable word of the error catalogue'}),
    detail: z.string().optional(),
    instance: z.string(),
    requestId: z.string().optional(),
    errors: z
      .array(z.object({pointer: z.string(), detail: z.string()}))
      .optional()
      .openapi({description: 'Each wrong place as a JSON pointer'}),
  })
  .openapi('Problem');

/** An answer that says no. */
export const refused = (description: string) => ({
  description,
  content: {'application/problem+json': {schema: problemSchema}},
});

/** The refusals that any operation may give. */
export const REFUSALS = {
  400: refused('The request cannot be read, or Idempotency-Key is missing'),
  401: refused('No key, or a wrong one'),
  403: refused('Not with this key'),
  404: refused('No such thing at this tenant'),
  409: refused('It clashes with something'),
  413: refused('The body is too large'),
  415: refused('The body is of another content type'),
  422: refused('The request is not valid'),
  429: refused('Too many requests: see Retry-After'),
  503: refused('The database is away'),
} as const;

/** The answer of an operation. */
export function shown<Schema extends z.ZodType>(schema: Schema, description: string) {
  return {description, content: {'application/json': {schema}}};
}

/** The body of a request. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return {content: {'application/json': {schema}}, required: true};
}

/** Headers of an operation that is done once: `RequestWriter` looks at them. */
export const onceHeaders = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({
      ...{minLength: 1, maxLength: 128, pattern: '^[!-~]+$'},
      param: {
        required: true,
        description: 'The same key and request again get the same answer, for 72 h',
      },
    }),
});

/** Mark in the description what a key needs for it. */
export function needing(scope: Scope): Pick<RouteConfig, 'security'> {
  return {security: [{bearer: [scope]}]};
}

/** Who asks, when he may. @throws Refusal `unauthorized`, `forbidden` */
export function callerWith(context: ApiContext, scope: Scope): Caller {
  const caller: Caller | undefined = context.get('caller');
  if (!caller) throw new Refusal('unauthorized');
  if (!caller.scopes.has(scope)) throw new Refusal('forbidden', {detail: `needs ${scope}`});
  return caller;
}
