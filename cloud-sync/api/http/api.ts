import {type Hook, OpenAPIHono, type RouteConfig, z} from '@hono/zod-openapi';
import type {Context, Env} from 'hono';
import type {Caller, Scope} from './caller.js';
import {invalid} from './problem.js';
import {Refusal} from './refusals.js';

export interface ApiEnv extends Env {
  readonly Variables: {
    /** Absent on paths that need no key. */
    caller: Caller;
    requestId: string;
  };
}

/** The interface under construction: each area adds its routes. */
export type Api = OpenAPIHono<ApiEnv>;
export type ApiContext = Context<ApiEnv>;

const refuseInvalid: Hook<unknown, ApiEnv, string, unknown> = (result, context) =>
  result.success ? undefined : invalid(context, result.error as unknown as z.ZodError);

export function newApi(): Api {
  return new OpenAPIHono<ApiEnv>({defaultHook: refuseInvalid as never});
}

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    instance: z.string(),
    errors: z.array(z.object({pointer: z.string(), detail: z.string()})).optional(),
  })
  .openapi('Problem');

const refused = (description: string) => ({
  description,
  content: {'application/problem+json': {schema: problemSchema}},
});

/** The refusals that any operation may give. */
export const REFUSALS = {
  401: refused('No key, or a wrong one'),
  403: refused('Not with this key'),
  404: refused('No such thing at this tenant'),
  409: refused('It clashes with something'),
  422: refused('The request is not valid'),
  429: refused('Too many requests'),
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
