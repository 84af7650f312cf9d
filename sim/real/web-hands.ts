import type {Locator, Page} from 'playwright-core';
import {DeviceError} from '../../protocols/base/errors.js';

/** How somebody uses a page. */
export interface Hands {
  press(target: Locator): Promise<void>;
  write(target: Locator, text: string): Promise<void>;
  /** A time of day, `00:00`. */
  writeTime(target: Locator, text: string): Promise<void>;
}

/** With a finger. */
export const TOUCH: Hands = {
  press: target => target.tap(),
  write: async (target, text) => {
    await target.tap();
    await target.fill(text);
  },
  writeTime: (target, text) => target.fill(text),
};

const MOST_STOPS = 150;

/** With the keys alone: forward from element to element, as somebody does who has no other way. */
export function keyboardOf(page: Page): Hands {
  const reach = async (target: Locator) => {
    await target.waitFor();
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      if (await target.evaluate(element => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new DeviceError('real/page', `no key leads to ${target}`);
  };
  return {
    press: async target => {
      await reach(target);
      const isTick = (await target.getAttribute('type')) === 'checkbox';
      await page.keyboard.press(isTick ? 'Space' : 'Enter');
    },
    write: async (target, text) => {
      await reach(target);
      await page.keyboard.press('Control+a');
      await page.keyboard.type(text);
    },
    writeTime: async (target, text) => {
      await reach(target);
      const [hours = 0, minutes = 0] = text.split(':').map(Number);
      const hour = String(hours % 12 || 12).padStart(2, '0');
      await page.keyboard.type(
        `${hour}${String(minutes).padStart(2, '0')}${hours < 12 ? 'AM' : 'PM'}`,
      );
    },
  };
}
