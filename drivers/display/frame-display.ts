import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {
  DeviceHealth,
  Frame,
  FrameBus,
  FrameOutcome,
  FramePoll,
  UnitKey,
} from '../bus/contract.js';
import {LastValueWriter} from '../lifecycle/last-value-writer.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {Display, DisplayListener, Screen, Voice} from './contract.js';

/** Makes a frame when it is about to go out. */
export type FrameMaker = () => Frame;

/** How one kind of display says things: a new kind is a new value. */
export interface DisplayModel {
  readonly unit: UnitKey;
  /** The frames that together are a screen, in the order in which they go out. */
  screen(screen: Screen): readonly FrameMaker[];
  /** Undefined: this kind has no voice. */
  readonly speech: ((text: string) => Frame) | undefined;
  /** Undefined: it never answers, and nobody knows its health. */
  readonly probe: DisplayProbe | undefined;
}

/** A question that proves a display alive. */
export interface DisplayProbe {
  readonly periodMs: Millis;
  readonly make: FrameMaker;
  /** What it answered, for those that have more to say than that they live. */
  onReply?(bytes: Uint8Array, atMs: Millis): void;
}

export interface FrameDisplayOptions {
  readonly id: DeviceId;
  readonly bus: FrameBus;
  readonly clock: Clock;
  readonly model: DisplayModel;
  readonly listener: DisplayListener;
  /** `device/failed`: it refuses what it is told to show. Once until it obeys. */
  readonly onTrouble?: TroubleListener | undefined;
}

/** Texts are long line time: a command of the same instant goes first. */
const SETTLE_MS: Millis = 30;
const RETRY_MS: Millis = 1000;
const REFRESH_MS: Millis = 30_000;
/** Words older than this are for somebody who has gone. */
const SPEECH_LIFE_MS: Millis = 5000;

interface Words {
  readonly text: string;
  readonly fromMs: Millis;
}

/**
 * A display with frames of its own on a line. Of screens the last wins and is refreshed, of words each
 * is said once. A screen that takes two frames is sent again from its first when one of them is lost.
 * Source: device notes 5.2.
 */
export class FrameDisplay implements Display, Voice {
  readonly id: DeviceId;
  readonly #options: FrameDisplayOptions;
  readonly #writer: LastValueWriter<Screen>;
  readonly #leave: (() => void) | undefined;
  #words: Words | undefined;
  #isSpeechSubmitted = false;
  #isRefusing = false;
  #closed = false;

  constructor(options: FrameDisplayOptions) {
    const {id, clock, bus, model} = options;
    this.id = id;
    this.#options = options;
    this.#writer = new LastValueWriter({
      name: `display ${id}`,
      clock,
      settleMs: SETTLE_MS,
      retryMs: RETRY_MS,
      refreshMs: REFRESH_MS,
      send: screen => this.#send(screen),
    });
    this.#leave = model.probe && bus.poll(this.#poll(model.probe));
  }

  show(screen: Screen): void {
    this.#writer.set(screen);
  }

  speak(text: string): void {
    if (!this.#options.model.speech || this.#closed) return;
    this.#words = {text, fromMs: this.#options.clock.nowMs()};
    this.#submitWords();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#words = undefined;
    this.#writer.close();
    this.#leave?.();
  }

  #takeWords(nowMs: Millis): string | undefined {
    const words = this.#words;
    this.#words = undefined;
    if (!words || nowMs - words.fromMs > SPEECH_LIFE_MS) return undefined;
    return words.text;
  }

  #submitWords(): void {
    const {bus, model} = this.#options;
    if (this.#isSpeechSubmitted || !this.#words) return;
    this.#isSpeechSubmitted = true;
    let isAsked = false;
    bus.submit({
      unit: model.unit,
      lane: 'confirm',
      compose: nowMs => {
        isAsked = true;
        const words = this.#takeWords(nowMs);
        return words === undefined ? undefined : model.speech?.(words);
      },
      // Lost words are lost: said a second time they would be told to the next person. Words that
      // came while these were on the wire follow them.
      settle: () => {
        this.#isSpeechSubmitted = false;
        // A line that is down asks for no frame: to submit again would go round for ever.
        if (!isAsked) this.#words = undefined;
        this.#submitWords();
      },
    });
  }

  async #send(screen: Screen): Promise<boolean> {
    for (const make of this.#options.model.screen(screen)) {
      const outcome = await this.#transact(make);
      this.#judge(outcome);
      const isTaken = outcome.kind === 'sent';
      const isAnswered = outcome.kind === 'reply' && outcome.verdict === 'answer';
      if (!isTaken && !isAnswered) return false;
    }
    return true;
  }

  #transact(make: FrameMaker): Promise<FrameOutcome> {
    const {bus, model} = this.#options;
    return new Promise(resolve => {
      bus.submit({
        unit: model.unit,
        lane: 'confirm',
        compose: () => (this.#closed ? undefined : make()),
        settle: resolve,
      });
    });
  }

  #judge(outcome: FrameOutcome): void {
    if (outcome.kind !== 'reply' || this.#closed) return;
    const isRefusal = outcome.verdict === 'refusal';
    if (isRefusal && !this.#isRefusing) {
      this.#options.onTrouble?.('device/failed', `${this.id} refuses what it is told to show`);
    }
    this.#isRefusing = isRefusal;
  }

  #poll(probe: DisplayProbe): FramePoll {
    return {
      unit: this.#options.model.unit,
      periodMs: () => probe.periodMs,
      compose: () => probe.make(),
      onOutcome: outcome => {
        if (outcome.kind === 'reply' && !this.#closed) probe.onReply?.(outcome.bytes, outcome.atMs);
      },
      onHealth: health => this.#turn(health),
    };
  }

  #turn(health: DeviceHealth): void {
    if (this.#closed) return;
    this.#writer.follow(health);
    this.#options.listener.onHealth(health);
  }
}
