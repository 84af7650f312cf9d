import {readFileSync} from 'node:fs';
import {DICTIONARIES} from '../words/dictionaries.js';
import {type Dictionary, LANGUAGES, type Language} from '../words/dictionary.js';
import type {StaffMember} from './view.js';

/** The browser's files are served as they lie in the source tree: they need no build step. */
const WEB = new URL('../../../edge/page/web/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

export interface WebFile {
  readonly type: string;
  readonly text: string;
}

const NAMES = ['page.css', 'page.js', 'alarm-sound.js', 'elements.js', 'reason-dialog.js'] as const;

/** Where the page waits for its setup. */
const SETUP_PLACE = /(id="setup">)\s*null\s*(<)/;

/** All files beside the page itself, read once. */
export function loadWebFiles(): ReadonlyMap<string, WebFile> {
  return new Map(
    NAMES.map(name => {
      const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain';
      return [name, {type, text: readFileSync(new URL(name, WEB), 'utf8')}];
    }),
  );
}

export interface PageSetup {
  readonly token: string;
  readonly language: Language;
  readonly staff: readonly StaffMember[];
}

/** The page with what its script needs inside: words, names and the token of this start. */
export function renderPage(setup: PageSetup): string {
  const words = Object.fromEntries(
    LANGUAGES.map(language => [language, wordsOf(DICTIONARIES[language])]),
  );
  const data = JSON.stringify({...setup, words}).replaceAll('<', '\\u003c');
  const html = readFileSync(new URL('page.html', WEB), 'utf8');
  return html.replace(SETUP_PLACE, (_, before: string, after: string) => before + data + after);
}

/** Screens come from the posts as they are, so only plain words go to the browser. */
function wordsOf({screens: _, ...words}: Dictionary): Omit<Dictionary, 'screens'> {
  return words;
}
