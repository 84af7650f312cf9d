/**
 * Watches an MQTT byte stream for packets longer than `maxBytes`, by fixed headers alone: the broker's
 * parser would gather up to 256 MB before anybody could refuse the message.
 * @see MQTT 3.1.1, 2.2.3 (remaining length)
 */
export class PacketSizeGuard {
  readonly #maxBytes: number;
  /** Bytes of the current packet still to come. */
  #rest = 0;
  #header: 'type' | 'length' = 'type';
  #length = 0;
  #shift = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False once a packet is announced that is too long, or no length at all. */
  accepts(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#rest > 0) {
        const skip = Math.min(this.#rest, chunk.length - at);
        this.#rest -= skip;
        at += skip;
      } else {
        if (!this.#takeHeaderByte(chunk[at] ?? 0)) return false;
        at += 1;
      }
    }
    return true;
  }

  #takeHeaderByte(byte: number): boolean {
    if (this.#header === 'type') {
      this.#header = 'length';
      this.#length = 0;
      this.#shift = 0;
      return true;
    }
    this.#length += (byte & 0x7f) * 2 ** this.#shift;
    this.#shift += 7;
    if (this.#length > this.#maxBytes || this.#shift > 28) return false;
    if ((byte & 0x80) === 0) {
      this.#rest = this.#length;
      this.#header = 'type';
    }
    return true;
  }
}
