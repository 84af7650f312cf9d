import {createHmac} from 'node:crypto';
import type {Millis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';

/** What came of one attempt. */
export type Attempted =
  | {readonly kind: 'answered'; readonly status: number; readonly retryAfterS: number | undefined}
  | {readonly kind: 'failed'; readonly why: string};

export type Verdict =
  | {readonly kind: 'delivered'}
  | {readonly kind: 'again'; readonly afterMs: Millis; readonly restMs: Millis}
  /** The tries are used up. */
  | {readonly kind: 'given_up'}
  /** Nobody lives there any more: the webhook itself ends. */
  | {readonly kind: 'gone'};

/** From one attempt to the next. Source: Standard Webhooks, "Deliverability and reliability". */
const WAITS_MS: readonly Millis[] = [
  ...[5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS],
  ...[10 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS, DAY_MS],
];
export const MAX_ATTEMPTS = WAITS_MS.length + 1;
/** What cannot be reached for so long is disabled, and its owner told. */
export const DISABLE_AFTER_MS: Millis = 5 * DAY_MS;
/** The other end may ask for this much patience. */
const MAX_REST_MS: Millis = HOUR_MS;
const USUAL_REST_MS: Millis = 30 * SECOND_MS;
const THROTTLES: ReadonlySet<number> = new Set([429, 502, 504]);

/** `attempt` counts from 1; `fraction` is uniform in [0, 1). Only 2xx is success: a redirect is none. */
export function judge(attempted: Attempted, attempt: number, fraction: number): Verdict {
  const status = attempted.kind === 'answered' ? attempted.status : undefined;
  if (status !== undefined && status >= 200 && status < 300) return {kind: 'delivered'};
  if (status === 410) return {kind: 'gone'};
  const waitMs = WAITS_MS[attempt - 1];
  if (waitMs === undefined) return {kind: 'given_up'};
  // 10 % either way, so that what failed together does not come back together.
  const afterMs = Math.round(waitMs * (0.9 + 0.2 * fraction));
  if (status === undefined || !THROTTLES.has(status)) return {kind: 'again', afterMs, restMs: 0};
  const asked = attempted.kind === 'answered' ? attempted.retryAfterS : undefined;
  const restMs = Math.min(MAX_REST_MS, asked === undefined ? USUAL_REST_MS : asked * SECOND_MS);
  return {kind: 'again', afterMs: Math.max(afterMs, restMs), restMs};
}

/** Does a webhook want to hear of `type`? */
export function wants(types: readonly string[], type: string): boolean {
  return (
    types.length === 0 ||
    types.some(wanted => (wanted.endsWith('.') ? type.startsWith(wanted) : type === wanted))
  );
}

const SECRET_PREFIX = 'whsec_';

export function secretText(bytes: Uint8Array): string {
  return `${SECRET_PREFIX}${Buffer.from(bytes).toString('base64')}`;
}

/**
 * Headers of one attempt: `webhook-signature` holds one `v1,` HMAC-SHA256 over `id.timestamp.body` for
 * each secret, so that a receiver may change its own at any moment of a rotation.
 * Source: Standard Webhooks specification, "Signature scheme".
 */
export function signedHeaders(
  message: {readonly id: string; readonly body: string},
  atSeconds: number,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const signed = `${message.id}.${atSeconds}.${message.body}`;
  const signatures = secrets.map(secret => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return {
    'content-type': 'application/json',
    'webhook-id': message.id,
    'webhook-timestamp': String(atSeconds),
    'webhook-signature': signatures.join(' '),
  };
}
