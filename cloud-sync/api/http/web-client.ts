import {createHash} from 'node:crypto';
import {type Language, languageFrom, wantedLanguages} from '../../web/language.js';
import {DICTIONARIES} from '../../web/words/dictionaries.js';
import type {Api} from './api.js';
import {refuse} from './problem.js';
import {Refusal} from './refusals.js';
import {ENTRY, ICON, loadWebFiles, STYLES, type WebFiles} from './web-files.js';

const YEAR_S = 31_536_000;

/**
 * The client for tenants, lenders and bathers at `/app/`; with `?kiosk=SITE` the one for a lobby. Nothing
 * in it comes from elsewhere. `tenant`: of those who do not say another one. @see requirements P3, Q1, B3
 */
export function addWebClient(api: Api, tenant: string): void {
  let loaded: WebFiles | undefined;
  const files = () => {
    loaded ??= loadWebFiles();
    return loaded;
  };
  const pages = new Map<Language, Page>();
  api.get('/app', context => context.redirect('app/', 308));
  api.get('/app/', context => {
    const language = languageFrom(wantedLanguages(context.req.header('accept-language')));
    const page = pages.get(language) ?? pageOf(files(), {language, tenant});
    pages.set(language, page);
    const headers = {
      ...{'content-security-policy': page.policy, 'content-language': language},
      ...{etag: page.tag, 'cache-control': 'no-cache', vary: 'accept-language'},
      ...{'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin'},
    };
    const isKnown = context.req.header('if-none-match') === page.tag;
    return isKnown ? context.body(null, 304, headers) : context.html(page.text, 200, headers);
  });
  api.get('/app/:version/:path{.+}', context => {
    const {version, files: known} = files();
    const {version: asked, path} = context.req.param();
    const file = asked === version ? known.get(path ?? '') : undefined;
    if (!file) return refuse(context, new Refusal('not_found'));
    return context.body(file.bytes, 200, {
      ...{'content-type': file.type, 'cache-control': `public, max-age=${YEAR_S}, immutable`},
      'content-security-policy': "default-src 'none'",
    });
  });
}

interface Page {
  readonly text: string;
  readonly policy: string;
  readonly tag: string;
}

function pageOf(
  {version, files, libraries}: WebFiles,
  {language, tenant}: {readonly language: Language; readonly tenant: string},
): Page {
  const at = (path: string) => `./${version}/${path}`;
  const imports = Object.fromEntries(
    Object.entries(libraries).map(([name, path]) => [name, at(path)]),
  );
  const map = JSON.stringify({imports});
  const modules = [...files.keys()].filter(path => path.endsWith('.js') && path !== ENTRY);
  const {product, common} = DICTIONARIES[language];
  const text = `<!doctype html>
<html lang="${language}" data-tenant="${escaped(tenant)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${product}</title>
<link rel="icon" href="${at(ICON)}" type="image/svg+xml">
${STYLES.map(name => `<link rel="stylesheet" href="${at(name)}">`).join('\n')}
<script type="importmap">${map}</script>
${modules.map(path => `<link rel="modulepreload" href="${at(path)}">`).join('\n')}
<script type="module" src="${at(ENTRY)}"></script>
</head>
<body><div id="app"><p class="loading">${common.loading}</p></div></body>
</html>
`;
  return {text, policy: policyOf(map), tag: `"${sha256(text, 'hex').slice(0, 32)}"`};
}

/** Scripts are files of ours, and the one map of their names that this hash is of. */
function policyOf(map: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${sha256(map, 'base64')}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function sha256(text: string, as: 'hex' | 'base64'): string {
  return createHash('sha256').update(text).digest(as);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
