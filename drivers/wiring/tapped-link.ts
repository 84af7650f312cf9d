import {concatBytes} from '../../protocols/base/bytes.js';
import type {ByteLink, ByteLinkListener} from '../port/byte-link.js';
import type {WireExchange} from './exchange.js';

const NOTHING = new Uint8Array(0);
/** A line that babbles for hours between two requests must not fill the memory. */
const LONGEST_RECEIVED_BYTES = 2048;

/** A link that remembers what came back after each request, noise and echo included. */
export class TappedLink implements ByteLink {
  readonly #link: ByteLink;
  #request: Uint8Array | undefined;
  #received: Uint8Array = NOTHING;
  #exchanges: WireExchange[] = [];

  constructor(link: ByteLink) {
    this.#link = link;
  }

  get name(): string {
    return this.#link.name;
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  open(listener: ByteLinkListener): void {
    this.#link.open({
      onUp: () => listener.onUp(),
      onDown: reason => listener.onDown(reason),
      onBytes: bytes => {
        const room = Math.max(0, LONGEST_RECEIVED_BYTES - this.#received.length);
        this.#received = concatBytes(this.#received, bytes.subarray(0, room));
        listener.onBytes(bytes);
      },
    });
  }

  write(bytes: Uint8Array): boolean {
    this.#land();
    this.#request = bytes.slice();
    return this.#link.write(bytes);
  }

  reopen(why: string): void {
    this.#link.reopen(why);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Everything since the last call, the exchange that runs included. */
  takeExchanges(): readonly WireExchange[] {
    this.#land();
    const taken = this.#exchanges;
    this.#exchanges = [];
    return taken;
  }

  #land(): void {
    if (this.#request) this.#exchanges.push({request: this.#request, received: this.#received});
    this.#request = undefined;
    this.#received = NOTHING;
  }
}
