import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import type {GrantBudget, GrantKind} from '../../../protocols/site/grant.js';
import type {WeeklyWindow} from '../../../protocols/site/windows.js';
import {newGrantNumber} from '../grant-desk.js';
import {Refusal} from '../http/refusals.js';
import {allSettled} from '../store/all-settled.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {CodeTable} from './code-table.js';
import type {CredentialMaker, CredentialWish, MadeCredential} from './credential-maker.js';
import type {CredentialTable} from './credential-table.js';
import {isLiveToken, isSameText, wishLike} from './renewal-rules.js';
import {isLive, type Right, type RightState} from './right.js';
import {gatewaysOf, type LockedGateways, type RightSpread} from './right-spread.js';
import type {PlacedPoint, RightTable} from './right-table.js';
import type {ShownCredential} from './shown-credential.js';

export interface RightsDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly rights: RightTable;
  readonly credentials: CredentialTable;
  readonly codes: CodeTable;
  readonly maker: CredentialMaker;
  readonly spread: RightSpread;
  readonly changes: ChangeFeed;
}

export interface NewRight {
  readonly tenant: string;
  readonly site: string;
  readonly holder: string;
  readonly holderMask: string;
  readonly kind: GrantKind;
  readonly points: readonly string[];
  readonly validFrom: UnixMillis;
  readonly validUntil: UnixMillis;
  readonly weekly: readonly WeeklyWindow[];
  readonly entries: 'one' | 'multi';
  readonly budget?: GrantBudget | undefined;
  readonly plates?: readonly string[] | undefined;
  /** He has it when he is thawed, with all the others that he has. */
  readonly isFrozen?: boolean | undefined;
  readonly orderId?: string | undefined;
  readonly name?: string | undefined;
}

export type RightChange = Partial<
  Pick<
    Right,
    'points' | 'validFrom' | 'validUntil' | 'weekly' | 'entries' | 'budget' | 'holderMask'
  >
>;

/** A right as it is now, what was made for it, and which gateways to push after the commit. */
export interface RightOutcome {
  readonly right: Right;
  readonly made: readonly MadeCredential[];
  readonly gateways: readonly string[];
  /** Of a new right: all gateways at which it lies. */
  readonly places?: readonly string[];
}

export interface HowIssued {
  readonly isFetchedLater?: boolean;
  /** Its points, for who has just read them. */
  readonly placed?: readonly PlacedPoint[];
  /** He is locked, and may use what he has. */
  readonly isHolderActive?: boolean;
  /** What the holder has already, asked when the gateways are locked. */
  readonly own?: (gateways: readonly string[]) => Promise<readonly string[]>;
}

/** As a gateway takes them. @see protocols/cloud/site-schemas */
const MOST_CREDENTIALS = 64;

/** Issues, changes and withdraws rights and what is shown for them. */
export class RightsDesk {
  readonly #options: RightsDeskOptions;

  constructor(options: RightsDeskOptions) {
    this.#options = options;
  }

  /** @throws Refusal when the site has not all of the points, or a credential cannot be had */
  async issue(
    tx: CloudTransaction,
    wanted: NewRight,
    wishes: readonly CredentialWish[],
    how: HowIssued = {},
  ): Promise<RightOutcome> {
    const {clock, entropy, rights} = this.#options;
    const {orderId = null, name = null, budget, isFrozen = false, ...same} = wanted;
    const wallMs = clock.wallMs();
    const right: Right = {
      ...{id: entropy.ulid(), ...same, orderId, name, budget, state: 'issued', isFrozen},
      ...{number: newGrantNumber(entropy), credentials: []},
      ...{createdWall: wallMs, changedWall: wallMs},
    };
    const placed = how.placed ?? (await rights.points(tx, right.tenant, right.site, right.points));
    assertPlaced(right, placed);
    await rights.add(tx, right);
    await this.#tell(tx, right, 'grant.issued');
    return this.#equip(tx, right, wishes, {...how, placed});
  }

