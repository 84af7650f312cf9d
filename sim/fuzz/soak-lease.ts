import type {LotInput} from '../../edge/domain/lot/contract.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {asId, type BayId, type PersonId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {DecisionRig} from '../scenarios/decision-rig.js';
import {LeaseBay} from './lease-bay.js';
import {LeaseLaws} from './lease-laws.js';
import {LeaseOffice} from './lease-office.js';
import {LeasePeople} from './lease-people.js';

export interface LeaseSoakOptions {
  readonly days: number;
  readonly posts: number;
  readonly baysEach: number;
  readonly seed: number;
}

/** Tuesday, 3 March 2026, 09:00 in Shanghai. */
const NINE = 1_772_499_600_000;
const GUARD_LOOKS_MS = 15 * MINUTE_MS;
const WANG = asId<PersonId>('wang');

/**
 * A leased lot through its days: tenants with keys and QR codes, pairs issued anew, extensions, overtime, tenants
 * who are moved, and meanwhile detectors that flap, deaf locks, cut lines, an internet that goes, a gateway that
 * starts anew. No arm may rise under a car, and no bay may have two tenants. What decides is real, with its store on
 * a disk; a detector that surely says "empty" over a car is no part of it: nobody could know.
 */
export async function soakLease(
  options: LeaseSoakOptions,
  tell: (line: string) => void = () => {},
) {
  const lot = new LeaseLot(options);
  const {findings, laws} = lot;
  lot.begin();
  for (let day = 1; day <= options.days && findings.length === 0; day += 1) {
    await lot.advance(DAY_MS);
    tell(`day ${day}: ${laws.passed} passed, ${findings.length} failed`);
  }
  await lot.end();
  const {opened, overtime} = laws.stays;
  return {
    ...{days: options.days, bays: options.posts * options.baysEach, seed: options.seed},
    ...{stays: opened, overtime, raises: lot.raises, ...lot.people.counts, ...lot.counts},
    ...{passed: laws.passed, failed: findings.length, findings},
  };
}

/** The ground, the gateway on it, and what goes wrong there. */
class LeaseLot {
  readonly people: LeasePeople;
  readonly laws: LeaseLaws;
  readonly counts = {flaps: 0, deafLocks: 0, lineCuts: 0, internetCuts: 0, restarts: 0};
  readonly #clock = new VirtualClock({yieldTurn, wallMs: NINE});
  readonly #entropy: SeededEntropy;
  readonly #bays = new Map<BayId, LeaseBay>();
  readonly #office: LeaseOffice;
  readonly #rig: DecisionRig;
  #isUp = false;
  #isOver = false;

