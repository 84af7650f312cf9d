import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {type Browser, chromium, type Page} from 'playwright-core';
import type {Ends} from './cloud-process.js';

/** The three kinds of terminals. @see requirements P3 */
export const TERMINALS = [
  {name: 'phone', width: 390, height: 844, hasTouch: true},
  {name: 'tablet', width: 820, height: 1180, hasTouch: true},
  {name: 'computer', width: 1440, height: 900, hasTouch: true},
] as const;
export type Terminal = (typeof TERMINALS)[number];

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const LIMIT_MS = 8000;

/** One Chromium that reaches this machine and nothing else. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

export interface Visitor {
  readonly page: Page;
  /** Errors of scripts, refusals of the policy, and whatever was asked of elsewhere. */
  readonly troubles: readonly string[];
}

/** Somebody with a fresh browser before a terminal. */
export async function visit(
  t: Ends,
  browser: Browser,
  url: string,
  {terminal, path = '/app/', locale = 'en'}: {terminal: Terminal; path?: string; locale?: string},
): Promise<Visitor> {
  const {width, height, hasTouch} = terminal;
  const context = await browser.newContext({viewport: {width, height}, hasTouch, locale});
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const troubles: string[] = [];
  page.on('pageerror', error => troubles.push(String(error)));
  page.on('console', message => {
    // That something was refused is an answer, and not a fault of the page.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) troubles.push(message.text());
  });
  page.on('request', request => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) {
      troubles.push(request.url());
    }
  });
  await page.goto(`${url}${path}`);
  return {page, troubles};
}

/** What axe finds that keeps somebody out: each rule with the elements that break it. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const {axe} = globalThis as unknown as {
      readonly axe: {
        run(): Promise<{
          readonly violations: readonly {
            readonly id: string;
            readonly impact: string;
            readonly nodes: readonly {readonly target: readonly unknown[]}[];
          }[];
        }>;
      };
    };
    const {violations} = await axe.run();
    return violations
      .filter(({impact}) => impact === 'serious' || impact === 'critical')
      .map(({id, nodes}) => `${id}: ${nodes.map(({target}) => target.join(' ')).join(', ')}`);
  });
}

/** By how much the page is wider than the screen. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
