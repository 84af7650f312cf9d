import {CallIntake} from '../../../cloud-sync/api/calls/call-intake.js';
import {CallTable} from '../../../cloud-sync/api/calls/call-table.js';
import type {ApiRig, Asked} from '../../../cloud-sync/api/http/api-rig.js';
import {Ledger} from '../../../cloud-sync/api/ledger/ledger.js';
import {LedgerTable} from '../../../cloud-sync/api/ledger/ledger-table.js';
import type {CloudStore} from '../../../cloud-sync/api/store/cloud-store.js';
import {SiteTable} from '../../../cloud-sync/api/tenancy/site-table.js';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import type {SimPaymentProvider} from '../../services/payment-provider.js';
import type {SimSmsProvider} from '../../services/sms-provider.js';

type Said = Readonly<Record<string, unknown>>;

export interface FuzzWorldOptions {
  readonly rig: Pick<ApiRig, 'ask'>;
  readonly clock: ConstructorParameters<typeof Ledger>[0]['clock'];
  readonly entropy: ConstructorParameters<typeof Ledger>[0]['entropy'];
  /** A second way into the database, for what nobody can do over the interface alone: give money, and tell
   *  what a gateway would tell. */
  readonly store: CloudStore;
  readonly provider: SimPaymentProvider;
  readonly sms: SimSmsProvider;
  /** Time passes until what was asked for is there. */
  readonly settled: <Result>(work: Promise<Result>) => Promise<Result>;
  /** Lets the cloud do what it does after an answer. */
  readonly wait: (ms: number) => Promise<void>;
}

const TENANT = 'demo';
const PURSE_FEN = 10_000_000;
export const LOT = 'fuzz-lot';
export const BATH = 'fuzz-bath';
export const GATEWAY = 'gw-1';
export const PASSWORD = 'correct horse battery';
/** Who cancels pays half. */
export const TARIFF = {
  ...{stepMinutes: 15, overtimePercent: 100, lenderPercent: 80},
  refunds: [{aheadMs: 0, percent: 50}],
};
const ALWAYS = {weekly: [{days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 1440}]};

/** Things that are really there, made over the interface as integrators make them: each call a new one. */
export class FuzzWorld {
  readonly #options: FuzzWorldOptions;
  #count = 0;
  readonly #open: string[] = [];

  constructor(options: FuzzWorldOptions) {
    this.#options = options;
  }

  get nowMs(): number {
    return this.#options.clock.wallMs();
  }

  /** A number that nobody had before. */
  next(): number {
    this.#count += 1;
    return this.#count;
  }

  wait(ms: number): Promise<void> {
    return this.#options.wait(ms);
  }

  /** The body of a success. @throws Error for any other answer */
  async ask<Body = Said>(method: string, path: string, body?: unknown, asked: Asked = {}) {
    const {rig, settled} = this.#options;
    const answer = await settled(
      rig.ask(method, path, {...asked, ...(body === undefined ? {} : {body})}),
    );
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    const etag = answer.headers.get('etag') ?? '';
    return {...(text === '' ? {} : (JSON.parse(text) as object)), etag} as Body & {etag: string};
  }

  async begin(): Promise<void> {
    await this.site({id: LOT, kind: 'public'});
    await this.site({id: BATH, kind: 'bath'});
    await this.ask('PUT', `/v1/sites/${LOT}/gateways/${GATEWAY}`);
    await this.ask('PUT', `/v1/sites/${BATH}/gateways/gw-2`);
    await this.ask('POST', `/v1/sites/${BATH}/points`, {id: 'S-1', kind: 'stall', gateway: 'gw-2'});
    const {etag} = await this.ask('GET', `/v1/tariffs/${LOT}`);
    await this.ask('PUT', `/v1/tariffs/${LOT}`, TARIFF, {headers: {'if-match': etag}});
    const text = {language: 'zh-CN', text: 'The lease.', depositFen: 1000};
    await this.ask('POST', '/v1/agreement-texts', text);
  }

  async site(wish: {readonly id: string; readonly kind: string}): Promise<string> {
    const place = {latE7: 225_431_000, lngE7: 1_140_579_000};
    await this.ask('POST', '/v1/sites', {...wish, ...place, name: 'S', zone: 'Asia/Shanghai'});
    return wish.id;
  }

  async bay(): Promise<string> {
    const number = this.next();
    const id = `B-${number}`;
    const bay = {id, kind: 'bay', gateway: GATEWAY, number};
    await this.ask('POST', `/v1/sites/${LOT}/points`, bay);
    return id;
  }

  async member(): Promise<string> {
    return (await this.known()).id;
  }

  async known(): Promise<{readonly id: string; readonly phone: string}> {
    const phone = `138${String(this.next()).padStart(8, '0')}`;
    const roles = ['tenant', 'lender', 'bather'];
    const {id} = await this.ask('POST', '/v1/members', {phone, name: 'Fuzz', roles});
    return {id: String(id), phone};
  }

