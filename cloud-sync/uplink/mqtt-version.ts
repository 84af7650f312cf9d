/** 5, or 4 as MQTT 3.1.1 calls itself. */
export type MqttVersion = 4 | 5;

/** Keeps over a restart what was learned. */
export interface VersionShelf {
  /** Undefined: nothing is kept. */
  read(): MqttVersion | undefined;
  write(version: MqttVersion): void;
}

/** So many connections stay with what was learned before the newer one is tried again. */
const KEPT_FOR = 16;

/**
 * Which MQTT a broker speaks, learned from what it does: 5 where it has it, 3.1.1 otherwise. A refusal
 * says it outright; a broker that hangs up without a word is tried the other way the next time. So a
 * broker may be swapped for another kind at any time, and nobody configures anything.
 */
export class MqttVersionMemory {
  readonly #shelf: VersionShelf | undefined;
  #version: MqttVersion;
  #kept: MqttVersion | undefined;
  #opened = 0;

  constructor(shelf?: VersionShelf) {
    this.#shelf = shelf;
    this.#kept = shelf?.read();
    this.#version = this.#kept ?? 5;
  }

  /** For the next connection. */
  next(): MqttVersion {
    if (this.#version === 4 && this.#opened >= KEPT_FOR) this.#turnTo(5);
    return this.#version;
  }

  opened(version: MqttVersion): void {
    if (version === this.#version) this.#opened += 1;
    if (version === this.#kept) return;
    this.#kept = version;
    this.#shelf?.write(version);
  }

  /** The broker does not speak `version`, or hung up on it without a word. */
  refused(version: MqttVersion): void {
    this.#turnTo(version === 5 ? 4 : 5);
  }

  #turnTo(version: MqttVersion): void {
    this.#version = version;
    this.#opened = 0;
  }
}
