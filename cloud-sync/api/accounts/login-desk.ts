import {createHash, timingSafeEqual} from 'node:crypto';
import type {Clock, Entropy, Millis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import {type Caller, scopesOf} from '../http/caller.js';
import type {PersonSessions} from '../http/callers.js';
import {Refusal} from '../http/refusals.js';
import {networkOf} from '../identity/try-limit.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import {
  ADDRESS_RULE,
  type GuardRule,
  LOGIN_RULE,
  lockedForMs,
  takenBack,
  tried,
} from './login-rules.js';
import type {LoginRow, LoginTable} from './login-table.js';
import type {MemberTable} from './member-table.js';
import type {Passwords} from './password.js';
import type {PersonVault} from './person-vault.js';
import type {SessionLife, SessionTable} from './session-table.js';

export interface LoginDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: CloudStore;
  readonly members: MemberTable;
  readonly vault: PersonVault;
  readonly logins: LoginTable;
  readonly sessions: SessionTable;
  readonly passwords: Passwords;
  readonly audit: AuditLog;
}

export interface LoginTry {
  readonly tenant: string;
  /** In its one form; undefined: what was typed is no phone, and so nobody's. */
  readonly phone: string | undefined;
  readonly password: string;
  /** Of the other end. */
  readonly address: string;
}

export interface OpenedSession {
  readonly id: string;
  readonly token: string;
  readonly member: string;
  readonly endsWall: number;
}

/** Every refusal takes so long, whatever was wrong: how long it takes would tell what. */
const REFUSAL_MS: Millis = 1000;
/** A place from which a member logged in this long ago is still his. */
const PLACE_KEPT_MS: Millis = 90 * DAY_MS;
const INVITATION_MS: Millis = 3 * DAY_MS;
const SECRET_BYTES = 32;
const INVITATION = /^inv_([0-9A-HJKMNP-TV-Z]{26})_([A-Za-z0-9_-]{43})$/;
/** Beyond so many that wait for their turn a password is not looked at. */
const MAX_WAITING = 64;
const STAFF_LIFE: SessionLife = {idleMs: 2 * HOUR_MS, maxMs: 12 * HOUR_MS};
const MEMBER_LIFE: SessionLife = {idleMs: 14 * DAY_MS, maxMs: 90 * DAY_MS};

type Began =
  | {readonly kind: 'locked'; readonly retryMs: Millis}
  | {
      readonly kind: 'try';
      readonly login: LoginRow | undefined;
      readonly guardKey: string;
      readonly place: string;
      /** The address is locked for all but its regulars. */
      readonly addressMs: Millis;
    };

/**
 * Logs people in by phone and password. Wrong tries are counted in the database before the password is
 * looked at. Five lock a login, for longer each time (B3), and thirty an address; from a place where a
 * member logged in before he has a count of his own, so that nobody else's tries lock him out there.
 */
export class LoginDesk implements PersonSessions {
  readonly #options: LoginDeskOptions;

  constructor(options: LoginDeskOptions) {
    this.#options = options;
  }

  /** @throws Refusal `login_refused` whatever was wrong, `login_locked` after too many wrong tries */
  open(wanted: LoginTry): Promise<OpenedSession> {
    return this.#slowly(async () => {
      const {store, passwords, clock} = this.#options;
      if (passwords.waiting > MAX_WAITING) throw new Refusal('too_many_requests', {retryAfterS: 2});
      const began = await store.transaction(tx => this.#begin(tx, wanted, clock.wallMs()));
      if (began.kind === 'locked') throw locked(began.retryMs);
      const {login} = began;
      const isRight = await passwords.isRight(wanted.password, login?.password ?? undefined);
      if (!login || !isRight) {
        throw began.addressMs > 0 ? locked(began.addressMs) : new Refusal('login_refused');
      }
      return store.transaction(tx => this.#finish(tx, login, began));
    });
  }

