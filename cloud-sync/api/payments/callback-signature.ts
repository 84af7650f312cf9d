import {createHmac, timingSafeEqual} from 'node:crypto';

/** Headers of Standard Webhooks, which the provider's side of the contract uses too. */
export interface SignedParts {
  readonly id: string;
  /** Seconds since 1970, as text. */
  readonly timestamp: string;
  readonly body: Uint8Array;
}

const MAX_SIGNATURES = 5;

/**
 * True when one of the signatures in `header` (`v1,BASE64`, apart by spaces) is HMAC-SHA256 over
 * `id.timestamp.body` with the secret. Takes the same time whichever is wrong. @see ecosystem.md 3.2
 */
export function isSigned(parts: SignedParts, header: string, secret: Uint8Array): boolean {
  const expected = createHmac('sha256', secret)
    .update(`${parts.id}.${parts.timestamp}.`)
    .update(parts.body)
    .digest();
  let isGood = false;
  for (const signature of header.split(' ').slice(0, MAX_SIGNATURES)) {
    const [version, digest = ''] = signature.split(',');
    const given = Buffer.from(digest, 'base64');
    if (version !== 'v1' || given.length !== expected.length) continue;
    isGood = timingSafeEqual(given, expected) || isGood;
  }
  return isGood;
}
