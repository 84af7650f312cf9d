import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Api} from './api.js';
import {asyncApi} from './async-api.js';
import {openApiOf} from './open-api.js';
import {refuse} from './problem.js';
import {CATALOGUE, Refusal} from './refusals.js';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Latchkey API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<body><div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;
const START = `SwaggerUIBundle({url: 'openapi.json', dom_id: '#swagger-ui', validatorUrl: null});\n`;

/** Nothing from outside, and no script that stands in the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI sizes its icons by style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SCRIPT = 'text/javascript; charset=utf-8';
const ASSETS: Readonly<Record<string, {readonly type: string; readonly read: () => Buffer}>> = {
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    read: () => fileOf(import.meta.resolve('swagger-ui-dist/swagger-ui.css')),
  },
  'swagger-ui-bundle.js': {
    type: SCRIPT,
    read: () => fileOf(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js')),
  },
  'start.js': {type: SCRIPT, read: () => Buffer.from(START)},
};

/** What describes the interface, for anybody: machines, and people without a line to the outside. */
export function addDescriptions(api: Api): void {
  const openApi = once(() => JSON.stringify(openApiOf(api)));
  const messages = once(() => JSON.stringify(asyncApi()));
  const json = {'content-type': 'application/json'};
  api.get('/openapi.json', context => context.body(openApi(), 200, json));
  api.get('/asyncapi.json', context => context.body(messages(), 200, json));
  api.get('/errors', context =>
    context.json({
      errors: Object.entries(CATALOGUE).map(([code, [status, title]]) => ({
        ...{type: `urn:latchkey:error:${code}`, code, status, title},
      })),
    }),
  );
  api.get('/docs', context => context.html(PAGE, 200, {'content-security-policy': POLICY}));
  const assets = new Map<string, Uint8Array<ArrayBuffer>>();
  api.get('/docs/:file', context => {
    const name = context.req.param('file');
    const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
    if (!asset) return refuse(context, new Refusal('not_found'));
    const bytes = assets.get(name) ?? new Uint8Array(asset.read());
    assets.set(name, bytes);
    return context.body(bytes, 200, {
      ...{'content-type': asset.type, 'cache-control': 'public, max-age=3600'},
      'content-security-policy': POLICY,
    });
  });
}

function fileOf(url: string): Buffer {
  return readFileSync(fileURLToPath(url));
}

/** Made when it is asked for first: all areas are there by then. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
