import type {UpName} from '../../protocols/cloud/topics.js';

/**
 * Why a message came here. `duty`: this worker alone has to deal with it. `presence`: every worker
 * hears it, to know who is there and what became of commands. `both`: there is only one worker.
 */
export type Delivery = 'duty' | 'presence' | 'both';

/** What a gateway published on a topic of the contract, not yet looked into. */
export type OnMessage = (
  gateway: string,
  name: UpName,
  payload: Uint8Array,
  delivery: Delivery,
) => void;

/** The broker as the cloud sees it: its own, or one that stands elsewhere. */
export interface BrokerPort {
  /** True while messages can come and go. */
  readonly isUp: boolean;
  /** Promises nothing: what matters is sent again when a gateway says that it lacks it. A broker that can
   *  forgets the message after `expiryS`. */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1, expiryS?: number): void;
  /** The connection of this gateway is not wanted any more. */
  hangUp(gateway: string): void;
  close(): Promise<void>;
}
