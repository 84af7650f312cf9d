import type {Context} from 'hono';
import {bodyLimit} from 'hono/body-limit';
import {HTTPException} from 'hono/http-exception';
import {routePath} from 'hono/route';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';
import {type Api, type ApiContext, newApi} from './api.js';
import type {Callers} from './callers.js';
import {clientAddress, type TrustedProxies} from './client-address.js';
import {addDescriptions} from './descriptions.js';
import {sparingKnown} from './etag.js';
import {addHealth, addHealthReport, type HealthReport} from './health.js';
import {addEnrolment, type IdentityRoutes} from './identity-routes.js';
import type {Metrics} from './metrics.js';
import {addMetrics} from './metrics-route.js';
import {isOpenPath} from './open-paths.js';
import {problem, refuse} from './problem.js';
import {assertReadable} from './readable.js';
import {Refusal} from './refusals.js';
import {type RequestLimits, socketAddressOf} from './request-limits.js';
import {isSiteConfigPath, MAX_SITE_BODY_BYTES} from './site-config-routes.js';
import {traceOf} from './trace.js';

export interface CloudApiOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly entropy: Entropy;
  readonly callers: Callers;
  readonly limits: RequestLimits;
  readonly metrics: Metrics;
  /** Only these are believed who asks through them. Left out: nobody is. */
  readonly trustedProxies?: TrustedProxies | undefined;
  /** Left out: this cloud enrols nobody. */
  readonly identity?: IdentityRoutes | undefined;
  /** Why nothing can be taken at this moment, in a few words for anybody; undefined: all is well. */
  readonly notReady: () => Promise<string | undefined>;
  readonly health: () => Promise<HealthReport>;
}

const MAX_BODY_BYTES = 32 * 1024;
/** What needs a key, beside everything below `/v1`. */
const KEYED = ['/v1/*', '/healthz', '/metrics'] as const;

/**
 * The frame of the HTTP interface for people and integrators: who asks, how often, what no part may ever see,
 * errors, health, descriptions. Whoever adds routes does it behind this. Gateways speak MQTT.
 * @see ecosystem.md 3.1
 */
export function cloudApi(options: CloudApiOptions): Api {
  const {limits, identity, notReady, health, metrics} = options;
  const app = newApi();
  addRecords(app, options);
  addHealth(app, notReady);
  app.use('*', limits.byAddress);
  addDescriptions(app);
  for (const path of KEYED) app.use(path, (context, next) => identified(context, next, options));
  const [usual, siteFile] = [limited(MAX_BODY_BYTES), limited(MAX_SITE_BODY_BYTES)];
  app.use('/v1/*', (context, next) =>
    isSiteConfigPath(context.req.path) ? siteFile(context, next) : usual(context, next),
  );
  app.use('/v1/*', async (context, next) => {
    await assertReadable(context);
    await next();
  });
  app.use('/v1/*', sparingKnown);
  addHealthReport(app, health);
  addMetrics(app, metrics);
  if (identity) addEnrolment(app, identity);
  app.notFound(context => refuse(context, new Refusal('not_found')));
  app.onError((error, context) => refuse(context, refusalOf(error, context, options)));
  return app;
}

/** Each request gets an id and a trace, each answer is counted. */
function addRecords(app: Api, {clock, entropy, metrics, trustedProxies}: CloudApiOptions): void {
  app.use('*', async (context, next) => {
    const sinceMs = clock.nowMs();
    const requestId = entropy.ulid();
    const forwardedFor = context.req.header('x-forwarded-for');
    const socket = socketAddressOf(context);
    context.set('address', clientAddress(socket, forwardedFor, trustedProxies));
    context.set('requestId', requestId);
    context.set('traceparent', traceOf(context.req.header('traceparent'), requestId));
    await next();
    context.header('request-id', requestId);
    context.header('x-content-type-options', 'nosniff');
    const path = routePath(context, -1);
    const route = path.endsWith('*') ? 'none' : path;
    const tookMs = clock.nowMs() - sinceMs;
    metrics.answered({method: context.req.method, route, status: context.res.status, tookMs});
  });
}

/** Who asks, unless the path is one that anybody may ask. */
async function identified(
  context: ApiContext,
  next: () => Promise<void>,
  {callers, limits}: CloudApiOptions,
): Promise<Response | undefined> {
  const header = context.req.header('authorization');
  const isOpen = isOpenPath(context.req.path);
  if (header !== undefined) {
    const caller = await callers.of(header);
    if (caller) {
      limits.countKey(`${caller.tenant} ${caller.id}`);
      context.set('caller', caller);
    } else {
      limits.countWrongKey(context);
    }
  }
  if (isOpen || context.get('caller')) {
    await next();
    return undefined;
  }
  context.header('www-authenticate', 'Bearer');
  return refuse(context, new Refusal('unauthorized'));
}

function refusalOf(error: Error, context: Context, {log}: CloudApiOptions): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof HTTPException) {
    if (error.status === 415) return new Refusal('unsupported_media_type');
    if (error.status === 413) return new Refusal('body_too_large');
    const errors = [{pointer: '#', detail: 'the body cannot be read'}];
    return new Refusal('invalid', {errors});
  }
  log.error('request.failed', {path: context.req.path, why: errorText(error)});
  const isAway = error instanceof StoreError && error.code !== 'store/failed';
  return new Refusal(isAway ? 'unavailable' : 'internal');
}

function limited(maxSize: number) {
  const title = `Body over ${maxSize / 1024} KB`;
  const onError = (context: Context) =>
    problem(context, {status: 413, code: 'body_too_large', title});
  return bodyLimit({maxSize, onError});
}
