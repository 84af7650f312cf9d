import {createHash, timingSafeEqual} from 'node:crypto';
import {toHex} from '../../../protocols/base/bytes.js';
import type {Clock, Entropy, Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import type {PersonId} from '../../../protocols/site/ids.js';
import {
  type Lockout,
  type LockoutRule,
  lockLeftMs,
  NO_LOCKOUT,
  stepLockout,
} from '../../domain/lockout/lockout-machine.js';
import type {StretchCode} from '../../platform/stretch.js';
import type {StaffStore} from '../../store/staff-store.js';
import type {StaffMember} from '../view.js';

/** A shift. @see ecosystem 2.2 */
export const SESSION_MS: Millis = 12 * HOUR_MS;
const CODE_MS: Millis = 15 * MINUTE_MS;
const SALT_BYTES = 16;
const TOKEN_BYTES = 32;
const CODE_DIGITS = 8;
const MOST_SESSIONS = 64;
/** Each costs a digest of tens of milliseconds and 16 MB. */
const MOST_WAITING = 4;

/** A person locked out by a stranger still has his card, and whoever is logged in stays so. */
const LOCKOUT: LockoutRule = {
  wrongTries: 5,
  lockMs: MINUTE_MS,
  longestMs: 15 * MINUTE_MS,
  triesPerDay: 50,
  slowMs: 10 * MINUTE_MS,
};
const CARDS = 'cards';

export interface Session {
  readonly member: StaffMember;
  /** What each change must say besides the cookie. */
  readonly csrf: string;
  readonly endsMs: Millis;
}

export type LogInResult =
  | {readonly kind: 'in'; readonly token: string; readonly session: Session}
  | {readonly kind: 'wrong'}
  | {readonly kind: 'locked'; readonly leftMs: Millis}
  | {readonly kind: 'busy'};

/** What is kept of it over a restart. */
export type StaffShelf = Pick<StaffStore, keyof StaffStore>;

export interface StaffDeskOptions {
  readonly staff: readonly StaffMember[];
  readonly store: StaffShelf;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly stretch: StretchCode;
  /** Of the site: salt of card numbers. */
  readonly site: string;
}

interface FirstCode {
  readonly code: string;
  readonly endsMs: Millis;
}

/** Who is logged in to the page, and how somebody comes to be. Nobody has a PIN before he set one himself. */
export class StaffDesk {
  readonly #options: StaffDeskOptions;
  readonly #members: ReadonlyMap<string, StaffMember>;
  readonly #sessions = new Map<string, Session>();
  readonly #codes = new Map<PersonId, FirstCode>();
  readonly #lockouts = new Map<string, Lockout>();
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: StaffDeskOptions) {
    this.#options = options;
    this.#members = new Map(options.staff.map(member => [member.id, member]));
    const wallMs = options.clock.wallMs();
    for (const {tokenSum, person, endsWallMs} of options.store.sessions()) {
      const member = this.#members.get(person);
      const leftMs = Math.min(SESSION_MS, endsWallMs - wallMs);
      if (member && leftMs > 0) this.#remember(toHex(tokenSum), member, leftMs);
      else options.store.endSession(tokenSum);
    }
  }

  /** Whether anybody can log in. */
  get isUnset(): boolean {
    return this.#options.store.hasNoPin();
  }

  /** Of the browser that holds `token`. */
  sessionOf(token: string | undefined): Session | undefined {
    if (token === undefined) return undefined;
    const sum = sumOf(token);
    const session = this.#sessions.get(sum);
    if (session === undefined) return undefined;
    if (session.endsMs > this.#options.clock.nowMs()) return session;
    this.#end(sum);
    return undefined;
  }

  /** A wrong PIN and a person who has none cost the same time and say the same. */
  logIn(person: string, pin: string): Promise<LogInResult> {
    return this.#guarded(person, async () => {
      const member = this.#members.get(person);
      const known = member && this.#options.store.pinOf(member.id);
      const salt = known?.salt ?? this.#options.entropy.bytes(SALT_BYTES);
      const digest = await this.#options.stretch(pin, salt);
      return known && timingSafeEqual(digest, known.digest) ? member : undefined;
    });
  }

  logInByCard(card: string): Promise<LogInResult> {
    return this.#guarded(CARDS, async () => {
      const owner = this.#options.store.ownerOf(await this.#cardDigest(card));
      return owner && this.#members.get(owner);
    });
  }

  /** A code of eight digits with which `person` sets his PIN; undefined for somebody who is no staff. */
  giveCode(person: string): string | undefined {
    const member = this.#members.get(person);
    if (!member) return undefined;
    const bytes = this.#options.entropy.bytes(8);
    const code = String(Buffer.from(bytes).readBigUInt64BE() % 10n ** BigInt(CODE_DIGITS)).padStart(
      CODE_DIGITS,
      '0',
    );
    this.#codes.set(member.id, {code, endsMs: this.#options.clock.nowMs() + CODE_MS});
    return code;
  }

  /** With a code that was given out, once. Whoever was logged in with the PIN before is no longer. */
  setPin(person: string, code: string, pin: string): Promise<LogInResult> {
    return this.#guarded(person, async () => {
      const member = this.#members.get(person);
      const given = member && this.#codes.get(member.id);
      const {clock, entropy, stretch, store} = this.#options;
      const holds = given && given.endsMs > clock.nowMs() && sameText(given.code, code);
      if (!member || !holds) return undefined;
      this.#codes.delete(member.id);
      const salt = entropy.bytes(SALT_BYTES);
      const digest = await stretch(pin, salt);
      store.putPin(member.id, {salt, digest}, clock.wallMs());
      for (const [sum, session] of this.#sessions) {
        if (session.member.id === member.id) this.#sessions.delete(sum);
      }
      return member;
    });
  }

  /** The card by which the one who is logged in comes in from now on; undefined takes it away. */
  async setCard({member}: Session, card: string | undefined): Promise<void> {
    const digest = card === undefined ? undefined : await this.#cardDigest(card);
    this.#options.store.putCard(member.id, digest);
  }

  /** A card that was shown in a window of a supervisor. Settles with why it was not kept; empty: it was. */
  async takeCard(person: PersonId, card: string): Promise<string> {
    const {store} = this.#options;
    const digest = await this.#cardDigest(card);
    const owner = store.ownerOf(digest);
    if (owner !== undefined && owner !== person) return 'it is the card of another person';
    store.putCard(person, digest);
    return '';
  }

  logOut(token: string): void {
    this.#end(sumOf(token));
  }

  /** One digest at a time, and none while its lock lasts. */
  async #guarded(
    lock: string,
    judge: () => Promise<StaffMember | undefined>,
  ): Promise<LogInResult> {
    if (this.#waiting >= MOST_WAITING) return {kind: 'busy'};
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#judged(lock, judge));
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #judged(lock: string, judge: () => Promise<StaffMember | undefined>): Promise<LogInResult> {
    const {clock} = this.#options;
    // Names that are no staff share one lock: there are endlessly many of them.
    const key = this.#members.has(lock) || lock === CARDS ? lock : '';
    const before = this.#lockouts.get(key) ?? NO_LOCKOUT;
    const leftMs = lockLeftMs(before, clock.nowMs());
    if (leftMs > 0) return {kind: 'locked', leftMs};
    const member = await judge();
    const step = stepLockout(before, member ? 'right' : 'wrong', clock.nowMs(), LOCKOUT);
    this.#lockouts.set(key, step.state);
    if (!member) {
      return step.lockMs > 0 ? {kind: 'locked', leftMs: step.lockMs} : {kind: 'wrong'};
    }
    return this.#begin(member);
  }

  #begin(member: StaffMember): LogInResult {
    const {store, entropy, clock} = this.#options;
    const token = toHex(entropy.bytes(TOKEN_BYTES));
    const [eldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS && eldest !== undefined) this.#end(eldest);
    const endsWallMs = (clock.wallMs() + SESSION_MS) as UnixMillis;
    const sum = sumOf(token);
    store.putSession({tokenSum: Buffer.from(sum, 'hex'), person: member.id, endsWallMs});
    return {kind: 'in', token, session: this.#remember(sum, member, SESSION_MS)};
  }

  #remember(sum: string, member: StaffMember, leftMs: Millis): Session {
    const csrf = sumOf(`csrf ${sum}`);
    const session = {member, csrf, endsMs: this.#options.clock.nowMs() + leftMs};
    this.#sessions.set(sum, session);
    return session;
  }

  #end(sum: string): void {
    if (this.#sessions.delete(sum)) this.#options.store.endSession(Buffer.from(sum, 'hex'));
  }

  #cardDigest(card: string): Promise<Uint8Array> {
    const {site, stretch} = this.#options;
    return stretch(card.toUpperCase(), Buffer.from(`latchkey-staff-card ${site}`));
  }
}

function sumOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function sameText(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(sumOf(left)), Buffer.from(sumOf(right)));
}