  /** The first password, or a new one for who forgot it. @throws Refusal `login_refused` */
  redeem(invitation: string, password: string): Promise<OpenedSession> {
    return this.#slowly(async () => {
      const {store, passwords, clock} = this.#options;
      const isGood = (login: LoginRow | undefined, wallMs: number) =>
        login !== undefined && isInvited(login, invitation, wallMs);
      const [, member = ''] = INVITATION.exec(invitation) ?? [];
      const first = await store.read(db => this.#options.logins.get(db, member));
      if (!isGood(first, clock.wallMs())) throw new Refusal('login_refused');
      const stored = await passwords.make(password);
      return store.transaction(async tx => {
        const {members, logins, sessions} = this.#options;
        const wallMs = clock.wallMs();
        const row = first && (await members.lock(tx, first.tenant, member));
        const login = await logins.get(tx, member);
        if (!login || !isGood(login, wallMs) || row?.status !== 'active') {
          throw new Refusal('login_refused');
        }
        await logins.setPassword(tx, member, stored, wallMs);
        await sessions.endAll(tx, member);
        await this.#write(tx, login, 'login.password_set');
        return this.#session(tx, login, wallMs);
      });
    });
  }

  /** A code that sets a password once; a new one ends the one before. It is shown this once. */
  async invite(
    tx: CloudTransaction,
    member: string,
  ): Promise<{readonly invitation: string; readonly expiresWall: number}> {
    const {entropy, logins, clock} = this.#options;
    const secret = Buffer.from(entropy.bytes(SECRET_BYTES)).toString('base64url');
    const expiresWall = clock.wallMs() + INVITATION_MS;
    await logins.setInvitation(tx, member, {hash: hashOf(secret), untilWall: expiresWall});
    return {invitation: `inv_${member}_${secret}`, expiresWall};
  }

  /** Ends all other sessions. @throws Refusal `login_refused`, `login_locked` */
  changePassword(
    caller: Caller,
    {old, wanted, session}: {readonly old: string; readonly wanted: string; session: string},
  ): Promise<void> {
    return this.#slowly(async () => {
      const {store, logins, passwords, sessions, clock} = this.#options;
      const [member, key] = [caller.id, `p:${caller.id}`];
      const login = await store.transaction(async tx => {
        const retryMs = await this.#count(tx, key, LOGIN_RULE, clock.wallMs());
        return retryMs > 0 ? retryMs : logins.get(tx, member);
      });
      if (typeof login === 'number') throw locked(login);
      if (!login || !(await passwords.isRight(old, login.password ?? undefined))) {
        throw new Refusal('login_refused');
      }
      const stored = await passwords.make(wanted);
      await store.transaction(async tx => {
        await logins.clearGuard(tx, key);
        await logins.setPassword(tx, member, stored, clock.wallMs());
        await sessions.endAll(tx, member, session);
        await this.#write(tx, login, 'login.password_set');
      });
    });
  }

  callerOf(token: string): Promise<Caller | undefined> {
    const {store, clock, sessions, members, logins} = this.#options;
    return store.read(async db => {
      const session = await sessions.find(db, token, clock.wallMs());
      if (!session) return undefined;
      const {tenant, member: id} = session;
      const member = await members.get(db, tenant, id);
      const login = await logins.get(db, id);
      if (member?.status !== 'active' || !login) return undefined;
      const sites = login.sites === null ? undefined : new Set(login.sites);
      return {kind: 'person', id, tenant, scopes: scopesOf(login.roles), member: id, sites};
    });
  }

  /** Forget what nobody asks for any more. */
  async tidy(): Promise<void> {
    const {store, clock, logins, sessions} = this.#options;
    const wallMs = clock.wallMs();
    const before = {guards: wallMs - LOGIN_RULE.forgetMs, places: wallMs - PLACE_KEPT_MS};
    await store.read(db => logins.prune(db, before));
    await store.read(db => sessions.prune(db, wallMs));
  }

  async #begin(
    tx: CloudTransaction,
    {tenant, phone, address}: LoginTry,
    wallMs: number,
  ): Promise<Began> {
    const {vault, logins, members} = this.#options;
    const place = vault.blind('', 'place', networkOf(address));
    const [id = ''] = phone === undefined ? [] : await vault.findBy(tx, tenant, 'phone', phone);
    const member = await members.get(tx, tenant, id);
    const login = member?.status === 'active' ? await logins.get(tx, id) : undefined;
    const isRegular =
      login !== undefined &&
      (await logins.isKnownPlace(tx, login.member, place, wallMs - PLACE_KEPT_MS));
    const who = vault.blind(tenant, 'phone', phone ?? '');
    const guardKey = isRegular ? `k:${who}:${place}` : `m:${who}`;
    // First the login, then the address: whoever locks both does it in this order.
    const guard = await logins.lockGuard(tx, guardKey);
    const ofAddress = await logins.lockGuard(tx, `a:${place}`);
    const loginMs = lockedForMs(guard, LOGIN_RULE, wallMs);
    const addressMs = lockedForMs(ofAddress, ADDRESS_RULE, wallMs);
    if (loginMs > 0 || (addressMs > 0 && !isRegular)) {
      return {kind: 'locked', retryMs: Math.max(loginMs, addressMs)};
    }
    await logins.setGuard(tx, guardKey, tried(guard, LOGIN_RULE, wallMs));
    if (addressMs === 0) {
      await logins.setGuard(tx, `a:${place}`, tried(ofAddress, ADDRESS_RULE, wallMs));
    }
    return {kind: 'try', login, guardKey, place, addressMs};
  }

  async #finish(
    tx: CloudTransaction,
    {member, tenant}: LoginRow,
    {guardKey, place, addressMs}: Extract<Began, {kind: 'try'}>,
  ): Promise<OpenedSession> {
    const {logins, members, clock} = this.#options;
    const wallMs = clock.wallMs();
    await logins.clearGuard(tx, guardKey);
    if (addressMs === 0) {
      const ofAddress = await logins.lockGuard(tx, `a:${place}`);
      await logins.setGuard(tx, `a:${place}`, takenBack(ofAddress, ADDRESS_RULE));
    }
    // He may have been frozen, or his password changed, while this one was looked at.
    const row = await members.lock(tx, tenant, member);
    const login = await logins.get(tx, member);
    if (row?.status !== 'active' || !login) throw new Refusal('login_refused');
    await logins.addPlace(tx, member, place, wallMs);
    await this.#write(tx, login, 'session.opened');
    return this.#session(tx, login, wallMs);
  }

  async #session(tx: CloudTransaction, login: LoginRow, wallMs: number): Promise<OpenedSession> {
    const {sessions} = this.#options;
    const life = login.roles.some(role => role !== 'member') ? STAFF_LIFE : MEMBER_LIFE;
    const opened = await sessions.add(tx, login, life, wallMs);
    await sessions.trim(tx, login.member);
    return {...opened, member: login.member};
  }

  /** One more try under this key; gives how long it is locked, 0 when it may be tried. */
  async #count(
    tx: CloudTransaction,
    key: string,
    rule: GuardRule,
    wallMs: number,
  ): Promise<Millis> {
    const {logins} = this.#options;
    const guard = await logins.lockGuard(tx, key);
    const lockedMs = lockedForMs(guard, rule, wallMs);
    if (lockedMs === 0) await logins.setGuard(tx, key, tried(guard, rule, wallMs));
    return lockedMs;
  }

  #write(tx: CloudTransaction, {tenant, member}: LoginRow, action: string): Promise<void> {
    const who = {tenant, actor: member, action, subject: 'member', subjectId: member};
    return this.#options.audit.note(tx, who);
  }

  async #slowly<Result>(work: () => Promise<Result>): Promise<Result> {
    const {clock} = this.#options;
    const untilMs = clock.nowMs() + REFUSAL_MS;
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal) await clock.sleep(Math.max(0, untilMs - clock.nowMs()));
      throw error;
    }
  }
}

function locked(retryMs: Millis): Refusal {
  return new Refusal('login_locked', {retryAfterS: Math.ceil(retryMs / 1000)});
}

function isInvited(login: LoginRow, invitation: string, wallMs: number): boolean {
  const [, member, secret = ''] = INVITATION.exec(invitation) ?? [];
  if (member !== login.member || login.inviteHash === null) return false;
  if ((login.inviteUntilWall ?? 0) <= wallMs) return false;
  return timingSafeEqual(Buffer.from(login.inviteHash, 'hex'), Buffer.from(hashOf(secret), 'hex'));
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
