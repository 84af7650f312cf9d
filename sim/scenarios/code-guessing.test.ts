import test, {type ExecutionContext} from 'ava';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {DAY_MS, HOUR_MS} from '../../protocols/base/units.js';
import {codeDigits} from '../../protocols/credential/keypad-code.js';
import {asId, type BayId, type CollectorId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {codeRow, grantRow} from './credential-rows.js';
import {DecisionRig} from './decision-rig.js';

const LIVE = 20;
const WALL_MS = 1_790_000_000_000;
const MONTH_MS = 31 * DAY_MS;
const YEARS_MS = 10 * 365 * DAY_MS;

class Siege {
  readonly entropy = new SeededEntropy(11);
  readonly rig = new DecisionRig({entropy: this.entropy, hasStall: true});
  readonly codes: string[] = [];
  /** Instants of true time at which a guess was looked at. */
  readonly lookedAt: number[] = [];
  nowMs = 0;
  wallMs = WALL_MS;
  clock = this.#newClock();
  readonly #door: 1 | 9;

  /** At the collector C1, or at the stall of a bath. */
  constructor(door: 1 | 9 = 1) {
    this.#door = door;
  }

  async begin(): Promise<void> {
    this.rig.start(this.clock);
    const rows = [];
    for (let no = 1; no <= LIVE; no += 1) {
      const digits = this.#digits();
      this.codes.push(digits);
      rows.push(this.#right(no), codeRow(no, await this.rig.digestOf(digits)));
    }
    this.rig.apply(rows);
  }

  async wait(ms: number): Promise<void> {
    await this.clock.advance(ms);
    this.nowMs += ms;
  }

  /** Pull the plug and put it back; the clock on the wall comes back with whatever it likes. */
  reboot(isRight = false): void {
    this.rig.stop();
    const jumps = [0, DAY_MS, -DAY_MS, YEARS_MS, -YEARS_MS, 2 * HOUR_MS];
    const jumpMs = jumps[Math.floor(this.entropy.fraction() * jumps.length)] ?? 0;
    this.wallMs = WALL_MS + this.nowMs + (isRight ? 0 : jumpMs);
    this.rig.isSynchronised = isRight || this.entropy.fraction() < 0.5;
    this.clock = this.#newClock();
    this.rig.start(this.clock);
  }

  /** A guess; was it looked at? */
  async guess(): Promise<boolean> {
    const before = this.#wrong();
    await this.key(this.#digits());
    const isSeen = this.#wrong() > before;
    if (isSeen) this.lookedAt.push(this.nowMs);
    return isSeen;
  }

  key(digits: string): Promise<void> {
    return this.rig.key(this.#door, digits);
  }

  /** Until codes are looked at again at the door. */
  lockMs(): number {
    return Math.max(0, (this.#lockout?.lockedUntilMs ?? 0) - this.clock.nowMs());
  }

  #wrong(): number {
    return (this.#lockout?.fails ?? 0) * 1000 + (this.#lockout?.dayTries ?? 0);
  }

  get #lockout() {
    const id = asId<CollectorId>(this.#door === 1 ? 'C1' : 'B-9');
    return this.rig.run.runner.state.collectors.get(id)?.lockout;
  }

  #right(no: number) {
    const points = [asId<BayId>('B-9')];
    const shower = {kind: 'shower', points, budget: {fen: 1000, seconds: 1800}} as const;
    return grantRow(no, this.clock.wallMs(), this.#door === 1 ? {} : shower);
  }

  #digits(): string {
    const digits = codeDigits(LIVE);
    return `${Math.floor(this.entropy.fraction() * 10 ** digits)}`.padStart(digits, '0');
  }

  #newClock(): VirtualClock {
    return new VirtualClock({yieldTurn, wallMs: this.wallMs});
  }
}

/** Somebody guesses whenever he may, pulls the plug, and people with codes come by. */
async function month(t: ExecutionContext, siege: Siege): Promise<void> {
  t.teardown(() => siege.rig.remove());
  await siege.begin();
  t.is(siege.codes[0]?.length, 8);
  for (let round = 0; siege.nowMs < MONTH_MS; round += 1) {
    const isSeen = await siege.guess();
    if (isSeen && round % 10 === 0) {
      siege.reboot();
      const isLocked = siege.lockMs() > 0;
      t.is(await siege.guess(), !isLocked);
    }
    // People with codes come by, which forgives the wrong ones in a row.
    if (round % 5 === 0 && siege.lockMs() === 0) await siege.key(siege.codes[0] ?? '');
    await siege.wait(Math.max(1000, siege.lockMs()));
  }
  const tries = siege.lookedAt.length;
  t.true(tries > 300, `${tries} tries`);
  t.true((tries * LIVE) / 1e8 < 0.001, `${tries} tries`);
  for (const fromMs of siege.lookedAt) {
    const ofDay = siege.lookedAt.filter(ms => ms >= fromMs && ms < fromMs + DAY_MS).length;
    // 30, and then one each 10 min, of which each wrong one doubles the wait up to an hour.
    t.true(ofDay <= 60, `${ofDay} in a day`);
  }
  t.true(siege.rig.told('alarm').some(({body}) => body.kind === 'CODE_GUESSING'));
  siege.reboot(true);
  await siege.wait(siege.lockMs());
  await siege.key(siege.codes[3] ?? '');
}

test('G11 a month of guessing at one door with 20 live 8-digit codes, with reboots and set clocks between tries, succeeds with less than 0.1 %, and a day has its tries', async t => {
  const siege = new Siege();
  await month(t, siege);
  t.is(siege.rig.verdict, 'ALLOW', 'never a full stop: whoever waits for his turn is served');
});

test('~G11 a month of guessing at one stall of a bath, with power cuts between tries, succeeds with less than 0.1 % too', async t => {
  const siege = new Siege(9);
  await month(t, siege);
  // Its meter was never heard, so nobody bathes there; but the code is looked at.
  t.is(siege.rig.verdict, 'DEVICE_OFFLINE');
});

test('~G11 a start between two tries gives none back: neither the row of wrong ones nor the day', async t => {
  const siege = new Siege();
  t.teardown(() => siege.rig.remove());
  await siege.begin();
  for (let count = 0; count < 5; count += 1) {
    t.true(await siege.guess());
    siege.reboot();
  }
  t.is(siege.lockMs(), 90_000);
  for (let count = 0; count < 10; count += 1) {
    siege.reboot();
    t.false(await siege.guess());
  }
  await siege.wait(90_000);
  t.true(await siege.guess());
  t.is(siege.lockMs(), 180_000);
});
