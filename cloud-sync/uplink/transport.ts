export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** A broker of MQTT 5 that could not deliver it within so many seconds forgets it. */
  readonly expiryS?: number;
}

export interface ConnectOptions {
  readonly clientId: string;
  /** Published by the broker, retained, when the connection breaks without `end`. */
  readonly will: {readonly topic: string; readonly payload: Uint8Array};
  /** The one filter of this client. */
  readonly subscribe: string;
}

export interface ConnectionListener {
  /** The broker has accepted the connection and the subscription. Once. */
  onOpen(): void;
  onMessage(topic: string, payload: Uint8Array): void;
  /** Over, for whatever reason; nothing follows. Also when opening failed. Never after `end`. */
  onClose(why: string): void;
}

/**
 * One connection from opening to its end; a new one is made each time and none reconnects by itself.
 * `publish` never blocks and promises nothing: outside an open connection it drops the message, since
 * whatever matters is sent again from the journal.
 */
export interface Connection {
  publish(topic: string, payload: Uint8Array, options: PublishOptions): void;
  /** Flush nothing, wait for nothing, call nobody back. Idempotent. */
  end(): void;
}

export interface Transport {
  connect(options: ConnectOptions, listener: ConnectionListener): Connection;
}
