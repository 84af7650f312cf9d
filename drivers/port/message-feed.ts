import type {LinkError} from '../../protocols/base/errors.js';

export interface MessageFeedListener {
  /** `payload` is the listener's to keep. Never a message that the broker had kept from before (retained). */
  onMessage(topic: string, payload: Uint8Array): void;
  onUp(): void;
  /** The feed reconnects by itself. Told once per loss, and once when the first connection fails. */
  onDown(reason: LinkError): void;
}

/**
 * Messages of devices that speak MQTT themselves, from a broker on the site. Nothing is kept for a
 * connection that is down: `publish` answers false and the message is void.
 */
export interface MessageFeed {
  /** Human-readable place: `mqtt://127.0.0.1:1883`. */
  readonly name: string;
  readonly isUp: boolean;
  /** `topics`: filters with `+` and `#` as in MQTT 3.1.1, 4.7. */
  open(topics: readonly string[], listener: MessageFeedListener): void;
  publish(topic: string, payload: Uint8Array): boolean;
  close(): Promise<void>;
}
