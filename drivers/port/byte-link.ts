import type {LinkError} from '../../protocols/base/errors.js';

/** What the one owner of a link hears. All calls come on the owner's thread, never re-entrantly from `write`. */
export interface ByteLinkListener {
  /** Bytes in wire order, cut anywhere: a frame may come in pieces, two frames in one call. The array is the listener's to keep. */
  onBytes(bytes: Uint8Array): void;
  /** The link can carry bytes. Whatever was half received before is void. */
  onUp(): void;
  /** The link can no longer carry bytes; it reopens by itself. Told once per loss, and once when the first opening fails. */
  onDown(reason: LinkError): void;
}

/**
 * A bidirectional stream of bytes to a line or a device: serial port, TCP converter or memory.
 *
 * - `open` starts opening and keeps trying with backoff until `close`; it never throws for an absent port.
 * - `write` hands over all bytes or none. `true`: the operating system has them all, in order, and no
 *   later write overtakes them. `false`: the link is down, nothing was sent and nothing will be sent
 *   later: a command never fires after a replug. There are no partial writes.
 * - Loss looks like `onDown`; every error of the carrier means the link is lost. No bytes come between
 *   `onDown` and the next `onUp`.
 * - `reopen` gives the carrier up and opens a fresh one: for an owner that hears only silence.
 * - The creator closes. `close` settles when the carrier is released; nothing is called afterwards.
 */
export interface ByteLink {
  /** Human-readable place: `/dev/ttyUSB0`, `tcp://10.0.0.5:4001`, `memory:line-1`. */
  readonly name: string;
  readonly isUp: boolean;
  open(listener: ByteLinkListener): void;
  write(bytes: Uint8Array): boolean;
  reopen(why: string): void;
  close(): Promise<void>;
}

/** The far side of a link, as a simulated line or device holds it. */
export interface FarEnd {
  /** Bytes towards the link's owner, at once; dropped while unplugged. */
  send(bytes: Uint8Array): void;
  /** Bytes that the owner wrote. One listener. */
  onBytes(listener: (bytes: Uint8Array) => void): void;
  /** Pull the plug: the owner sees a loss. */
  unplug(): void;
  replug(): void;
  close(): Promise<void>;
}
