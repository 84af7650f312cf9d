import type {Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {SiteEventBodies} from '../../protocols/site/events.js';
import type {Grant} from '../../protocols/site/grant.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {type HousePlan, housePlant} from '../plan/house-plan.js';
import {SimHouse, type SimStall} from '../site/sim-house.js';
import type {World, WorldOptions} from '../world.js';
import {quickStretch, showerRight} from './shower-right.js';
import {StoreChannel} from './store-channel.js';
import {withWorld} from './with-world.js';

export interface HouseOptions extends HousePlan {
  readonly more?: Partial<WorldOptions>;
}

/** A bathhouse in a world: one line with Xintai meters, one with posts of pulse meters, one with their boards. */
export class BathHouse {
  readonly options: WorldOptions;
  readonly #plan: HousePlan;
  #house: SimHouse | undefined;
  #world: World | undefined;
  #channel: StoreChannel | undefined;
  #rights = 0;

  constructor({more = {}, ...plan}: HouseOptions = {}) {
    this.#plan = plan;
    const linkOf = (path: string, baudRate: number) => ({kind: 'serial', path, baudRate}) as const;
    this.options = {
      ...{collectors: [], stretch: quickStretch, ...more},
      plant: {...housePlant(plan, linkOf), install: world => this.#install(world)},
    };
  }

  get world(): World {
    return built(this.#world);
  }

  get stalls(): readonly SimStall[] {
    return built(this.#house).stalls;
  }

  /** The board that counts the pulses of the first stalls. */
  get counter() {
    const [first] = built(this.#house).counters;
    return built(first);
  }

  stall(id: string): SimStall {
    return built(this.#house).stall(id);
  }

  /** Until every stall is free. */
  async ready(): Promise<void> {
    const all = () => this.stalls.every(({id}) => this.screen(id).startsWith('Type your code'));
    await this.world.until(all, 60_000);
  }

  screen(id: string): string {
    return built(this.#house).screen(id);
  }

  /** A code with a right to one shower, as the cloud would send it. */
  async code(digits: string, change: Partial<Grant> = {}): Promise<Grant> {
    const {world} = this;
    this.#rights += 1;
    const {credential, grant} = showerRight({
      ...{site: 'lot-1', no: this.#rights, digits, isQuick: true, change},
      ...{stalls: this.stalls.map(({id}) => id), nowMs: world.clock.wallMs()},
    });
    this.#channel ??= new StoreChannel(() => world.edge.grants);
    await this.#channel.putCredential(credential);
    await this.#channel.putGrant(grant);
    return grant;
  }

  /** Digits and `#`, and the verdict is there when this settles. */
  async type(id: string, keys: string, gapMs: Millis = 300): Promise<void> {
    this.stall(id).keypad.type(keys, gapMs);
    await this.world.advance(keys.length * gapMs + 300);
    await this.world.edge.site.codes.settled();
    await this.world.advance(100);
  }

  key(id: string, key: '*' | '#'): Promise<void> {
    return this.type(id, key);
  }

  /** The last word of each shower, in the order of their beginnings. */
  showers(): readonly SiteEventBodies['shower'][] {
    const last = new Map<string, SiteEventBodies['shower']>();
    for (const {body} of this.world.events('shower')) last.set(body.session, body);
    return [...last.values()];
  }

  settled(count: number, limitMs = 60_000): Promise<void> {
    const isDone = () => this.showers().filter(({phase}) => phase === 'settled').length >= count;
    return this.world.until(isDone, limitMs);
  }

  #install(world: World) {
    this.#world = world;
    this.#house = new SimHouse({
      plan: this.#plan,
      clock: world.clock,
      entropy: new SeededEntropy(7),
      farEnd: line => world.end(line),
    });
    return [this.#house];
  }
}

/** Play a story in a house of its own, once every stall is free. */
export async function bathe(
  t: Parameters<typeof withWorld>[0],
  options: HouseOptions,
  play: (house: BathHouse) => Promise<unknown>,
): Promise<void> {
  const house = new BathHouse(options);
  await withWorld(t, house.options, async () => {
    await house.ready();
    await play(house);
  });
}

function built<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new UsageError('sim/absent', 'the house is not built');
  return thing;
}
