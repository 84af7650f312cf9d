import {createHmac, timingSafeEqual} from 'node:crypto';
import type {Millis, UnixMillis} from '../base/clock.js';

const CONTEXT = 'access-qr-rotating-v1';
/** A picture of a code is worth nothing so long after it was taken. */
const SLOT_MS: Millis = 30_000;
export const ROTATION_PROOF_BYTES = 8;
/** The phone's clock and the gateway's may differ by one slot either way. */
const SLOTS_OFF = 1;

/** Number of the 30 s in which `wallMs` lies. */
export function slotOf(wallMs: UnixMillis): number {
  return Math.floor(wallMs / SLOT_MS);
}

/** What the holder's phone adds to a token: the first 8 bytes of HMAC-SHA-256 over its body and the slot. */
export function proofOfSlot(secret: Uint8Array, body: Uint8Array, slot: number): Uint8Array {
  const digest = createHmac('sha256', secret)
    .update(CONTEXT)
    .update(body)
    .update(String(slot))
    .digest();
  return Uint8Array.from(digest.subarray(0, ROTATION_PROOF_BYTES));
}

/** Was `proof` made in this slot or a neighbour? All three are computed, whichever fits. */
export function verifyRotation(
  secret: Uint8Array,
  shown: {readonly body: Uint8Array; readonly proof: Uint8Array},
  wallMs: UnixMillis,
): boolean {
  if (shown.proof.length !== ROTATION_PROOF_BYTES) return false;
  const now = slotOf(wallMs);
  let holds = false;
  for (let slot = now - SLOTS_OFF; slot <= now + SLOTS_OFF; slot += 1) {
    if (timingSafeEqual(proofOfSlot(secret, shown.body, slot), shown.proof)) holds = true;
  }
  return holds;
}