  /** More credentials for a right that is locked. @throws Refusal */
  equip(
    tx: CloudTransaction,
    right: Right,
    wishes: readonly CredentialWish[],
    how: {readonly isFetchedLater?: boolean} = {},
  ): Promise<RightOutcome> {
    return this.#equip(tx, right, wishes, how);
  }

  /** `placed`: the points of a right that was made in this transaction. */
  async #equip(
    tx: CloudTransaction,
    right: Right,
    wishes: readonly CredentialWish[],
    {placed, own, isHolderActive, ...how}: HowIssued,
  ): Promise<RightOutcome> {
    const {maker, rights, spread, clock} = this.#options;
    this.#assertLive(right);
    const made: MadeCredential[] = [];
    let equipped = right;
    const gateways = new Set<string>();
    for (const wish of wishes) {
      if (wish.kind === 'code') {
        for (const gateway of await this.#killOldCode(tx, equipped)) gateways.add(gateway);
      }
      const one = await maker.make(tx, equipped, wish, how);
      made.push(one);
      const {id} = one.credential;
      if (equipped.credentials.includes(id)) continue;
      equipped = {...equipped, credentials: [...equipped.credentials, id]};
    }
    let locked: LockedGateways | undefined;
    if (placed && own) {
      const [at, his] = await allSettled([spread.lock(tx, placed), own(gatewaysOf(placed))]);
      locked = at;
      // Of a gateway that was only made known now nothing was locked when it was asked.
      const isNew = [...at.values()].includes(undefined);
      const ids = new Set(isNew ? await own([...at.keys()]) : his);
      for (const id of equipped.credentials) ids.add(id);
      if (ids.size > equipped.credentials.length) equipped = {...equipped, credentials: [...ids]};
    }
    if (equipped.credentials.length > MOST_CREDENTIALS) {
      equipped = {...equipped, credentials: await this.#withoutDead(tx, equipped)};
    }
    const isStored = placed !== undefined && equipped === right;
    if (!isStored) {
      equipped = {...equipped, changedWall: clock.wallMs()};
      await rights.save(tx, equipped);
    }
    const places = placed
      ? await spread.spreadNew(tx, equipped, {placed, locked, isHolderActive})
      : await spread.spread(tx, equipped);
    for (const gateway of places) gateways.add(gateway);
    for (const {credential} of made) await this.#tellOf(tx, credential);
    return {right: equipped, made, gateways: [...gateways], ...(placed && {places})};
  }

  /**
   * A right that is locked. A token goes on with another end of it; where another point, use or beginning,
   * or a key that is on its way out, needs another text, it is made anew and that is told.
   * @see requirements Q11
   * @throws Refusal
   */
  async change(tx: CloudTransaction, right: Right, change: RightChange): Promise<RightOutcome> {
    const {rights, credentials, clock, maker, spread} = this.#options;
    this.#assertLive(right);
    const changed: Right = {...right, ...change, changedWall: clock.wallMs()};
    await this.#assertPoints(tx, changed);
    await rights.save(tx, changed);
    await this.#tell(tx, changed, 'grant.changed');
    const tokens = (await credentials.some(tx, right.credentials)).filter(isLiveToken);
    const stale: ShownCredential[] = [];
    for (const token of tokens) {
      if (isSameText(right, changed)) continue;
      const hasOtherEnd = isSameText({...right, validUntil: changed.validUntil}, changed);
      const isKept = hasOtherEnd && (await maker.prolong(tx, changed, token));
      if (!isKept) stale.push(token);
    }
    if (stale.length > 0) return this.replace(tx, changed, stale);
    return {right: changed, made: [], gateways: await spread.spread(tx, changed)};
  }

  /**
   * Every code, key and token of the right dies, and a new one of each takes its place: whoever has the old
   * pair has nothing. The right is locked. @see requirements Q4
   */
  async reissue(
    tx: CloudTransaction,
    right: Right,
    {id}: Pick<ShownCredential, 'id'>,
  ): Promise<RightOutcome> {
    const held = await this.#options.credentials.some(tx, right.credentials);
    const old = held.filter(
      one => one.grant === right.id && (one.state !== 'revoked' || one.id === id),
    );
    return this.replace(tx, right, old);
  }

  /** New ones of the same kinds in place of `old`, which die. The right is locked. */
  async replace(
    tx: CloudTransaction,
    right: Right,
    old: readonly ShownCredential[],
  ): Promise<RightOutcome> {
    const gateways = new Set<string>();
    for (const credential of old) {
      for (const gateway of await this.revokeCredential(tx, credential)) gateways.add(gateway);
    }
    const outcome = await this.equip(
      tx,
      right,
      old.flatMap(({facts}) => wishLike(facts, right)),
    );
    const successors = [...outcome.made];
    for (const credential of old) {
      const at = successors.findIndex(one => one.credential.kind === credential.kind);
      const [next] = at < 0 ? [] : successors.splice(at, 1);
      const replacedBy = next?.credential.id ?? null;
      const {credentials} = this.#options;
      const now = await credentials.get(tx, credential.tenant, credential.id);
      if (now) await credentials.save(tx, {...now, replacedBy});
      if (replacedBy !== null) await this.#tellReplaced(tx, credential, replacedBy);
    }
    for (const gateway of outcome.gateways) gateways.add(gateway);
    return {...outcome, gateways: [...gateways]};
  }

  /** A right that is locked; what is over stays over. */
  async setState(
    tx: CloudTransaction,
    right: Right,
    state: RightState,
  ): Promise<readonly string[]> {
    if (right.state === state || !isLive(right)) return [];
    const changed = {...right, state, changedWall: this.#options.clock.wallMs()};
    const {rights, credentials, spread} = this.#options;
    await rights.save(tx, changed);
    await this.#tell(tx, changed, `grant.${state === 'issued' ? 'resumed' : state}`);
    const gateways = new Set(await spread.spread(tx, changed));
    if (isLive(changed)) return [...gateways];
    for (const credential of await credentials.some(tx, changed.credentials)) {
      if (credential.grant !== right.id) continue;
      for (const gateway of await this.revokeCredential(tx, credential)) gateways.add(gateway);
    }
    return [...gateways];
  }

  /** Takes all rights of a holder out of force, or gives them back as each of them was. */
  async suspendHolder(
    tx: CloudTransaction,
    {tenant, holder}: {readonly tenant: string; readonly holder: string},
    isSuspended: boolean,
  ): Promise<readonly string[]> {
    const {rights, spread, clock} = this.#options;
    const gateways = new Set<string>();
    for (const right of await rights.liveOfHolder(tx, tenant, holder)) {
      if (right.isFrozen === isSuspended) continue;
      const changed = {...right, isFrozen: isSuspended, changedWall: clock.wallMs()};
      await rights.save(tx, changed);
      await this.#tell(tx, changed, isSuspended ? 'grant.frozen' : 'grant.thawed');
      for (const gateway of await spread.spread(tx, changed)) gateways.add(gateway);
    }
    return [...gateways];
  }

  /** His mask and his plates are taken out of all his rights. */
  async forgetHolder(
    tx: CloudTransaction,
    {tenant, holder}: {readonly tenant: string; readonly holder: string},
  ): Promise<readonly string[]> {
    const {rights, spread, clock} = this.#options;
    const gateways = new Set<string>();
    for (const right of await rights.allOfHolder(tx, tenant, holder)) {
      if (right.holderMask === '' && !right.plates) continue;
      const changedWall = clock.wallMs();
      const changed = {...right, holderMask: '', plates: undefined, changedWall};
      await rights.save(tx, changed);
      if (!isLive(changed)) continue;
      for (const gateway of await spread.spread(tx, changed)) gateways.add(gateway);
    }
    return [...gateways];
  }

  /** What is dead stays dead. */
  async setCredential(
    tx: CloudTransaction,
    credential: ShownCredential,
    state: 'active' | 'suspended',
  ): Promise<readonly string[]> {
    const {credentials, spread, clock} = this.#options;
    const isLivingOne = credential.state === 'active' || credential.state === 'suspended';
    if (!isLivingOne || credential.state === state) return [];
    const changed = {...credential, state, changedWall: clock.wallMs()};
    await credentials.save(tx, changed);
    await this.#tellOf(tx, changed);
    return spread.spreadCredential(tx, changed);
  }

  /** It was good once, and was used. */
  async consume(tx: CloudTransaction, credential: ShownCredential): Promise<readonly string[]> {
    const {credentials, spread, clock} = this.#options;
    if (credential.state !== 'active') return [];
    const used = {...credential, state: 'consumed', changedWall: clock.wallMs()} as const;
    await credentials.save(tx, used);
    await this.#tellOf(tx, used);
    return spread.spreadCredential(tx, used);
  }

  async revokeCredential(
    tx: CloudTransaction,
    credential: ShownCredential,
  ): Promise<readonly string[]> {
    const {credentials, spread, codes, clock} = this.#options;
    if (credential.state === 'revoked') return [];
    const facts =
      'unfetched' in credential.facts
        ? {...credential.facts, unfetched: undefined}
        : credential.facts;
    const wallMs = clock.wallMs();
    const dead = {...credential, facts, state: 'revoked', changedWall: wallMs} as const;
    await credentials.save(tx, dead);
    await codes.free(tx, credential.id);
    await this.#tellOf(tx, dead);
    return spread.spreadCredential(tx, dead);
  }

  /** One code for showers lives per member and site. @see requirements B4 */
  async #killOldCode(tx: CloudTransaction, right: Right): Promise<readonly string[]> {
    if (right.kind !== 'shower') return [];
    const gateways = new Set<string>();
    for (const old of await this.#options.credentials.liveShowerCodes(tx, right)) {
      for (const gateway of await this.revokeCredential(tx, old)) gateways.add(gateway);
    }
    return [...gateways];
  }

  async #withoutDead(tx: CloudTransaction, right: Right): Promise<readonly string[]> {
    const all = await this.#options.credentials.some(tx, right.credentials);
    const living = all.filter(({state}) => state !== 'revoked').map(({id}) => id);
    if (living.length <= MOST_CREDENTIALS) return living;
    throw new Refusal('conflict', {detail: `a grant has at most ${MOST_CREDENTIALS} credentials`});
  }

  async #assertPoints(tx: CloudTransaction, right: Right): Promise<void> {
    const {tenant, site, points} = right;
    assertPlaced(right, await this.#options.rights.points(tx, tenant, site, points));
  }

  #assertLive(right: Right): void {
    if (isLive(right)) return;
    const code = right.state === 'revoked' ? 'revoked' : 'conflict';
    throw new Refusal(code, {detail: `this grant is ${right.state}`});
  }

  #tell(tx: CloudTransaction, {tenant, site, id, state}: Right, type: string): Promise<void> {
    const subject = {subject: 'grant', subjectId: id};
    return this.#options.changes.note(tx, {tenant, site, type, ...subject, data: {state}});
  }

  /** Whoever has the old one has nothing: he is to be given the new one. */
  #tellReplaced(
    tx: CloudTransaction,
    {tenant, site, id, kind, grant}: ShownCredential,
    by: string,
  ): Promise<void> {
    const subject = {subject: 'credential', subjectId: id};
    const type = 'credential.replaced';
    return this.#options.changes.note(tx, {
      ...{tenant, site, type, ...subject},
      data: {kind, grant, by},
    });
  }

  #tellOf(tx: CloudTransaction, credential: ShownCredential): Promise<void> {
    const {tenant, site, id, kind, state, grant} = credential;
    const subject = {subject: 'credential', subjectId: id};
    const data = {kind, state, grant};
    const type = `credential.${state}`;
    return this.#options.changes.note(tx, {tenant, site, type, ...subject, data});
  }
}

/** @throws Refusal when the site has not all of the points */
function assertPlaced({site, points}: Right, placed: readonly PlacedPoint[]): void {
  const found = new Set(placed.map(({id}) => id));
  const missing = points.filter(point => !found.has(point));
  if (missing.length === 0) return;
  throw new Refusal('invalid', {
    errors: missing.map(point => ({pointer: '#/points', detail: `no point ${point} at ${site}`})),
  });
}
