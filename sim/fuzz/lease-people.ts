import {errorText} from '../../protocols/base/errors.js';
import {HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {asId, type BayId, type CollectorId} from '../../protocols/site/ids.js';
import type {SeededEntropy} from '../clock/seeded-entropy.js';
import type {VirtualClock} from '../clock/virtual-clock.js';
import type {DecisionRig} from '../scenarios/decision-rig.js';
import type {LeaseBay} from './lease-bay.js';
import type {LeaseLaws} from './lease-laws.js';
import type {Lease, LeaseOffice} from './lease-office.js';

export interface LeasePeopleOptions {
  readonly clock: VirtualClock;
  readonly entropy: SeededEntropy;
  readonly office: LeaseOffice;
  readonly laws: LeaseLaws;
  readonly rig: DecisionRig;
  /** In the order of their numbers. */
  readonly bays: readonly LeaseBay[];
  readonly baysEach: number;
  readonly isUp: () => boolean;
}

/** What is shown; all but `right` is good for nothing. */
type Showing = 'right' | 'dead' | 'altered' | 'elsewhere' | 'guess';

/** For so long after a trouble of its bay nobody can say what a right credential must get. */
const UNREST_MS = 10 * MINUTE_MS;

/** Who comes so short a time before his beginning is let in when that is there. */
const SOON_MS = 6 * SECOND_MS;

/** Tenants of a leased lot, one after the other on each bay, and what they do with their credentials. */
export class LeasePeople {
  isOver = false;
  readonly counts = {
    ...{leases: 0, visits: 0, scans: 0, refused: 0, extensions: 0, clashes: 0, reissues: 0},
    ...{ended: 0, moved: 0, refunded: 0},
  };
  readonly #options: LeasePeopleOptions;
  readonly #restlessMs = new Map<BayId, number>();

  constructor(options: LeasePeopleOptions) {
    this.#options = options;
  }

  begin(): void {
    for (const bay of this.#options.bays) this.#deed(0, () => this.#letOut(bay));
  }

  /** Something is wrong with this bay, or with all of them. */
  disturb(bay?: LeaseBay): void {
    const {clock, bays} = this.#options;
    for (const {id} of bay ? [bay] : bays) this.#restlessMs.set(id, clock.nowMs() + UNREST_MS);
  }

  /** One lease of a bay after the other. */
  async #letOut(bay: LeaseBay): Promise<void> {
    const {office} = this.#options;
    const fromMs = Math.max(this.#wall, office.busyUntil(bay.id)) + this.#between(0, HOUR_MS);
    const untilMs = fromMs + this.#between(2 * HOUR_MS, 40 * HOUR_MS);
    const lease = await office.lease(bay.id, {
      fromMs: Math.round(fromMs),
      untilMs: Math.round(untilMs),
    });
    this.counts.leases += 1;
    this.#deed(untilMs - this.#wall - HOUR_MS, () => this.#letOut(bay));
    this.#deed(fromMs - this.#wall + this.#between(-0.3, 3) * HOUR_MS, () => this.#visit(lease));
    this.#deed(this.#between(1, 20) * HOUR_MS, () => this.#change(lease));
    this.#watchEnd(lease);
  }

  async #change(lease: Lease): Promise<void> {
    const {office} = this.#options;
    const {validUntil, points, state} = lease.grant;
    if (state !== 'active' || this.#wall >= validUntil) return;
    const [bay] = points;
    if (this.#chance(0.5)) {
      await office.reissue(lease, this.#wall);
      this.counts.reissues += 1;
    } else if (this.#chance(0.1) && bay && this.#bay(bay).car !== plateOf(lease)) {
      office.amend(lease, {state: 'ended'});
      this.counts.ended += 1;
    } else if (bay) {
      const until = Math.round(validUntil + this.#between(0.5, 6) * HOUR_MS);
      const next = office.nextOn(bay, validUntil);
      if (next && next.grant.validFrom < until) {
        this.counts.clashes += 1;
        return;
      }
      office.amend(lease, {validUntil: until as typeof validUntil});
      this.counts.extensions += 1;
      this.#watchEnd(lease);
    }
  }

  /** A car that stands there past the end is overtime, where the gateway can know. */
  #watchEnd(lease: Lease): void {
    const {validUntil} = lease.grant;
    this.#deed(validUntil - this.#wall + 2 * SECOND_MS, () => {
      const {isUp, rig, laws, office} = this.#options;
      const bay = this.#bayOf(lease);
      if (lease.grant.validUntil !== validUntil || bay?.car !== plateOf(lease)) return;
      if (!isUp() || !this.#isCalm(bay) || office.told.get(lease.grant.id) !== lease.grant) return;
      const stay = rig.run.runner.state.bays.get(bay.id)?.session?.row;
      const isTold = stay?.phase === 'overtime' && stay.grant === lease.grant.id;
      laws.check(isTold, `${bay.id}: past the end of ${lease.grant.id}, ${stay?.phase}`);
    });
  }

  async #visit(lease: Lease): Promise<void> {
    const {state, validUntil} = lease.grant;
    const bay = this.#bayOf(lease);
    if (!bay || this.#wall > validUntil + HOUR_MS || bay.car === plateOf(lease)) return;
    this.counts.visits += 1;
    for (const how of ['dead', 'altered', 'elsewhere', 'guess'] as const) {
      if (this.#chance(0.06)) await this.#show(lease, how);
    }
    const verdict = await this.#show(lease, 'right');
    if (verdict === 'ALLOW') {
      if (!this.#chance(0.04))
        this.#deed(this.#between(6, 40) * SECOND_MS, () => this.#driveIn(lease));
      else this.#deed(this.#between(5, 60) * MINUTE_MS, () => this.#visit(lease));
      return;
    }
    if (state !== 'active') return;
    const isTaken = bay.car !== undefined && verdict === 'BAY_OCCUPIED';
    if (isTaken && this.#options.office.isOnline) this.#move(lease, bay);
    this.#deed(this.#between(2, 20) * MINUTE_MS, () => this.#visit(lease));
  }

  #driveIn(lease: Lease): void {
    const bay = this.#bayOf(lease);
    if (!bay?.enter(plateOf(lease))) {
      this.#deed(3 * MINUTE_MS, () => this.#visit(lease));
      return;
    }
    const stayMs = this.#between(0.1, 10) * HOUR_MS;
    const leftMs = lease.grant.validUntil - this.#wall;
    const isLate = leftMs < stayMs && this.#chance(0.4);
    const inTimeMs = Math.max(MINUTE_MS, Math.min(stayMs, leftMs - 3 * MINUTE_MS));
    const overMs = leftMs + this.#between(5, 90) * MINUTE_MS;
    this.#deed(isLate ? overMs : inTimeMs, () => this.#leave(lease, bay));
  }

  async #leave(lease: Lease, bay: LeaseBay): Promise<void> {
    if (this.#chance(0.2)) {
      const {raises} = bay;
      await this.#show(lease, 'right');
      this.#options.laws.check(bay.raises === raises, `${bay.id}: raised under its own tenant`);
    }
    bay.leave();
    if (this.#chance(0.4)) this.#deed(7 * SECOND_MS, () => this.#show(lease, 'right'));
    this.#deed(this.#between(0.2, 8) * HOUR_MS, () => this.#visit(lease));
  }

  /** The tenant before him stands there still: another bay for the same time, or his money back. */
  #move(lease: Lease, from: LeaseBay): void {
    const {office, bays} = this.#options;
    const {validUntil} = lease.grant;
    const free = bays.find(
      ({id, car}) =>
        id !== from.id &&
        car === undefined &&
        !office.holderOf(id, this.#wall, lease) &&
        (office.nextOn(id, this.#wall)?.grant.validFrom ?? Number.POSITIVE_INFINITY) >= validUntil,
    );
    if (free) this.counts.moved += 1;
    else this.counts.refunded += 1;
    office.amend(lease, free ? {points: [free.id]} : {state: 'revoked'});
  }

  /** Give what the gateway decides; `none`: nothing new, or it is off. */
  async #show(lease: Lease, how: Showing): Promise<string> {
    const {isUp, rig, laws, clock, entropy} = this.#options;
    const bay = this.#bayOf(lease);
    if (!isUp() || !bay) return 'none';
    // The same shown within 3 s is one showing.
    await this.#pause(4000);
    if (!isUp()) return 'none';
    const post = how === 'elsewhere' ? this.#otherPost(bay) : this.#postOf(bay.id);
    const shown = how === 'dead' ? lease.dead : lease;
    if (post === undefined || shown === undefined) return 'none';
    const mustOpen = how === 'right' && this.#isRight(lease, bay, post);
    const mayOpen = (how === 'right' || how === 'dead') && this.#mayBeRight(lease, how);
    const from = rig.store.outbox.head() + 1;
    if (how === 'guess')
      await rig.key(post, `${Math.floor(entropy.fraction() * 1e8)}`.padStart(8, '0'));
    else if (how !== 'altered' && this.#chance(0.5)) await rig.key(post, shown.digits);
    else {
      const text = this.#tokenOf(lease, shown.fromSeconds, bay);
      rig.scan(
        post,
        how === 'altered'
          ? `${text.slice(0, -3)}${text.at(-3) === 'A' ? 'B' : 'A'}${text.slice(-2)}`
          : text,
      );
    }
    this.counts.scans += 1;
    const made = rig.told('decision', from).at(-1)?.body;
    const verdict = made ? (made.reason ?? made.result) : 'none';
    if (verdict !== 'ALLOW') this.counts.refused += 1;
    laws.look(rig);
    const at = `${bay.id} at ${clock.nowMs()}: ${how} of ${lease.grant.id} gave ${verdict}`;
    if (verdict === 'ALLOW') {
      laws.check(mayOpen, at);
      const opened = made?.bay ?? '';
      laws.check(opened === bay.id, `${at} at ${opened}`);
      laws.check(made?.holder?.endsWith(plateOf(lease)) === true, `${at} for ${made?.holder}`);
    } else if (mustOpen) laws.check(verdict === 'CAR_PRESENT' && bay.car === plateOf(lease), at);
    return verdict;
  }

  /** Nothing stands against it as far as anybody can tell. */
  #isRight(lease: Lease, bay: LeaseBay, post: number): boolean {
    const {office, rig, clock} = this.#options;
    const collector = rig.run.runner.state.collectors.get(asId<CollectorId>(`C${post}`));
    const isLocked = (collector?.lockout.lockedUntilMs ?? 0) > clock.nowMs();
    const isFree = bay.car === undefined || bay.car === plateOf(lease);
    const other = office.holderOf(bay.id, this.#wall, lease);
    const isTold = office.told.get(lease.grant.id) === lease.grant;
    return isTold && !isLocked && isFree && !other && this.#isCalm(bay) && this.#isInTime(lease);
  }

  /** What the gateway does not know yet, it cannot refuse. */
  #mayBeRight(lease: Lease, how: Showing): boolean {
    const {office} = this.#options;
    if (office.told.get(lease.grant.id) !== lease.grant) return true;
    return how === 'right' && this.#isInTime(lease, SOON_MS);
  }

  #isInTime({grant}: Lease, soonMs = 0): boolean {
    const {validFrom, validUntil, state} = grant;
    return state === 'active' && validFrom - soonMs <= this.#wall && this.#wall < validUntil;
  }

  #isCalm(bay: LeaseBay): boolean {
    const restlessMs = this.#restlessMs.get(bay.id) ?? 0;
    const isWell = bay.fault === undefined && !bay.isCut && !bay.isDeaf;
    return isWell && this.#options.clock.nowMs() > restlessMs;
  }

  #tokenOf(lease: Lease, fromSeconds: number, bay: LeaseBay): string {
    const {office, bays} = this.#options;
    return office.tokenOf(lease, fromSeconds, bays.indexOf(bay) + 1);
  }

  #postOf(bay: BayId): number {
    const {bays, baysEach} = this.#options;
    return Math.floor(bays.findIndex(({id}) => id === bay) / baysEach) + 1;
  }

  #otherPost(bay: LeaseBay): number | undefined {
    const {bays, baysEach} = this.#options;
    const posts = bays.length / baysEach;
    const own = this.#postOf(bay.id);
    return posts < 2 ? undefined : (own % posts) + 1;
  }

  #bayOf({grant}: Lease): LeaseBay | undefined {
    const [bay] = grant.points;
    return bay && this.#bay(bay);
  }

  #bay(id: BayId): LeaseBay {
    return this.#options.bays.find(bay => bay.id === id) as LeaseBay;
  }

  get #wall(): number {
    return this.#options.clock.wallMs();
  }

  #chance(share: number): boolean {
    return this.#options.entropy.fraction() < share;
  }

  #between(from: number, to: number): number {
    return from + this.#options.entropy.fraction() * (to - from);
  }

  #pause(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms);
  }

  #deed(afterMs: number, act: () => unknown): void {
    const {clock, laws} = this.#options;
    clock.timer('deed', Math.max(0, afterMs), () => {
      if (this.isOver) return;
      Promise.resolve(act()).catch(thrown => laws.check(false, errorText(thrown)));
    });
  }
}

/** Each tenant has one car. */
function plateOf({grant}: Lease): string {
  return grant.number;
}