  /** Money in a member's purse. */
  async rich(): Promise<string> {
    const member = await this.member();
    await this.give(member);
    return member;
  }

  async give(member: string): Promise<void> {
    const {clock, entropy, store} = this.#options;
    const ledger = new Ledger({clock, entropy, table: new LedgerTable()});
    const to = [{account: `member:${member}` as const, amountFen: PURSE_FEN}];
    const move = {move: 'transfer', from: 'house:clearing', to, reason: 'fuzz'} as const;
    const key = `fuzz-${this.next()}`;
    const about = {orderId: null};
    // The clock stands meanwhile: the cloud writes nothing into a file that this connection holds.
    await store.transaction(tx => ledger.move(tx, TENANT, {...move, key}, about));
  }

  /** Somebody who may log in, and has not yet. */
  async invited(roles = ['operator', 'member']) {
    const {id, phone} = await this.known();
    await this.ask('PUT', `/v1/members/${id}/access`, {roles, sites: null});
    const {invitation} = await this.ask('POST', `/v1/members/${id}/invitation`);
    return {id, phone, invitation};
  }

  /** Somebody who has logged in: his token, and his member. */
  async person(roles?: string[]) {
    const {id, phone, invitation} = await this.invited(roles);
    const opened = await this.ask('POST', '/v1/sessions/redeem', {invitation, password: PASSWORD});
    return {id, phone, key: String(opened.token)};
  }

  async listing(offer: 'hourly' | 'lease'): Promise<{id: string; point: string}> {
    const point = await this.bay();
    const terms = offer === 'lease' ? {priceFen: 72_000, termDays: 30} : {priceFen: 600};
    const from = this.nowMs - HOUR_MS;
    const openings =
      offer === 'lease' ? ALWAYS : {single: [{fromMs: from, untilMs: from + 60 * DAY_MS}]};
    const wish = {site: LOT, point, offer, ownershipRef: 'deed', openings, isPublic: true};
    const {id} = await this.ask('POST', '/v1/listings', {...wish, ...terms});
    return {id: String(id), point};
  }

  /** What a member wants for an hour of a bay that is free. */
  async wish(): Promise<Said & {readonly holder: string}> {
    const {point} = await this.listing('hourly');
    const fromMs = this.nowMs + HOUR_MS;
    return {site: LOT, point, fromMs, untilMs: fromMs + HOUR_MS, holder: await this.rich()};
  }

  async booking(change: object = {}): Promise<string> {
    const wish = {...(await this.wish()), plate: '粤B12345', ...change};
    return String((await this.ask('POST', '/v1/bookings', wish)).id);
  }

  /** A proposal that nobody has answered yet. */
  async agreement(holder?: string) {
    const {point} = await this.listing('lease');
    const fromMs = this.nowMs + HOUR_MS;
    const times = {fromMs, untilMs: fromMs + 30 * DAY_MS};
    const wish = {site: LOT, point, holder: holder ?? (await this.rich()), ...times};
    const {id, lease, textSha256} = await this.ask('POST', '/v1/agreements', wish);
    return {id: String(id), lease: String(lease), textSha256, ...times};
  }

  async lease(holder?: string) {
    const agreement = await this.agreement(holder);
    for (const side of ['tenant', 'lender']) {
      const {id, textSha256} = agreement;
      await this.ask('POST', `/v1/agreements/${id}/consent`, {textSha256, side});
    }
    return agreement;
  }

  async grant(holder?: string) {
    const wish = {
      ...{site: LOT, holder: holder ?? (await this.member()), points: [await this.bay()]},
      credentials: [{kind: 'qr'}],
    };
    const times = {fromMs: this.nowMs, untilMs: this.nowMs + DAY_MS};
    const said = await this.ask<Issued>('POST', '/v1/grants', {...wish, ...times});
    return said;
  }

  /** Of somebody who has logged in. */
  async ownGrant() {
    const {id, key} = await this.person();
    const {grant, credentials} = await this.grant(id);
    return {key, grant: grant.id, credential: credentials[0]?.id ?? ''};
  }

  async webhook(): Promise<string> {
    const {id} = await this.ask('POST', '/v1/webhooks', {url: 'https://example.com/hook'});
    return String(id);
  }

  async bathCode(): Promise<string> {
    const {id} = await this.ask('POST', '/v1/bath/codes', {site: BATH, holder: await this.rich()});
    return String(id);
  }

  /** A site of its own, with nobody and nothing there. */
  station(): Promise<string> {
    return this.site({id: `fuzz-s${this.next()}`, kind: 'station'});
  }

  /** Somebody who could be told of calls, at once, by SMS. */
  async guard() {
    const {id, phone} = await this.known();
    return {id, phone, wish: {channel: 'sms', afterMs: 0, language: 'en', label: 'Guard'}};
  }

