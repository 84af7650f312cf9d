import {createRoute, z} from '@hono/zod-openapi';
import {type Api, addOperation, callerWith, needing, REFUSALS} from './api.js';
import type {Metrics} from './metrics.js';

const route = createRoute({
  ...{method: 'get', path: '/metrics', tags: ['health'], summary: 'Counts for Prometheus'},
  ...needing('platform:read'),
  responses: {
    ...REFUSALS,
    200: {description: 'Text format 0.0.4', content: {'text/plain': {schema: z.string()}}},
  },
});

export function addMetrics(api: Api, metrics: Metrics): void {
  addOperation(api, route, async context => {
    callerWith(context, 'platform:read');
    const {text, contentType} = await metrics.page();
    return context.body(text, 200, {'content-type': contentType});
  });
}
