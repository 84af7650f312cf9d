import type {FarEnd} from '../../drivers/port/byte-link.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {asId} from '../../protocols/site/ids.js';
import {CardReader} from '../devices/card-reader.js';
import {Collector} from '../devices/collector.js';
import {Display} from '../devices/display.js';
import {EmergencyButton} from '../devices/emergency-button.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {BUTTON_UNIT, type CollectorPlan, DISPLAY_UNIT, lockUnit} from '../plan/site-plan.js';
import {Bay} from '../plant/bay.js';
import {type Harm, HarmLog} from '../plant/harm-log.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {PlainPost, type SimPost, SmartPost} from './sim-post.js';

export interface SimSiteOptions {
  readonly collectors: readonly CollectorPlan[];
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** The wire's end of each link: `line-C1` for lines, `C1` for the reader or sealed link. */
  readonly farEnd: (link: string) => FarEnd;
  /** Keys of the smart collectors. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** `bytes` on real ports, where replies must come at the pace of the wire. */
  readonly pacing: 'bytes' | 'frame';
}

/** The hardware of a car park, standing on whatever links it is given. */
export class SimSite {
  readonly lines: ReadonlyMap<string, Rs485Line>;
  readonly bays: ReadonlyMap<string, Bay>;
  readonly posts: ReadonlyMap<string, SimPost>;

  readonly #harm: HarmLog;

  constructor(options: SimSiteOptions) {
    this.#harm = new HarmLog(options.clock);
    const lines = new Map<string, Rs485Line>();
    const bays = new Map<string, Bay>();
    const posts = new Map<string, SimPost>();
    for (const plan of options.collectors) {
      const line = createLine(plan, options);
      lines.set(plan.id, line);
      for (const [bay, lock] of createLocks(plan, options)) {
        bays.set(bay, new Bay({id: asId(bay), lock, harm: this.#harm}));
        line.attach(lock);
      }
      posts.set(plan.id, createPost(plan, line, options));
    }
    this.lines = lines;
    this.bays = bays;
    this.posts = posts;
  }

  bay(bay: string): Bay {
    return found(this.bays.get(bay), bay);
  }

  lock(bay: string): ParkingLock {
    return this.bay(bay).lock;
  }

  /** What must never happen and did. */
  get harm(): readonly Harm[] {
    return this.#harm.entries;
  }

  line(collector: string): Rs485Line {
    return found(this.lines.get(collector), `line of ${collector}`);
  }

  post(collector: string): SimPost {
    return found(this.posts.get(collector), collector);
  }

  /** The plain post: its reader, display and button one by one. */
  plainPost(collector: string): PlainPost {
    const post = this.post(collector);
    if (post instanceof PlainPost) return post;
    throw new UsageError('sim/absent', `${collector} is not a plain collector`);
  }

  /** The smart post: what a wiretap or forger needs of it. */
  smartPost(collector: string): SmartPost {
    const post = this.post(collector);
    if (post instanceof SmartPost) return post;
    throw new UsageError('sim/absent', `${collector} is not a smart collector`);
  }

  /** When commands of one kind reached the lock of a bay. */
  commandTimes(bay: string, command: 'raise' | 'lower' | 'stop'): readonly number[] {
    return this.lock(bay)
      .commands.filter(heard => heard.command === command)
      .map(heard => heard.atMs);
  }

  close(): void {
    for (const post of this.posts.values()) post.close();
    for (const line of this.lines.values()) line.close();
  }
}

function createLine(plan: CollectorPlan, options: SimSiteOptions): Rs485Line {
  const {clock, entropy, farEnd, pacing} = options;
  return new Rs485Line({
    clock,
    entropy,
    farEnd: farEnd(`line-${plan.id}`),
    baudRate: plan.lineLink.baudRate,
    pacing,
  });
}

function createLocks(
  plan: CollectorPlan,
  {clock}: SimSiteOptions,
): readonly (readonly [string, ParkingLock])[] {
  return plan.bays.map((bay, index) => [
    bay,
    new ParkingLock({
      clock,
      unit: lockUnit(index),
      ...(plan.travelMs === undefined ? {} : {travelMs: plan.travelMs}),
    }),
  ]);
}

function createPost(plan: CollectorPlan, line: Rs485Line, options: SimSiteOptions): SimPost {
  const {clock, entropy, farEnd, keys} = options;
  if (plan.kind === 'smart') {
    const key = found(keys.get(plan.id), `key of ${plan.id}`);
    const end = farEnd(plan.id);
    return new SmartPost(
      plan.id,
      new Collector({clock, entropy, farEnd: end, collector: plan.id, key}),
    );
  }
  const display = new Display({clock, unit: DISPLAY_UNIT});
  const button = new EmergencyButton({clock, unit: BUTTON_UNIT});
  line.attach(display, button);
  const reader = new CardReader({clock, farEnd: farEnd(plan.id)});
  return new PlainPost(plan.id, {reader, display, button});
}

function found<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new UsageError('sim/absent', `the site has no ${name}`);
  return thing;
}
