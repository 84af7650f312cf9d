import {rest} from '../real/peer-process.js';
import {type CrashPark, GATEWAY} from './crash-park.js';
import type {Note, Phase} from './notes.js';

const LOOK_EVERY_MS = 40;

/** Reads what the cloud has committed, and notes it. */
export class Watch {
  readonly #park: CrashPark;
  readonly #position: () => number;
  readonly #notes: Note[];
  readonly #times: {atMs: number; at: number}[];
  readonly #done: Promise<void>;
  #isOver = false;
  #cursor = '';
  #held = 0;

  constructor(
    park: CrashPark,
    position: () => number,
    notes: Note[],
    times: {atMs: number; at: number}[],
  ) {
    this.#park = park;
    this.#position = position;
    this.#notes = notes;
    this.#times = times;
    this.#done = this.#run();
  }

  /** Has the gateway ever reported a state of the grants as the cloud made it? */
  get isHeld(): boolean {
    return this.#held > 1;
  }

  enter(phase: Phase): void {
    this.#notes.push({at: this.#position(), kind: 'phase', phase});
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      await this.#look();
      await rest(LOOK_EVERY_MS);
    }
    await this.#look();
  }

  async #look(): Promise<void> {
    this.#times.push({atMs: performance.now(), at: this.#position()});
    const {cloud} = this.#park;
    const {gateways} = await cloud.get<{gateways: readonly SeenGateway[]}>('/v1/gateways');
    const seen = gateways.find(({id}) => id === GATEWAY);
    if (!seen) return;
    const {held} = seen.grants;
    if (held !== this.#held) {
      this.#held = held;
      if (held > 1) this.#notes.push({at: this.#position(), kind: 'grants', version: held});
    }
    for (;;) {
      const after = this.#cursor === '' ? '' : `&after=${this.#cursor}`;
      const page = await cloud.get<{events: readonly FeedEvent[]; next: string}>(
        `/v1/gateways/${GATEWAY}/events?limit=500${after}`,
      );
      for (const {epoch, seq, kind, body} of page.events) {
        const text = JSON.stringify(body);
        this.#notes.push({
          at: this.#position(),
          kind: 'event',
          epoch,
          seq,
          event: kind,
          body: text,
        });
      }
      if (page.events.length === 0) return;
      this.#cursor = page.next;
    }
  }
}

interface SeenGateway {
  readonly id: string;
  readonly grants: {readonly held: number};
}

interface FeedEvent {
  readonly epoch: string;
  readonly seq: number;
  readonly kind: string;
  readonly body: unknown;
}
