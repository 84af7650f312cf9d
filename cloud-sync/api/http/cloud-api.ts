import type {Context} from 'hono';
import {bodyLimit} from 'hono/body-limit';
import type {Entropy} from '../../../protocols/base/clock.js';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';
import {type Api, newApi} from './api.js';
import type {Callers} from './callers.js';
import {addEnrolment, type IdentityRoutes} from './identity-routes.js';
import {problem, refuse} from './problem.js';
import {Refusal} from './refusals.js';
import {isSiteConfigPath, MAX_SITE_BODY_BYTES} from './site-config-routes.js';

export interface CloudApiOptions {
  readonly log: SyncLog;
  readonly entropy: Entropy;
  readonly callers: Callers;
  /** Left out: this cloud enrols nobody. */
  readonly identity?: IdentityRoutes | undefined;
  /** Why nothing can be taken at this moment, in a few words for anybody; undefined: all is well. */
  readonly notReady: () => Promise<string | undefined>;
}

const MAX_BODY_BYTES = 32 * 1024;

/**
 * The frame of the HTTP interface for people and integrators: health, who asks, limits, errors. Whoever
 * adds routes does it behind this. Gateways speak MQTT. @see ecosystem.md 3.1
 */
export function cloudApi(options: CloudApiOptions): Api {
  const {log, entropy, callers, identity, notReady} = options;
  const app = newApi();
  app.use('*', async (context, next) => {
    context.set('requestId', entropy.ulid());
    await next();
    context.header('request-id', context.get('requestId'));
  });
  app.get('/livez', context => context.text('ok'));
  app.get('/readyz', async context => {
    const why = await notReady();
    return why === undefined ? context.text('ok') : context.text(`not ready: ${why}`, 503);
  });
  app.use('/v1/enroll', limited(MAX_BODY_BYTES));
  if (identity) addEnrolment(app, identity);
  app.use('/v1/*', async (context, next) => {
    const caller = await callers.of(context.req.header('authorization'));
    if (caller) {
      context.set('caller', caller);
      await next();
      return;
    }
    context.header('www-authenticate', 'Bearer');
    return refuse(context, new Refusal('unauthorized'));
  });
  const [usual, siteFile] = [limited(MAX_BODY_BYTES), limited(MAX_SITE_BODY_BYTES)];
  app.use('/v1/*', (context, next) =>
    isSiteConfigPath(context.req.path) ? siteFile(context, next) : usual(context, next),
  );
  app.notFound(context => refuse(context, new Refusal('not_found')));
  app.onError((error, context) => {
    if (error instanceof Refusal) return refuse(context, error);
    log.error('request.failed', {path: context.req.path, why: errorText(error)});
    const isAway = error instanceof StoreError && error.code !== 'store/failed';
    return refuse(context, new Refusal(isAway ? 'unavailable' : 'internal'));
  });
  return app;
}

function limited(maxSize: number) {
  const title = `Body over ${maxSize / 1024} KB`;
  const onError = (context: Context) =>
    problem(context, {status: 413, code: 'body_too_large', title});
  return bodyLimit({maxSize, onError});
}
