import {isDeepStrictEqual} from 'node:util';
import type {PageDevice, PageState} from '../../edge/page/view.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {codeDigest} from '../../edge/runtime/devices/code-digest.js';
import {fromHex} from '../../protocols/base/bytes.js';
import {UsageError} from '../../protocols/base/errors.js';
import {asId} from '../../protocols/site/ids.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {rest, until} from '../real/peer-process.js';
import {Rs485Line} from '../wire/rs485-line.js';
import type {JournalRow} from './desk.js';
import type {Guest} from './guest.js';
import {BAUD_RATE, LOCK_UNIT, SCANNER, SECRET_KEY} from './hardware-site.js';
import type {Check} from './run-checks.js';

/** Generous: the guest has one processor, and that is a program on a machine with other work. */
const BOOT_LIMIT_MS = 180_000;
const CHANGE_LIMIT_MS = 60_000;
/** A second event for the same code would be there by then. */
const SETTLE_MS = 2000;
/** Between two looks: each is work for the guest. */
const LOOK_EVERY_MS = 300;
const ENOUGH_POLLS = 5;
const FIRST_CODE = 'lk-2026-10482';
const SECOND_CODE = 'lk-2026-7731';

/** What is proven of a daemon with a real keyboard and a real serial adapter, in this order. */
export class Checks {
  readonly list: readonly Check[] = [
    {name: 'the daemon runs in the guest', run: () => this.#boots()},
    {
      name: 'the lock is polled over a real USB serial adapter and is well',
      run: () => this.#isPolled(),
    },
    {
      name: 'a code typed by a real USB keyboard is one code event',
      run: () => this.#hears(FIRST_CODE),
    },
    {name: 'the keyboard is pulled out: the scanner is offline', run: () => this.#losesKeyboard()},
    {
      name: 'the keyboard is plugged in again: the next code arrives',
      run: () => this.#regainsKeyboard(),
    },
    {name: 'the adapter is pulled out: the line is down', run: () => this.#losesAdapter()},
    {name: 'the adapter is plugged in again: polls come back', run: () => this.#regainsAdapter()},
    {name: 'one and the same daemon has lived through it all', run: () => this.#hasLived()},
  ];
  readonly #guest: Guest;
  readonly #line: Rs485Line;

  constructor(guest: Guest) {
    this.#guest = guest;
    const clock = new SystemClock();
    this.#line = new Rs485Line({
      ...{clock, entropy: new SystemEntropy(clock), farEnd: guest.line, baudRate: BAUD_RATE},
    });
    this.#line.attach(new ParkingLock({clock, unit: LOCK_UNIT}));
  }

  close(): void {
    this.#line.close();
  }

  async #boots(): Promise<void> {
    const {started} = this.#daemon();
    await this.#until('daemon.running', () => started() > 0, BOOT_LIMIT_MS);
  }

  async #isPolled(): Promise<void> {
    const before = this.#polls();
    await this.#seen('the lock answers and its arm is up', isLockWell);
    await this.#until('polls on the wire', () => this.#polls() >= before + ENOUGH_POLLS);
  }

  async #hears(code: string): Promise<void> {
    await this.#seen('the scanner is there', state => scannerOf(state)?.health === 'ok');
    const bytes = new TextEncoder().encode(code);
    const before = (await this.#guest.desk.journal()).length;
    await this.#guest.type(code);
    // Every look costs the guest its one processor: nobody looks while it is typed at.
    await rest(SETTLE_MS);
    const heard = async () => (await this.#guest.desk.journal()).slice(before);
    await this.#until('the code is in the journal', async () => (await heard()).length > 0);
    await rest(SETTLE_MS);
    const digest = codeDigest(fromHex(SECRET_KEY))(bytes);
    const wanted: JournalRow = {
      device: asId(SCANNER),
      event: 'code',
      data: {digest, length: bytes.length},
    };
    const rows = await heard();
    if (!isDeepStrictEqual(rows, [wanted])) {
      const text = `wanted ${JSON.stringify(wanted)} once, the journal has ${JSON.stringify(rows)}`;
      throw new UsageError('hardware/code', text);
    }
    await this.#seen(
      'the page says so',
      state => scannerOf(state)?.reading.includes(`${bytes.length} bytes`) === true,
    );
  }

  async #losesKeyboard(): Promise<void> {
    await this.#guest.unplugKeyboard();
    await this.#seen('the scanner is offline', state => scannerOf(state)?.health === 'offline');
  }

  async #regainsKeyboard(): Promise<void> {
    await this.#guest.replugKeyboard();
    await this.#hears(SECOND_CODE);
  }

  async #losesAdapter(): Promise<void> {
    await this.#guest.unplugAdapter();
    await this.#seen('the line is down', ({lines}) => lines.every(({state}) => state === 'down'));
  }

  async #regainsAdapter(): Promise<void> {
    const before = this.#polls();
    await this.#guest.replugAdapter();
    await this.#until('polls on the wire', () => this.#polls() >= before + ENOUGH_POLLS);
    await this.#seen('the lock answers again', isLockWell);
  }

  async #hasLived(): Promise<void> {
    await Promise.resolve();
    const {started, ended} = this.#daemon();
    if (started() !== 1 || ended() !== 0) {
      throw new UsageError('hardware/daemon', `${started()} starts, ${ended()} ends`);
    }
  }

  #daemon() {
    const count = (text: string) => this.#guest.console.split(text).length - 1;
    return {
      started: () => count('"event":"daemon.running"'),
      ended: () => count('the daemon ended with'),
    };
  }

  /** Requests that the line has heard. */
  #polls(): number {
    return this.#line.log.entries.filter(({direction}) => direction === 'toDevices').length;
  }

  #seen(what: string, is: (state: PageState) => boolean): Promise<void> {
    return this.#until(what, async () => {
      const state = await this.#guest.desk.state();
      return state !== undefined && is(state);
    });
  }

  async #until(
    what: string,
    condition: () => boolean | Promise<boolean>,
    limitMs = CHANGE_LIMIT_MS,
  ): Promise<void> {
    const look = async () => {
      if (this.#guest.isOver) throw new UsageError('hardware/guest', 'the guest is gone');
      if (await condition()) return true;
      await rest(LOOK_EVERY_MS);
      return false;
    };
    await until(what, look, limitMs);
  }
}

function isLockWell({bays, lines}: PageState): boolean {
  return (
    lines.every(({state}) => state === 'ok') &&
    bays.every(({health, arm}) => health === 'ok' && arm === 'up')
  );
}

function scannerOf({devices}: PageState): PageDevice | undefined {
  return devices.find(({id}) => id === SCANNER);
}
