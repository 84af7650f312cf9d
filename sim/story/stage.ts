import {readFileSync} from 'node:fs';
import type {PageAlarm, PageState} from '../../edge/page/view.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {SimCard} from '../devices/sim-card.js';
import {Car} from '../plant/car.js';
import {Tenant} from '../plant/tenant.js';
import type {CardOffice, IssuedCard} from '../scenarios/card-office.js';
import type {LiveSite} from './live-site.js';

/** How often a scene looks whether what it waits for has happened. */
const LOOK_MS: Millis = 20;
const ASK_MS: Millis = 100;

export interface StageParts {
  readonly office: CardOffice;
  readonly say: (text: string) => void;
  /** Ends every wait of the scene. */
  readonly signal: AbortSignal;
}

/** What a scene has at hand: the live site, the people in it, and a narrator. */
export class Stage {
  readonly live: LiveSite;
  readonly office: CardOffice;
  readonly #say: (text: string) => void;
  readonly #signal: AbortSignal;

  constructor(live: LiveSite, parts: StageParts) {
    this.live = live;
    this.office = parts.office;
    this.#say = parts.say;
    this.#signal = parts.signal;
  }

  get clock(): Clock {
    return this.live.clock;
  }

  say(text: string): void {
    this.#say(text);
  }

  sleep(forMs: Millis): Promise<void> {
    return this.clock.sleep(forMs, this.#signal);
  }

  /** Wait until `condition` holds. @throws UsageError `story/late` naming what did not happen */
  async until(what: string, limitMs: Millis, condition: () => boolean): Promise<void> {
    const untilMs = this.clock.nowMs() + limitMs;
    while (!condition()) {
      if (this.clock.nowMs() > untilMs) {
        throw new UsageError('story/late', `${what}: not within ${limitMs} ms`);
      }
      await this.sleep(LOOK_MS);
    }
  }

  /** The same for what has to be asked for. */
  async untilTrue(what: string, limitMs: Millis, ask: () => Promise<boolean>): Promise<void> {
    const untilMs = this.clock.nowMs() + limitMs;
    while (!(await ask())) {
      if (this.clock.nowMs() > untilMs) {
        throw new UsageError('story/late', `${what}: not within ${limitMs} ms`);
      }
      await this.sleep(ASK_MS);
    }
  }

  /** Somebody new on the platform, once his money has arrived. */
  async personWith(name: string, fen: number): Promise<string> {
    const {platform} = this.live;
    const id = await platform.person(name, fen);
    const isThere = async () => (await platform.balanceFen(id)) >= fen;
    await this.untilTrue(`${name} has ${fen} fen`, 10_000, isThere);
    return id;
  }

  /** @throws UsageError `story/wrong` when `holds` is false */
  check(what: string, holds: boolean): void {
    if (!holds) throw new UsageError('story/wrong', what);
  }

  /** A genuine card with a grant for `bay`, once the gateway holds both. */
  async cardFor(bay: string): Promise<IssuedCard> {
    const card = await this.office.cardFor([bay]);
    const {book} = this.live.edge.daemon.store;
    const isHeld = () => book.grantsOf(card.credential.id).length > 0;
    await this.until(`the grant for ${bay} reaches the gateway`, 5000, isHeld);
    return card;
  }

  tap(collector: string, card: SimCard): Promise<void> {
    return new Tenant({clock: this.clock, card}).tap(this.live.site.post(collector));
  }

  car(plate: string): Car {
    return new Car({clock: this.clock, plate});
  }

  /** What the display of a collector reads, both lines in one. */
  screen(collector: string): string {
    return this.live.site.post(collector).screen?.lines.join(' / ') ?? '';
  }

  /** Wait until the display of a collector reads `part` somewhere, and read it aloud. */
  async untilScreen(collector: string, part: string, limitMs: Millis): Promise<void> {
    const shown = () => this.screen(collector).includes(part);
    await this.until(`${collector} shows "${part}"`, limitMs, shown);
    this.say(`${collector} shows: ${this.screen(collector)}`);
  }

  state(): PageState {
    return this.live.edge.daemon.site.state();
  }

  async untilAlarm(kind: PageAlarm['kind'], at: string, limitMs: Millis): Promise<PageAlarm> {
    const find = () =>
      this.state().alarms.find(
        alarm => alarm.kind === kind && (alarm.bay === at || alarm.collector === at),
      );
    await this.until(`${kind} at ${at}`, limitMs, () => find() !== undefined);
    const alarm = find();
    if (!alarm) throw new UsageError('story/wrong', `${kind} at ${at} vanished`);
    return alarm;
  }

  /** A member of staff acknowledges on the local page, as the browser would. */
  async acknowledge(alarm: PageAlarm, person: string): Promise<void> {
    const {edge, folder} = this.live;
    const access = readFileSync(`${folder}/lot-1.db.token`, 'utf8');
    const {token}: {token: string} = JSON.parse(access);
    const response = await fetch(new URL(`/api/alarms/${alarm.id}/acknowledge`, edge.pageUrl), {
      method: 'POST',
      headers: {'content-type': 'application/json', 'x-latchkey-token': token},
      body: JSON.stringify({person}),
    });
    this.check(`the page takes the acknowledgement (${response.status})`, response.ok);
  }
}
