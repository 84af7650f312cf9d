import type {FenceCause} from '../../protocols/cloud/down-messages.js';

/**
 * Where the cloud's word lands that another gateway lives under this identity. It outlives restarts:
 * two gateways that take each other's place for ever would both be of no use. @see requirements E14
 */
export interface FenceSink {
  /** Why this gateway keeps away from its cloud; undefined while it need not. */
  cause(): FenceCause | undefined;
  /** From now on nobody new is let in, and the guard is told. Stored before it returns. */
  raise(cause: FenceCause): void;
}
