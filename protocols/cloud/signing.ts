import {createHash, createPublicKey, type KeyObject, sign, verify} from 'node:crypto';

/** Keeps a signature of this contract from passing as a signature of anything else. */
const CONTEXT = 'latchkey-cloud-v1';

/**
 * JSON with keys in code-unit order at every depth and no blanks: the same text at both ends whatever
 * the order in which a payload was built. Keys without a value are left out, as JSON does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function signedBytes(topic: string, payload: object): Uint8Array {
  const {sig: _, ...unsigned} = payload as {sig?: unknown};
  return new TextEncoder().encode(`${CONTEXT}\n${topic}\n${canonicalJson(unsigned)}`);
}

/**
 * The payload with its Ed25519 signature as `sig`, base64url. The topic is part of what is signed, so
 * no message can be moved to another gateway or another kind.
 * @see sync.md 5.1 (context string), 7; RFC 8032
 */
export function signPayload<Payload extends object>(
  topic: string,
  payload: Payload,
  privateKey: KeyObject,
): Payload & {readonly sig: string} {
  const sig = sign(null, signedBytes(topic, payload), privateKey).toString('base64url');
  return {...payload, sig};
}

/** True when `payload.sig` is the signature of the rest. `payload` is what came off the wire, with
 *  keys that the schema does not know. Never throws: a hostile payload is merely not signed. */
export function verifyPayload(topic: string, payload: unknown, publicKey: KeyObject): boolean {
  if (payload === null || typeof payload !== 'object') return false;
  const sig = (payload as {sig?: unknown}).sig;
  if (typeof sig !== 'string') return false;
  try {
    return verify(null, signedBytes(topic, payload), publicKey, Buffer.from(sig, 'base64url'));
  } catch {
    return false;
  }
}

/** Key id: first 8 bytes of SHA-256 of the raw 32-byte public key, in hex. */
export function keyId(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const raw = publicKey.export({format: 'der', type: 'spki'}).subarray(-32);
  return createHash('sha256').update(raw).digest('hex').slice(0, 16);
}
