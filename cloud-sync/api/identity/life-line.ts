import type {FenceCause} from '../../../protocols/cloud/down-messages.js';
import type {Hello} from '../../../protocols/cloud/up-messages.js';

/** The fault of a gateway that was fenced. */
export const CLONE_FAULT = 'identity_cloned';

/** A run of a gateway's daemon, as its hellos told of it. */
export interface Life {
  readonly boot: string;
  /** Its latest connection. */
  readonly sid: string;
  readonly mono: number;
  /** Hellos of the gateway are counted; this is the number of its latest. */
  readonly no: number;
  /** How often it came back after another had followed it. */
  readonly returns: number;
}

export interface GatewayPast {
  readonly lives: readonly Life[];
  /** Numberings of the gateway, the newest with the highest number. */
  readonly epochs: readonly {readonly epoch: string; readonly no: number}[];
}

export interface HelloVerdict {
  /** Undefined: nothing to note. */
  readonly life: Life | undefined;
  /** Why this gateway is to keep away. */
  readonly fence: FenceCause | undefined;
}

/**
 * Whether a hello may come from the one gateway that bears its name.
 *
 * A numbering that was followed by another is over: who still uses it is a copy of the card, or runs one.
 * And a daemon that ended never comes back: two that take turns are two gateways. Since a late message of
 * a connection long gone looks the same once, the elder has to come back twice and the younger once.
 * @see requirements E14
 */
export function judgeHello({lives, epochs}: GatewayPast, hello: Hello): HelloVerdict {
  const mine = epochs.find(({epoch}) => epoch === hello.epoch);
  const isSuperseded = mine !== undefined && epochs.some(({no}) => no > mine.no);
  const known = lives.find(({boot}) => boot === hello.boot);
  if (known?.sid === hello.sid) {
    return {life: undefined, fence: isSuperseded ? 'superseded' : undefined};
  }
  const newest = lives.reduce<Life | undefined>(
    (latest, life) => (latest && latest.no > life.no ? latest : life),
    undefined,
  );
  const isReturn = known !== undefined && known !== newest;
  const returns = (known?.returns ?? 0) + (isReturn ? 1 : 0);
  const {boot, sid, mono} = hello;
  const life: Life = {boot, sid, mono, no: (newest?.no ?? 0) + 1, returns};
  const takesTurns = returns >= 2 && lives.some(other => other !== known && other.returns >= 1);
  // What a fenced gateway says counts for nothing, least of all against the one that stays.
  if (isSuperseded) return {life: undefined, fence: 'superseded'};
  return {life, fence: takesTurns ? 'two_lives' : undefined};
}
