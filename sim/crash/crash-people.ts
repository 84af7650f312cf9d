import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import {asId} from '../../protocols/site/ids.js';
import type {SeededEntropy} from '../clock/seeded-entropy.js';
import type {SimCard} from '../devices/sim-card.js';
import {rest} from '../real/peer-process.js';
import {ONE_ENTRY} from '../scenarios/crash/crash-lines.js';
import {COLLECTORS, type CrashPark, DEAF_BAY, SPARE_BAY} from './crash-park.js';
import type {GatewayProcess} from './gateway-process.js';
import type {GoodOnce} from './good-once.js';

const FIRST_UID = 0x4d00000000;
const HOLD_MS = 150;
/** A driver gives up on a lock that does not move. */
const PATIENCE_MS = 4000;
/** First line of the display where nobody new is let in. */
export const NO_ENTRY = 'No new entry';

/** Drivers, an operator at the page and one at the cloud, all at once and in no order. */
export class CrashPeople {
  readonly #park: CrashPark;
  readonly #chance: SeededEntropy;
  readonly #told: (marker: string) => void;
  readonly #onShown: (grant: string) => void;
  readonly #cards = new Map<string, SimCard>();
  readonly #many = new Map<string, SimCard>();
  readonly #fresh = new Map<string, [grant: string, card: SimCard][]>();
  /** Tokens and codes that nobody showed yet, and those that somebody did. */
  readonly #freshOnce: GoodOnce[];
  readonly #shownOnce: GoodOnce[] = [];
  /** When the car of a bay leaves. */
  readonly #parked = new Map<string, number>();
  #issued = 0;
  #orders = 0;
  #isOver = false;
  #tasks: readonly Promise<void>[] = [];
  gateway: GatewayProcess | undefined;

  /** `told`: an answer said done, and rests on an event with that text in it. `onShown`: a token or code
   *  that is good once, by its grant. */
  constructor(
    park: CrashPark,
    chance: SeededEntropy,
    told: (marker: string) => void,
    onShown: (grant: string) => void = () => {},
  ) {
    this.#park = park;
    this.#chance = chance;
    this.#told = told;
    this.#onShown = onShown;
    this.#freshOnce = [...park.goodOnce];
    park.site.lock(DEAF_BAY).ail({deaf: 'acks'});
  }

  /** One-entry cards that were shown to a reader, by grant. */
  get oneEntryCards(): ReadonlyMap<string, SimCard> {
    return this.#cards;
  }

  /** Cards that wait to be used: a few for each bay, so that the whole state of the grants is a large one. */
  async fillBook(countEach: number): Promise<void> {
    for (const bay of COLLECTORS.flatMap(collector => this.#park.bays(collector))) {
      this.#many.set(bay, await this.#issue(`many-${bay}`, bay));
      const fresh: [string, SimCard][] = [];
      for (let count = 0; count < countEach; count += 1) {
        const grant = `${ONE_ENTRY}${this.#issued}-${bay}`;
        fresh.push([grant, await this.#issue(grant, bay)]);
      }
      this.#fresh.set(bay, fresh);
    }
  }

  start(): void {
    this.#tasks = [
      ...COLLECTORS.map(id => this.#arrive(id)),
      this.#depart(),
      this.#orderAtPage(),
      this.#orderAtCloud(),
    ];
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#tasks);
  }

  /** One visitor after the other at a reader; cars leave when they like. */
  async #arrive(collector: string): Promise<void> {
    const bays = this.#park.bays(collector).filter(bay => bay !== SPARE_BAY);
    while (!this.#isOver) {
      const name = bays[Math.floor(this.#chance.fraction() * bays.length)] ?? DEAF_BAY;
      const bay = this.#park.site.bay(name);
      if (bay.plate === undefined && bay.lock.position === 1) {
        const once = this.#onceFor(collector, name);
        if (once) await this.#show(collector, once);
        else await this.#tap(collector, await this.#cardFor(name));
        await this.#waitFor(() => bay.lock.position === 0 || this.#isTurnedAway(collector));
        if (bay.enter(name) === 'entered')
          this.#parked.set(name, performance.now() + this.#stayMs());
      }
      await rest(20 + 80 * this.#chance.fraction());
    }
  }

  async #depart(): Promise<void> {
    while (!this.#isOver) {
      await rest(50);
      for (const [name, leavesMs] of this.#parked) {
        if (performance.now() < leavesMs) continue;
        this.#park.site.bay(name).leave();
        this.#parked.delete(name);
      }
    }
  }

  /** Long enough to be noticed. */
  #stayMs(): number {
    return 1500 + 1500 * this.#chance.fraction();
  }

  async #waitFor(isSo: () => boolean): Promise<void> {
    const untilMs = performance.now() + PATIENCE_MS;
    while (!isSo() && !this.#isOver && performance.now() < untilMs) await rest(20);
  }

  #isTurnedAway(collector: string): boolean {
    return this.#park.site.post(collector).screen?.lines[0] === NO_ENTRY;
  }

  async #tap(collector: string, card: SimCard): Promise<void> {
    const post = this.#park.site.post(collector);
    post.present(card);
    await rest(HOLD_MS);
    post.remove(card.uid);
    // A reader needs 300 ms without a card before the next one counts.
    await rest(350);
  }

  async #show(collector: string, once: GoodOnce): Promise<void> {
    this.#onShown(once.grant);
    await this.#park.show(collector, once);
    await rest(HOLD_MS);
  }

