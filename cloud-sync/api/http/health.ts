import {createRoute, z} from '@hono/zod-openapi';
import {type Api, addOperation, callerWith, needing, REFUSALS, shown} from './api.js';

/** How the parts of the cloud are, for those who run it. */
export interface HealthReport {
  readonly database: {readonly ok: boolean; readonly kind: string; readonly why: string | null};
  readonly broker: {readonly ok: boolean; readonly kind: string};
  readonly ingest: {readonly ok: boolean};
  readonly gateways: {readonly known: number; readonly online: number};
  /** Refused messages by kind. */
  readonly dropped: Readonly<Record<string, number>>;
}

const part = z.object({ok: z.boolean()});
const healthSchema = z
  .object({
    ok: z.boolean(),
    database: part.extend({kind: z.string(), why: z.string().nullable()}),
    broker: part.extend({kind: z.string()}),
    ingest: part,
    gateways: z.object({known: z.int(), online: z.int()}),
    dropped: z.record(z.string(), z.int()),
  })
  .openapi('Health');

const plain = (description: string) => ({
  description,
  content: {'text/plain': {schema: z.string()}},
});

const livez = createRoute({
  ...{method: 'get', path: '/livez', tags: ['health'], summary: 'Is the process up?'},
  responses: {200: plain('It is')},
});

const readyz = createRoute({
  ...{method: 'get', path: '/readyz', tags: ['health'], summary: 'Can it take anything?'},
  responses: {200: plain('It can'), 503: plain('It cannot, and why, in a few words')},
});

const healthz = createRoute({
  ...{method: 'get', path: '/healthz', tags: ['health'], summary: 'How is each part?'},
  ...needing('platform:read'),
  responses: {
    ...REFUSALS,
    200: shown(healthSchema, 'Each part; no secrets'),
    503: shown(healthSchema, 'Some part is not well'),
  },
});

/** Health for anybody; `notReady` says why nothing can be taken at this moment, undefined: all is well. */
export function addHealth(api: Api, notReady: () => Promise<string | undefined>): void {
  addOperation(api, livez, context => context.text('ok'));
  addOperation(api, readyz, async context => {
    const why = await notReady();
    return why === undefined ? context.text('ok') : context.text(`not ready: ${why}`, 503);
  });
}

export function addHealthReport(api: Api, report: () => Promise<HealthReport>): void {
  addOperation(api, healthz, async context => {
    callerWith(context, 'platform:read');
    const parts = await report();
    const ok = parts.database.ok && parts.broker.ok && parts.ingest.ok;
    return context.json({ok, ...parts}, ok ? 200 : 503);
  });
}
