import {after} from './browser.js';

/** Tone and beats a second for what is to be heard: nobody takes a fault for an emergency. */
const PATTERNS = {
  emergency: {toneHz: 880, beatsPerS: 4},
  assistance: {toneHz: 660, beatsPerS: 1},
  fault: {toneHz: 440, beatsPerS: 0.4},
  test: {toneHz: 523, beatsPerS: 0.5},
  lost: {toneHz: 990, beatsPerS: 8},
};
/** A lowered ring is still heard: it is never silent. */
const VOLUMES = {low: 0.12, normal: 0.5, loud: 1};
const TEST_TONE_MS = 1200;

/**
 * The buzzer of a board. Browsers give no sound before the first touch, so `start` belongs into a click. Two
 * oscillators make the beeps by themselves, also while the tab lies behind others.
 */
export class Sound {
  #context;
  #parts;
  #wanted;
  #isTesting = false;
  #onChange;

  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Whether anything can be heard here. */
  get isOn() {
    return this.#context?.state === 'running';
  }

  /** It sounds now: what is to be heard is, and the loudspeaker is at work. */
  get isSounding() {
    return this.isOn && this.#wanted !== undefined;
  }

  /** From a touch: open the loudspeaker and give a test tone. */
  async start() {
    this.#open();
    await this.#context.resume().catch(() => {});
    this.#isTesting = true;
    this.#play();
    after(TEST_TONE_MS, () => {
      this.#isTesting = false;
      this.#play();
    });
    this.#onChange();
  }

  /** A kiosk whose browser is allowed to sound does so without a touch. */
  tryWithoutTouch() {
    this.#open();
  }

  /** `wanted`: `{type, ring}`, or undefined for silence. */
  set(wanted) {
    this.#wanted = wanted;
    if (wanted) this.#open();
    this.#play();
  }

  #open() {
    if (this.#context) return;
    const context = new AudioContext();
    const tone = new OscillatorNode(context);
    const beat = new OscillatorNode(context, {type: 'square'});
    const gate = new GainNode(context, {gain: 0.5});
    const half = new GainNode(context, {gain: 0.5});
    const volume = new GainNode(context, {gain: 0});
    // The square wave swings between -0.5 and 0.5 around a gain of 0.5: the tone is on, off, on.
    beat.connect(half).connect(gate.gain);
    tone.connect(gate).connect(volume).connect(context.destination);
    tone.start();
    beat.start();
    context.addEventListener('statechange', () => this.#onChange());
    this.#context = context;
    this.#parts = {tone, beat, volume};
  }

  #play() {
    if (!this.#parts) return;
    const {tone, beat, volume} = this.#parts;
    const now = this.#wanted ?? (this.#isTesting ? {type: 'test', ring: 'normal'} : undefined);
    const {toneHz, beatsPerS} = PATTERNS[now?.type] ?? PATTERNS.test;
    tone.frequency.value = toneHz;
    beat.frequency.value = this.#wanted ? beatsPerS : 2;
    volume.gain.value = now ? VOLUMES[now.ring] : 0;
  }
}
