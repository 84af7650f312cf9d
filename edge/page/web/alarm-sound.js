const PITCH_HZ = 880;
const BEEPS_PER_S = 2;
/** A lowered ring is still heard: it is never silent. */
const VOLUMES = {normal: 0.5, low: 0.12, silent: 0};

/**
 * The buzzer of the guard's desk. Browsers give no sound before the first touch, so `start` belongs
 * into a click. Two oscillators make the beeps by themselves, also while the tab lies behind others.
 */
export class AlarmSound {
  #volume;
  #level = 'silent';

  get started() {
    return this.#volume !== undefined;
  }

  start() {
    if (this.started) return;
    const context = new AudioContext();
    const tone = new OscillatorNode(context, {frequency: PITCH_HZ});
    const beat = new OscillatorNode(context, {type: 'square', frequency: BEEPS_PER_S});
    const gate = new GainNode(context, {gain: 0.5});
    const half = new GainNode(context, {gain: 0.5});
    this.#volume = new GainNode(context, {gain: VOLUMES[this.#level]});
    // The square wave swings between -0.5 and 0.5 around a gain of 0.5: the tone is on, off, on.
    beat.connect(half).connect(gate.gain);
    tone.connect(gate).connect(this.#volume).connect(context.destination);
    tone.start();
    beat.start();
  }

  /** `level`: 'normal', 'low' or 'silent'. */
  ring(level) {
    this.#level = level;
    if (this.#volume) this.#volume.gain.value = VOLUMES[level];
  }
}
