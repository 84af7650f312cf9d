import {
  asId,
  type BayId,
  type CollectorId,
  type DeviceId,
  type PersonId,
} from '../../protocols/site/ids.js';
import {buttonName, readerName, stallPosts} from '../config/device-use.js';
import type {OrderResult} from '../domain/lot/contract.js';
import type {TestParts, TestReport, TestRequest} from './contract.js';
import {askDevice, framesOf, repeatedOrders} from './wire-test.js';

/** What a test of one kind found, before its frames are added. */
interface Found {
  readonly result: TestReport['result'];
  readonly why: string;
  readonly seen: readonly string[];
}

const LOOK_EVERY_MS = 100;
const LONGEST_WATER_S = 30;

/**
 * One device tried alone while the site runs, under the interlocks of every day: `force` lets a test into an occupied
 * bay, and never raises an arm under a car. Each ends as an event `test` of its device in the journal.
 */
export class DeviceTests {
  readonly #parts: TestParts;

  constructor(parts: TestParts) {
    this.#parts = parts;
  }

  async run(request: TestRequest): Promise<TestReport> {
    const {clock} = this.#parts;
    const sinceMs = clock.nowMs();
    const device = this.#deviceOf(request);
    const wire = device === undefined ? undefined : this.#parts.wireOf(device);
    const asked = wire && (await askDevice(wire, clock));
    const found = await this.#judge(request, device, asked?.answers === 0 && asked.asked > 0);
    const frames = wire ? framesOf(wire, sinceMs) : [];
    const {kind, what, force, person} = request;
    const lost = asked ? asked.asked - asked.answers : 0;
    const report: TestReport = {
      ...{kind, device: request.device, what: kind === 'lock' ? what : 'test'},
      ...found,
      roundTripMs: asked?.roundTripMs ?? null,
      retries: lost + repeatedOrders(frames),
      frames,
    };
    const {result, why, roundTripMs, retries} = report;
    this.#parts.tell({
      kind: 'deviceEvent',
      device: asId<DeviceId>(device ?? request.device),
      event: 'test',
      data: {
        what: `${kind} ${report.what}`,
        person,
        result,
        why,
        roundTripMs,
        retries,
        forced: force,
      },
    });
    return report;
  }

  /** The device whose wire is looked at; undefined: there is none of that name. */
  #deviceOf({kind, device}: TestRequest): string | undefined {
    const {collectors, bath} = this.#parts.config;
    switch (kind) {
      case 'lock':
        return collectors
          .flatMap(({bays}) => bays)
          .find(({id, lock}) => id === device || lock === device)?.lock;
      case 'reader': {
        const post = this.#postOf(device);
        return post?.kind === 'plain' ? readerName(post) : post?.id;
      }
      case 'shower':
        return bath?.stalls.find(({id}) => id === device)?.meter;
      case 'counter':
        return this.#parts.readingOf(device) === undefined ? undefined : device;
      case 'call':
        return this.#callPost(device)?.button;
    }
  }

  #postOf(name: string) {
    const isIt = (one: SiteCollector) =>
      one.id === name || (one.kind === 'plain' && readerName(one) === name);
    return this.#parts.config.collectors.find(isIt);
  }

  #callPost(name: string): {readonly id: string; readonly button: string} | undefined {
    const {config} = this.#parts;
    const posts = [
      ...config.collectors.flatMap(one =>
        one.kind === 'plain' ? [{id: one.id, button: buttonName(one)}] : [],
      ),
      ...stallPosts(config).map(({id, button}) => ({id, button})),
    ];
    return posts.find(({id, button}) => id === name || button === name);
  }

  #judge(request: TestRequest, device: string | undefined, isSilent: boolean): Promise<Found> {
    const {kind} = request;
    if (device === undefined)
      return Promise.resolve(refused(`no ${kind} is called ${request.device}`));
    if (isSilent) return Promise.resolve(failed('it does not answer', []));
    switch (kind) {
      case 'lock':
        return this.#lock(request);
      case 'reader':
        return this.#reader(request);
      case 'shower':
        return this.#shower(request);
      case 'counter':
        return this.#counter(request);
      case 'call':
        return this.#call(request);
    }
  }

  async #lock({device, what, person, force}: TestRequest): Promise<Found> {
    const bay = this.#bayOf(device);
    if (!bay) return refused(`no bay has the lock ${device}`);
    const {reading, sensor, session, health, config} = bay;
    const seen = [
      `arm ${reading?.arm ?? 'unknown'}, vehicle ${reading?.vehicle ?? 'unknown'}, ${health}`,
    ];
    if (what === 'status') {
      return health === 'ok'
        ? {result: 'passed', why: '', seen}
        : failed(`the lock is ${health}`, seen);
    }
    // An arm that a person lowered waits for a car, and nobody has a right to the bay yet.
    const isTaken = session !== undefined && (session.entered || session.row.grant !== null);
    const hasCar = sensor?.occupancy === 'occupied' || reading?.vehicle === 'present';
    const isOccupied = isTaken || hasCar;
    if (isOccupied && !force)
      return refused('OCCUPIED: --force tries it all the same, under the interlocks', seen);
    const by = asId<PersonId>(person);
    const order = await this.#parts.orderToEnd(
      config.id,
      what,
      by,
      `test${force ? ' --force' : ''}`,
    );
    const after = this.#bayOf(device)?.reading?.arm ?? 'unknown';
    return {...judgedOrder(order), seen: [...seen, `arm ${after} afterwards`]};
  }

  #bayOf(device: string) {
    const bays = [...this.#parts.lot().bays.values()];
    return bays.find(({config}) => config.id === asId<BayId>(device) || config.lock === device);
  }

  /** The next card at a reader is for the test: it opens nothing. Its number is told by its last digits alone. */
  async #reader({device, seconds}: TestRequest): Promise<Found> {
    const post = this.#postOf(device);
    let card: string | undefined;
    const end = this.#parts.watch(input => {
      if (input.kind !== 'card' || input.collector !== post?.id) return false;
      card ??= `card ..${input.card.uid.slice(-4)}, ${input.card.assurance.kind}`;
      return true;
    });
    await this.#wait(seconds, () => card !== undefined);
    end();
    return card === undefined
      ? failed(`no card within ${seconds} s`, [])
      : {result: 'passed', why: '', seen: [card]};
  }

  async #shower({device, seconds}: TestRequest): Promise<Found> {
    const id = asId<CollectorId>(device);
    // Whoever stands under it pays for what runs: no force lets a test in between.
    if (this.#parts.lot().stalls.get(id)?.shower) return refused('somebody showers there');
    const ranS = Math.min(seconds, LONGEST_WATER_S);
    const water = await this.#parts.runWater(id, ranS);
    if (!water) return failed('the valve does not open', []);
    const {beforeMl, afterMl, isShut} = water;
    const ranMl = beforeMl === undefined || afterMl === undefined ? undefined : afterMl - beforeMl;
    const seen = [
      `${ranMl ?? 'unknown'} ml in ${ranS} s`,
      isShut ? 'valve proven shut' : 'valve not proven shut',
    ];
    if (!isShut) return failed('the valve is not proven shut: close it by hand', seen);
    return ranMl === undefined || ranMl <= 0
      ? failed('no water was measured', seen)
      : {result: 'passed', why: '', seen};
  }

  async #counter({device, seconds}: TestRequest): Promise<Found> {
    const before = this.#parts.readingOf(device) ?? '';
    const after = () => this.#parts.readingOf(device) ?? '';
    await this.#wait(seconds, () => after() !== before);
    const seen = [`before: ${before}`, `after: ${after()}`];
    if (after() === before)
      return failed(`nothing was counted within ${seconds} s: walk through once`, seen);
    return {result: 'passed', why: '', seen};
  }

  /** A press is a call, test or not: it rings as every press does, and somebody answers it. */
  async #call({device, seconds}: TestRequest): Promise<Found> {
    const post = this.#callPost(device);
    let presses = 0;
    const end = this.#parts.watch(input => {
      if (input.kind === 'press' && input.collector === post?.id) presses += input.presses;
      return false;
    });
    await this.#wait(seconds, () => presses > 0);
    end();
    if (presses === 0) return failed(`no press within ${seconds} s`, []);
    return {
      result: 'passed',
      why: '',
      seen: [`${presses} press; it rings: acknowledge it on the board`],
    };
  }

  async #wait(seconds: number, isOver: () => boolean): Promise<void> {
    const {clock} = this.#parts;
    const untilMs = clock.nowMs() + seconds * 1000;
    while (!isOver() && clock.nowMs() < untilMs) await clock.sleep(LOOK_EVERY_MS);
  }
}

type SiteCollector = TestParts['config']['collectors'][number];

function judgedOrder(order: OrderResult): Pick<Found, 'result' | 'why'> {
  switch (order.kind) {
    case 'done':
      return {result: 'passed', why: ''};
    case 'refused':
      return {result: 'refused', why: order.reason};
    case 'failed':
      return {result: 'failed', why: order.why};
    case 'accepted':
      return {result: 'failed', why: 'nothing came of it'};
  }
}

function failed(why: string, seen: readonly string[]): Found {
  return {result: 'failed', why, seen};
}

function refused(why: string, seen: readonly string[] = []): Found {
  return {result: 'refused', why, seen};
}