  /** A token or code that is good once, or one that was, where there is somewhere to show it. */
  #onceFor(collector: string, bay: string): GoodOnce | undefined {
    if (!this.#park.takesCodes(collector) || this.#chance.fraction() < 0.4) return undefined;
    const former = this.#shownOnce.findLast(each => each.bay === bay);
    if (former && this.#chance.fraction() < 0.25) return former;
    const liked = this.#chance.fraction() < 0.5 ? 'token' : 'code';
    const here = this.#freshOnce.filter(each => each.bay === bay);
    const fresh = here.find(({kind}) => kind === liked) ?? here[0];
    if (!fresh) return undefined;
    this.#freshOnce.splice(this.#freshOnce.indexOf(fresh), 1);
    this.#shownOnce.push(fresh);
    return fresh;
  }

  /** Good for one entry, for many, or the one-entry card of somebody who was here before. */
  async #cardFor(bay: string): Promise<SimCard> {
    const luck = this.#chance.fraction();
    const former = [...this.#cards].findLast(([grant]) => grant.endsWith(bay));
    const many = this.#many.get(bay);
    if (luck < 0.2 && former) return former[1];
    if (luck < 0.3 && many) return many;
    const [grant, card] = this.#fresh.get(bay)?.shift() ?? (await this.#issueNow(bay));
    this.#cards.set(grant, card);
    // The cloud has always something new to send.
    if (luck > 0.6) this.#fresh.get(bay)?.push(await this.#issueNow(bay));
    return card;
  }

  async #issueNow(bay: string): Promise<[grant: string, card: SimCard]> {
    const grant = `${ONE_ENTRY}${this.#issued}-${bay}`;
    return [grant, await this.#issue(grant, bay)];
  }

  async #issue(grant: string, bay: string): Promise<SimCard> {
    this.#issued += 1;
    const uid = (FIRST_UID + this.#issued).toString(16).toUpperCase();
    const card: SimCard = {uid: asId(uid), secret: new Uint8Array(16).fill(7), userInfo: ''};
    const {channel} = this.#park.cloud;
    const nowMs = this.#park.clock.wallMs();
    const name = `${grant}-${this.#issued}`;
    await channel.putCard({
      ...{kind: 'card', id: asId(`card-${name}`), holder: asId(`holder-${name}`), uid: card.uid},
      ...{secretHex: toHex(card.secret ?? new Uint8Array(16)), state: 'active', rev: 1},
    });
    await channel.putGrant({
      ...{id: asId(grant), number: '0', kind: 'park', holder: asId(`holder-${name}`)},
      ...{holderMask: '陈**', credentials: [asId(`card-${name}`)], points: [asId(bay)]},
      validFrom: (nowMs - DAY_MS) as UnixMillis,
      validUntil: (nowMs + DAY_MS) as UnixMillis,
      ...{weekly: [], entries: grant.startsWith(ONE_ENTRY) ? 'one' : 'multi', state: 'active'},
      ...{rev: 1, leaseUntil: (nowMs + 30 * DAY_MS) as UnixMillis},
    });
    return card;
  }

  async #orderAtPage(): Promise<void> {
    while (!this.#isOver) {
      await rest(1000 + 1500 * this.#chance.fraction());
      this.#orders += 1;
      const marker = `page-order-${this.#orders}.`;
      const [bay, verb] = this.#anyArm();
      const body = {person: 'wang', reason: marker};
      // The gateway may be off: then nobody was told anything.
      const answer = await this.gateway?.act(`/api/bays/${bay}/${verb}`, body).catch(() => {});
      if (isAccepted(answer)) this.#told(marker);
    }
  }

  async #orderAtCloud(): Promise<void> {
    while (!this.#isOver) {
      await rest(1200 + 1500 * this.#chance.fraction());
      this.#orders += 1;
      const [bay] = this.#anyArm();
      const {id, state} = await this.#park.orderOpen(bay);
      if (state === 'confirmed') this.#told(id);
    }
  }

  #anyArm(): readonly [bay: string, verb: 'open' | 'close'] {
    const all = COLLECTORS.flatMap(collector => this.#park.bays(collector));
    const bays = all.filter(bay => bay !== SPARE_BAY);
    const bay = bays[Math.floor(this.#chance.fraction() * bays.length)] ?? DEAF_BAY;
    return [bay, this.#chance.fraction() < 0.5 ? 'open' : 'close'];
  }
}

function isAccepted(answer: unknown): boolean {
  const result = (answer as {result?: {kind?: string; actuation?: string}} | undefined)?.result;
  // `done` without an order: the arm lay that way already, and nothing had to be stored.
  return result?.kind === 'accepted' || (result?.kind === 'done' && result.actuation !== undefined);
}