  async contact(site?: string) {
    const at = site ?? (await this.station());
    const {id: member, phone, wish} = await this.guard();
    const made = await this.ask('POST', `/v1/sites/${at}/call-contacts`, {...wish, member});
    return {id: String(made.id), site: at, member, phone};
  }

  /** Somebody presses a button at a site, and its guard has read of it. */
  async call() {
    const site = await this.station();
    const gateway = `gw-c${this.next()}`;
    await this.ask('PUT', `/v1/sites/${site}/gateways/${gateway}`);
    await this.#press(gateway);
    // Who is added while a call is open is told of it.
    const {member, phone} = await this.contact(site);
    const {id: notice, call: id} = await this.#sentAt(site);
    const text = this.#options.sms.to(`+86${phone}`)[0]?.text ?? '';
    const code = /code ([0-9A-Z]{10})/.exec(text)?.[1];
    if (code === undefined) throw new Error(`no code in "${text}"`);
    return {id, site, member, notice, code};
  }

  /** As its events tell it. */
  async #press(gateway: string): Promise<void> {
    const {clock, entropy, store} = this.#options;
    const intake = new CallIntake({clock, entropy, sites: new SiteTable(), calls: new CallTable()});
    const times = {firstWall: this.nowMs, wordWall: this.nowMs, epochNo: 1, seq: 1};
    const place = {gateway, alarm: 'a-1', bay: null, collector: 'C1', count: 1};
    const word = {kind: 'EMERGENCY_BUTTON', word: 'raised', person: null} as const;
    await store.transaction(tx => intake.note(tx, [{...place, ...word, ...times}]));
  }

  async #sentAt(site: string): Promise<{readonly id: string; readonly call: string}> {
    for (let tries = 0; tries < 100; tries += 1) {
      const path = `/v1/sites/${site}/call-notices`;
      const {notices} = await this.ask<{notices: readonly Told[]}>('GET', path);
      const told = notices.find(({state, why}) => state === 'sent' && why === 'step');
      if (told) return told;
      await this.wait(100);
    }
    throw new Error(`nobody was told of the call at ${site}`);
  }

  /** The key of an entry of the ledger that can be taken back. */
  async entry(): Promise<string> {
    await this.rich();
    return `fuzz-${this.#count}`;
  }

  async payment(what: 'recharges' | 'deposits' = 'recharges'): Promise<string> {
    const reason = what === 'deposits' ? {reason: 'fuzzing it'} : {};
    const path = `/v1/members/${await this.member()}/${what}`;
    const {payment} = await this.ask('POST', path, {provider: 'sim', amountFen: 500, ...reason});
    return String(payment);
  }

  /** What was paid at the provider, and is booked here. */
  async paid(what: 'recharges' | 'deposits'): Promise<string> {
    const id = await this.payment(what);
    for (let state = ''; state !== 'succeeded'; ) {
      if (this.#options.provider.order(id)) this.#options.provider.pay(id);
      await this.wait(100);
      state = String((await this.ask('GET', `/v1/payments/${id}`)).state);
      if (state === 'pending') await this.#called(id);
    }
    return id;
  }

  /** What the provider says of a payment, signed. */
  async called(): Promise<{readonly headers: Readonly<Record<string, string>>; body: string}> {
    const id = await this.payment();
    while (!this.#options.provider.order(id)) await this.wait(50);
    return this.#options.provider.callBack(id);
  }

  async #called(id: string): Promise<void> {
    if (!this.#options.provider.order(id)) return;
    const {headers, body} = this.#options.provider.callBack(id);
    await this.ask('POST', '/v1/payments/callbacks/sim', body, {headers, key: null});
  }

  /** A day of which the provider's books tell of something that ours do not; gives what. */
  async differing(day: string): Promise<string> {
    const {provider} = this.#options;
    this.#open.push(day);
    const line = {key: 'nobody', act: 'charge', ref: 'r-1', amountFen: 7, currency: 'CNY'} as const;
    provider.bendSettlement = lines => [...lines, line];
    await this.ask('POST', `/v1/reconciliations/sim/${day}`);
    provider.bendSettlement = lines => lines;
    return 'nobody';
  }

  /** Compared again, those days add up that nobody has settled: nobody is paid before. */
  async balanceAll(): Promise<void> {
    for (const day of this.#open.splice(0)) {
      const {state} = await this.ask('GET', `/v1/reconciliations/sim/${day}`);
      if (state === 'balanced') continue;
      await this.ask('POST', `/v1/reconciliations/sim/${day}`);
    }
  }
}

interface Issued {
  readonly grant: {readonly id: string};
  readonly credentials: readonly {readonly id: string}[];
}

interface Told {
  readonly id: string;
  readonly call: string;
  readonly state: string;
  readonly why: string;
}