  constructor({posts, baysEach, seed}: LeaseSoakOptions) {
    this.#entropy = new SeededEntropy(seed);
    for (let number = 1; number <= posts * baysEach; number += 1) {
      const id = asId<BayId>(`A-${`${number}`.padStart(3, '0')}`);
      const feed = (input: LotInput) => {
        if (this.#isUp) this.#rig.run.runner.dispatch(input);
      };
      this.#bays.set(id, new LeaseBay({id, clock: this.#clock, feed}));
    }
    this.#rig = new DecisionRig({
      ...{entropy: new SeededEntropy(seed + 1), profile: 'parkLease', size: {posts, baysEach}},
      ground: {
        sense: bay => this.#bay(bay).sense(),
        perform: effect => {
          if (effect.kind !== 'lockCommand') return;
          this.#bay(effect.bay).obey(effect.command, effect.actuation, effect.tryNo);
        },
      },
    });
    this.#office = new LeaseOffice(
      () => this.#rig,
      () => this.#isUp,
      this.#entropy,
    );
    this.laws = new LeaseLaws(this.#bays);
    this.people = new LeasePeople({
      ...{clock: this.#clock, entropy: this.#entropy, office: this.#office, laws: this.laws},
      ...{bays: [...this.#bays.values()], baysEach, rig: this.#rig},
      isUp: () => this.#isUp,
    });
  }

  get findings(): readonly string[] {
    return this.laws.findings;
  }

  get raises(): number {
    return [...this.#bays.values()].reduce((sum, {raises}) => sum + raises, 0);
  }

  begin(): void {
    this.#start();
    this.people.begin();
    this.#every(GUARD_LOOKS_MS, () => this.#guard());
    for (const bay of this.#bays.values()) {
      this.#nowAndThen(2 * DAY_MS, () => this.#flap(bay));
      this.#nowAndThen(4 * DAY_MS, () => this.#deafen(bay));
    }
    this.#nowAndThen(DAY_MS, () => this.#cutLine());
    this.#nowAndThen(DAY_MS, () => this.#restart());
    this.#nowAndThen(2 * DAY_MS, () => this.#cutInternet());
  }

  advance(byMs: number): Promise<void> {
    return this.#clock.advance(byMs);
  }

  /** Everybody drives home and everything is mended: then all bays are closed, and nobody's. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.people.isOver = true;
    if (!this.#isUp) this.#start();
    this.#office.isOnline = true;
    for (const bay of this.#bays.values()) {
      bay.isDeaf = false;
      if (bay.isCut) bay.cut(false);
      if (bay.car !== undefined) bay.leave();
    }
    for (let look = 0; look < 3; look += 1) {
      await this.advance(10 * MINUTE_MS);
      this.#guard();
    }
    this.laws.look(this.#rig);
    for (const {id, arm, raisedUnderCar} of this.#bays.values()) {
      this.laws.check(raisedUnderCar === 0, `${id}: an arm rose under a car`);
      this.laws.check(arm === 'up', `${id}: ${arm} at the end`);
    }
    const left = this.laws.open.map(({bay, phase}) => `${bay} ${phase}`);
    this.laws.check(left.length === 0, `stays that never ended: ${left.join(', ')}`);
    this.#isUp = false;
    this.#rig.remove();
  }

  #bay(id: BayId): LeaseBay {
    return this.#bays.get(id) as LeaseBay;
  }

  #start(): void {
    this.#rig.start(this.#clock);
    this.#isUp = true;
    for (const bay of this.#bays.values()) bay.found();
    this.#office.tell();
    this.people.disturb();
  }

  /** The power goes, after a commit whose orders reach no wire any more. */
  #restart(): void {
    if (!this.#isUp) return;
    this.counts.restarts += 1;
    this.#rig.isCut = this.#entropy.fraction() < 0.5;
    this.#clock.timer('off', 2000, () => {
      if (!this.#isUp || this.#isOver) {
        this.#rig.isCut = false;
        return;
      }
      this.laws.look(this.#rig);
      this.#isUp = false;
      this.#rig.stop();
      this.#clock.timer('on', this.#between(5000, 10 * MINUTE_MS), () => {
        if (!this.#isUp && !this.#isOver) this.#start();
      });
    });
  }

  #flap(bay: LeaseBay): void {
    this.counts.flaps += 1;
    this.people.disturb(bay);
    bay.flap();
  }

  #deafen(bay: LeaseBay): void {
    this.counts.deafLocks += 1;
    this.people.disturb(bay);
    bay.isDeaf = true;
    this.#clock.timer('hears', this.#between(MINUTE_MS, 20 * MINUTE_MS), () => {
      bay.isDeaf = false;
      this.people.disturb(bay);
    });
  }

  #cutLine(): void {
    this.counts.lineCuts += 1;
    const bays = [...this.#bays.values()].filter(() => this.#entropy.fraction() < 0.3);
    for (const bay of bays.filter(({isCut}) => !isCut)) {
      bay.cut(true);
      this.people.disturb(bay);
      this.#clock.timer('line', this.#between(MINUTE_MS, 15 * MINUTE_MS), () => {
        if (bay.isCut) bay.cut(false);
        this.people.disturb(bay);
      });
    }
  }

  #cutInternet(): void {
    this.counts.internetCuts += 1;
    this.#office.isOnline = false;
    this.#clock.timer('internet', this.#between(10 * MINUTE_MS, 6 * HOUR_MS), () => {
      this.#office.isOnline = true;
      if (this.#isUp) this.#office.tell();
    });
  }

  /** Answers every call, and closes what stands open for nobody. */
  #guard(): void {
    if (!this.#isUp) return;
    const {runner, clock} = this.#rig.run;
    // Its machine follows a time server.
    clock.hearSystem(true);
    for (const alarm of [...runner.state.alarms.keys()]) {
      for (const action of ['acknowledge', 'close'] as const) {
        runner.dispatch({kind: 'alarmAction', alarm, action, person: WANG, reason: 'looked'});
      }
    }
    for (const {config, session} of [...runner.state.bays.values()]) {
      const bay = this.#bay(config.id);
      if (session || bay.car !== undefined || bay.arm === 'up') continue;
      const by = {kind: 'person', person: WANG, reason: 'stands open'} as const;
      runner.dispatch({kind: 'order', bay: config.id, desired: 'up', by});
    }
  }

  #every(ms: number, act: () => void): void {
    this.#clock.timer('round', ms, () => {
      if (this.#isOver) return;
      act();
      this.#every(ms, act);
    });
  }

  /** About once in `meanMs`. */
  #nowAndThen(meanMs: number, act: () => void): void {
    const ms = Math.max(MINUTE_MS, -Math.log(1 - this.#entropy.fraction()) * meanMs);
    this.#clock.timer('mishap', ms, () => {
      if (this.#isOver) return;
      act();
      this.#nowAndThen(meanMs, act);
    });
  }

  #between(from: number, to: number): number {
    return from + this.#entropy.fraction() * (to - from);
  }
}
