import type {Browser, Page as Tab} from 'playwright-core';
import {FixtureCalls} from '../../edge/page/fixture-calls.js';
import {FixtureLot, STAFF} from '../../edge/page/fixture-lot.js';
import {memoryShelf} from '../../edge/page/fixture-shelf.js';
import {type Page, startPage} from '../../edge/page/page-server.js';
import {StaffDesk} from '../../edge/page/staff/staff-desk.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {stretchCode} from '../../edge/platform/stretch.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import type {Ends} from './cloud-process.js';

const PIN = '471903';
const LIMIT_MS = 8000;

export interface Screen {
  readonly width: number;
  readonly height: number;
  /** Of a picture, to keep its file small. */
  readonly scale?: number;
}

export const DESK: Screen = {width: 1440, height: 900};
export const PHONE: Screen = {width: 390, height: 844};
export const WALL: Screen = {width: 1920, height: 1080};

/** The board of a site whose calls and bays are what a test says, behind a real port. */
export class BoardRig {
  readonly clock = new SystemClock();
  readonly calls = new FixtureCalls(() => this.clock.nowMs());
  readonly lot = new FixtureLot(this.calls);
  readonly desk = new StaffDesk({
    ...{staff: STAFF, store: memoryShelf(), clock: this.clock, site: 'lot-1'},
    ...{entropy: new SystemEntropy(this.clock), stretch: stretchCode},
  });
  #page: Page | undefined;
  #port = 0;

  static async open(t: Ends): Promise<BoardRig> {
    const rig = new BoardRig();
    rig.lot.change({alarms: []});
    await rig.start();
    t.teardown(() => rig.stop());
    return rig;
  }

  get url(): string {
    return this.#page?.url ?? '';
  }

  async start(): Promise<void> {
    this.#page = await startPage({
      ...{host: '127.0.0.1', port: this.#port, clock: this.clock, token: 'real-token'},
      ...{log: {info() {}, warn() {}}, view: this.lot, actions: this.lot},
      ...{staff: STAFF, desk: this.desk, language: 'en' as const},
    });
    this.#port = Number(new URL(this.#page.url).port);
  }

  /** The gateway is gone until `start`. */
  async stop(): Promise<void> {
    await this.#page?.close();
    this.#page = undefined;
  }
}

export interface Board {
  readonly tab: Tab;
  /** Errors of scripts, refusals of the policy, and whatever was asked of elsewhere. */
  readonly troubles: readonly string[];
}

/** A fresh browser before a board. */
export async function standBefore(
  t: Ends,
  browser: Browser,
  url: string,
  {scale: deviceScaleFactor = 1, ...viewport}: Screen = DESK,
): Promise<Board> {
  const context = await browser.newContext({viewport, deviceScaleFactor, locale: 'en'});
  t.teardown(() => context.close());
  const tab = await context.newPage();
  tab.setDefaultTimeout(LIMIT_MS);
  const troubles: string[] = [];
  tab.on('pageerror', error => troubles.push(String(error)));
  tab.on('console', message => {
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) troubles.push(message.text());
  });
  tab.on('request', request => {
    const isOwn = request.url().startsWith(url) || request.url().startsWith('data:');
    if (!isOwn) troubles.push(request.url());
  });
  await tab.goto(url);
  return {tab, troubles};
}

/** Come in by the first PIN, as somebody does who was just given a code. */
export async function logIn(
  tab: Tab,
  desk: StaffDesk,
  name: string,
  person: string,
): Promise<void> {
  await tab.getByRole('button', {name: 'Log in', exact: true}).click();
  await tab.getByRole('button', {name: 'First PIN'}).click();
  await tab.getByLabel('Name').selectOption({label: name});
  await tab.getByLabel('One-time code, 8 digits').fill(desk.giveCode(person) ?? '');
  await tab.getByLabel('New PIN, 6 to 12 digits').fill(PIN);
  await tab.getByLabel('New PIN once more').fill(PIN);
  await tab.locator('.login form button.main').click();
  await tab.locator('.person', {hasText: name}).waitFor();
}

/** What sounds there now, and whether it can be heard. */
export function soundOf(tab: Tab): Promise<string> {
  return tab.evaluate(() => document.documentElement.dataset.sound ?? '');
}
