import test from 'ava';
import type {Browser, Page} from 'playwright-core';
import {openBrowser, overflow, seriousFaults, TERMINALS, visit} from './web-browser.js';
import {type HousePerson, PASSWORD, WebHouse} from './web-house.js';

let browser: Browser;
let house: WebHouse;
const ends: (() => unknown)[] = [];

test.before(async () => {
  house = await WebHouse.open({teardown: end => void ends.push(end)});
  browser = await openBrowser();
});

test.after.always(async () => {
  await browser?.close();
  for (const end of ends.reverse()) await end();
});

async function signIn(page: Page, {phone}: HousePerson): Promise<void> {
  await page.getByRole('link', {name: 'Sign in'}).click();
  await page.getByLabel('Phone number').fill(phone);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('link', {name: 'Account'}).waitFor();
}

test.serial(
  'Q1 tenant and lender both list bays on a phone; only the lender sees "publish"',
  async t => {
    const lender = await house.person('林立', ['lender']);
    const tenant = await house.person('陈安', ['tenant']);
    await house.bay('Q-001', lender, {});
    for (const [person, isLender] of [
      [tenant, false],
      [lender, true],
    ] as const) {
      const {page, troubles} = await visit(t, browser, house.url, {terminal: TERMINALS[0]});
      await page.getByRole('link', {name: 'Riverside lot'}).click();
      await page.locator('[data-bay="Q-001"]').waitFor();
      await signIn(page, person);
      await page.getByRole('link', {name: 'Riverside lot'}).click();
      await page.locator('[data-bay="Q-001"]').waitFor();
      t.deepEqual(await seriousFaults(page), []);
      t.true((await overflow(page)) <= 0);
      const publish = page.getByRole('link', {name: 'Publish'});
      if (isLender) await publish.waitFor();
      t.is(await publish.count(), isLender ? 1 : 0);
      t.deepEqual(troubles, []);
    }
  },
);
