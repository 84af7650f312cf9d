import type {FarEnd} from '../../drivers/port/byte-link.js';

/** A socket on the wall: the wire behind it stays, while what is plugged in before it is exchanged. */
export class SwitchedEnd implements FarEnd {
  #inner: FarEnd | undefined;
  #listener: (bytes: Uint8Array) => void = () => {};
  #wiretap: (bytes: Uint8Array) => void = () => {};

  /** From now on `inner` carries the bytes; the former one is heard no more. */
  switchTo(inner: FarEnd): void {
    this.#inner?.onBytes(() => {});
    this.#inner = inner;
    inner.onBytes(bytes => {
      this.#wiretap(bytes);
      this.#listener(bytes);
    });
  }

  send(bytes: Uint8Array): void {
    this.#inner?.send(bytes);
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** Overhear what the gateway sends, as a second collector on the same cable would. */
  tap(listener: (bytes: Uint8Array) => void): void {
    this.#wiretap = listener;
  }

  unplug(): void {
    this.#inner?.unplug();
  }

  replug(): void {
    this.#inner?.replug();
  }

  async close(): Promise<void> {
    await this.#inner?.close();
  }
}
