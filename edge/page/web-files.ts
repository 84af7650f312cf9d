import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {DICTIONARIES} from '../words/dictionaries.js';
import {type Dictionary, LANGUAGES, type Language} from '../words/dictionary.js';
import type {StaffMember} from './view.js';

/** The browser's files are served as they lie in the source tree: they need no build step. */
const WEB = new URL('../../../edge/page/web/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const IMPORTED = /\b(?:from|import)\s*["']([\w@/-]+)["']/g;
const MAP_LINE = /^\/\/# sourceMappingURL=.*$/m;

export interface WebFile {
  readonly type: string;
  readonly text: string;
}

/** All files beside the page itself, and the two libraries that they import; read once. */
export function loadWebFiles(): ReadonlyMap<string, WebFile> {
  const files = new Map<string, WebFile>();
  for (const name of readdirSync(fileURLToPath(WEB))) {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    if (type) files.set(name, {type, text: readFileSync(new URL(name, WEB), 'utf8')});
  }
  const waiting = [...files.values()].flatMap(({text}) => importedBy(text));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const served = servedAs(name);
    if (files.has(served)) continue;
    const text = readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8');
    files.set(served, {type: TYPES.js ?? '', text: text.replace(MAP_LINE, '')});
    waiting.push(...importedBy(text));
  }
  return files;
}

/** Packages that a module imports by their names. */
function importedBy(text: string): readonly string[] {
  return [...text.matchAll(IMPORTED)].map(([, name = '']) => name);
}

function servedAs(library: string): string {
  return `lib-${library.replaceAll('/', '-')}.js`;
}

export interface PageSetup {
  readonly language: Language;
  readonly staff: readonly StaffMember[];
  readonly hasLogIn: boolean;
}

/** The page, and what a browser may do with it. */
export interface BoardPage {
  readonly text: string;
  readonly policy: string;
}

/** Where the page waits for what only the server knows. */
const PLACES = /<!-- (map|files) -->/g;
const SETUP_PLACE = /(id="setup">)\s*null\s*(<)/;

/** The page with what its script needs inside: words and names; nothing that lets anybody act. */
export function makeBoardPage(setup: PageSetup): BoardPage {
  const words = Object.fromEntries(
    LANGUAGES.map(language => [language, wordsOf(DICTIONARIES[language])]),
  );
  const files = loadWebFiles();
  const libraries = [...files.values()].flatMap(({text}) => importedBy(text));
  const imports = Object.fromEntries(libraries.map(name => [name, `/web/${servedAs(name)}`]));
  const map = JSON.stringify({imports});
  const scripts = [...files.keys()].filter(name => name.endsWith('.js'));
  const parts: Readonly<Record<string, string>> = {
    map: `<script type="importmap">${map}</script>`,
    // Fetched at once, and not one after the other as they are found.
    files: scripts.map(name => `<link rel="modulepreload" href="/web/${name}">`).join('\n    '),
  };
  const data = JSON.stringify({...setup, words}).replaceAll('<', '\\u003c');
  const html = readFileSync(new URL('board.html', WEB), 'utf8');
  return {
    text: html
      .replace(PLACES, (_, place: string) => parts[place] ?? '')
      .replace(SETUP_PLACE, (_, before: string, after: string) => before + data + after),
    policy: policyOf(map),
  };
}

/** Scripts are files of ours, and the one map of their names that this hash is of. */
function policyOf(map: string): string {
  const digest = createHash('sha256').update(map).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${digest}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Screens come from the posts as they are, so only plain words go to the browser. */
function wordsOf({screens: _, ...words}: Dictionary): Omit<Dictionary, 'screens'> {
  return words;
}
