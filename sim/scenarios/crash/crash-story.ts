import type {EdgeDaemon} from '../../../edge/runtime/edge-daemon.js';
import {toHex} from '../../../protocols/base/bytes.js';
import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {encodeRequestPdu} from '../../../protocols/modbus/pdu.js';
import {encodeFrame} from '../../../protocols/modbus/rtu-frame.js';
import {
  lockCommandWrite,
  REFERENCE_LOCK_PROFILE,
} from '../../../protocols/profiles/parking-lock-profile.js';
import {asId} from '../../../protocols/site/ids.js';
import {SeededEntropy} from '../../clock/seeded-entropy.js';
import type {VirtualClock} from '../../clock/virtual-clock.js';
import type {SimCard} from '../../devices/sim-card.js';
import type {SimSite} from '../../site/sim-site.js';
import {StoreChannel} from '../store-channel.js';
import {BAYS, type CrashLife, DEAF_BAY, ONE_ENTRY, TRAVEL_MS} from './crash-lines.js';
import {tell} from './witness.js';

export interface CrashStoryOptions {
  readonly site: SimSite;
  readonly clock: VirtualClock;
  readonly edge: EdgeDaemon;
  readonly seed: number;
}

const COLLECTOR = 'C1';
const BOOT_MS: Millis = 2500;
const HOLD_MS: Millis = 400;
/** First number of the cards, five bytes long. */
const FIRST_UID = 0x4d00000000;
const CARDS_PER_LIFE = 256;
/** The world runs this long with the power still off, until its arms lie as they were left. */
export const SETTLE_MS: Millis = TRAVEL_MS + 100;

/** Put arms and cars where the life before left them. */
export async function settlePlant(options: {
  readonly site: SimSite;
  readonly clock: VirtualClock;
  readonly life: CrashLife;
}): Promise<void> {
  const {site, clock, life} = options;
  site.lock(DEAF_BAY).ail({deaf: 'acks'});
  for (const bay of life.down) {
    const {address, value} = lockCommandWrite('lower', REFERENCE_LOCK_PROFILE);
    const pdu = encodeRequestPdu({kind: 'writeOne', functionCode: 6, address, value});
    const lock = site.lock(bay);
    lock.receive(encodeFrame(lock.unit, pdu));
  }
  await clock.advance(SETTLE_MS);
  for (const bay of life.parked) site.bay(bay).enter(bay);
}

/** People at the site, one after the other and in no order, for ever. */
export class CrashStory {
  readonly #options: CrashStoryOptions;
  readonly #chance: SeededEntropy;
  readonly #channel: StoreChannel;
  readonly #issued = new Set<string>();

  constructor(options: CrashStoryOptions) {
    this.#options = options;
    this.#chance = new SeededEntropy(options.seed * 7919);
    this.#channel = new StoreChannel(() => options.edge.grants);
  }

  async play(): Promise<never> {
    const {clock} = this.#options;
    await clock.advance(BOOT_MS);
    if (this.#chance.fraction() < 0.6) await this.#tap(DEAF_BAY);
    for (;;) {
      await this.#act(BAYS[Math.floor(this.#chance.fraction() * BAYS.length)] ?? BAYS[0]);
      await clock.advance(300 + 1200 * this.#chance.fraction());
    }
  }

  async #act(bayId: string): Promise<void> {
    const bay = this.#options.site.bay(bayId);
    const luck = this.#chance.fraction();
    if (bay.plate !== undefined) {
      if (luck < 0.2) this.#order(bayId, 'up');
      else this.#drive(bayId, false);
    } else if (bay.lock.position === 0) {
      if (luck < 0.6) this.#drive(bayId, true);
      else if (luck < 0.75) this.#order(bayId, 'up');
      else await this.#tap(bayId);
    } else if (luck < 0.2) this.#order(bayId, 'down');
    else await this.#tap(bayId);
  }

  #drive(bayId: string, isIn: boolean): void {
    tell({kind: 'car', bay: bayId, isIn});
    const bay = this.#options.site.bay(bayId);
    if (isIn) bay.enter(bayId);
    else bay.leave();
  }

  #order(bay: string, desired: 'up' | 'down'): void {
    tell({kind: 'order', bay, desired});
    const person = asId<never>('wang');
    void this.#options.edge.site.order({bay: asId(bay), desired, person, reason: 'crash test'});
  }

  async #tap(bay: string): Promise<void> {
    const {clock, site} = this.#options;
    const card = await this.#cardFor(bay);
    tell({kind: 'tap', uid: card.uid});
    site.post(COLLECTOR).present(card);
    await clock.advance(HOLD_MS);
    site.post(COLLECTOR).remove(card.uid);
  }

  /** Good for many entries, for one, or the one-entry card of a former life, perhaps used up. */
  async #cardFor(bay: string): Promise<SimCard> {
    const {seed} = this.#options;
    const luck = this.#chance.fraction();
    if (luck < 0.25) return simCard(seed - 1, BAYS.indexOf(bay as never) * 2);
    const one = luck < 0.6;
    const number = BAYS.indexOf(bay as never) * 2 + (one ? 0 : 1);
    const card = simCard(seed, number);
    const name = `${one ? ONE_ENTRY : 'many-'}${seed}-${bay}`;
    if (!this.#issued.has(name)) await this.#issue(name, bay, card);
    return card;
  }

  async #issue(name: string, bay: string, card: SimCard): Promise<void> {
    this.#issued.add(name);
    const nowMs = this.#options.clock.wallMs();
    await this.#channel.putCard({
      kind: 'card',
      id: asId(`card-${name}`),
      holder: asId(`holder-${name}`),
      uid: card.uid,
      secretHex: toHex(card.secret ?? new Uint8Array(16)),
      state: 'active',
      rev: 1,
    });
    await this.#channel.putGrant({
      id: asId(name),
      number: String(Number.parseInt(card.uid, 16)),
      kind: 'park',
      holder: asId(`holder-${name}`),
      holderMask: '陈**',
      credentials: [asId(`card-${name}`)],
      points: [asId(bay)],
      validFrom: (nowMs - DAY_MS) as UnixMillis,
      validUntil: (nowMs + DAY_MS) as UnixMillis,
      weekly: [],
      entries: name.startsWith(ONE_ENTRY) ? 'one' : 'multi',
      state: 'active',
      rev: 1,
      leaseUntil: (nowMs + 30 * DAY_MS) as UnixMillis,
    });
  }
}

function simCard(seed: number, number: number): SimCard {
  const uid = (FIRST_UID + seed * CARDS_PER_LIFE + number).toString(16).toUpperCase();
  return {uid: asId(uid), secret: new Uint8Array(16).fill(number), userInfo: ''};
}
