import {createHash, createHmac, scryptSync, timingSafeEqual} from 'node:crypto';
import {z} from 'zod';
import {unixMillisSchema} from './site-schemas.js';
import {isTopicSegment} from './topics.js';

/** Crockford's base 32: no letter that a person takes for another. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ID_LENGTH = 5;
/** 65 bits. */
const SECRET_LENGTH = 13;
const CODE_LENGTH = ID_LENGTH + SECRET_LENGTH;
const GROUPS = [0, 5, 9, 13, CODE_LENGTH];
const KEY_BYTES = 32;
/** 16 MiB and some 50 ms for each guess. */
const SCRYPT = {N: 16_384, r: 8, p: 1};

/** Present identity of a gateway in its folder: one file, so that key and certificate never part. */
export const IDENTITY_FILE = 'gateway.json';
/** How long a code may be used. @see sync.md 7, provisioning */
export const ENROLMENT_CODE_LIFE_MS = 15 * 60_000;

/** A one-time code in its two parts: the id says which code is meant, the secret is never sent. */
export interface EnrolmentCode {
  readonly id: string;
  readonly secret: string;
}

/** A new code from `CODE_RANDOM_BYTES` random bytes. */
export const CODE_RANDOM_BYTES = CODE_LENGTH;
export function enrolmentCode(random: Uint8Array): EnrolmentCode {
  const text = [...random.subarray(0, CODE_LENGTH)].map(byte => ALPHABET[byte & 31]).join('');
  return {id: text.slice(0, ID_LENGTH), secret: text.slice(ID_LENGTH)};
}

/** As people read and type it: `K7Q2M-9XWT-A3PD-5YH8Z`. */
export function codeText({id, secret}: EnrolmentCode): string {
  const text = id + secret;
  return GROUPS.slice(1)
    .map((end, index) => text.slice(GROUPS[index], end))
    .join('-');
}

/** What somebody typed; small letters, blanks, O for 0 and I or L for 1 are understood. */
export function readCode(typed: string): EnrolmentCode | undefined {
  const text = typed
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (text.length !== CODE_LENGTH || [...text].some(letter => !ALPHABET.includes(letter))) {
    return undefined;
  }
  return {id: text.slice(0, ID_LENGTH), secret: text.slice(ID_LENGTH)};
}

/** The key that both ends derive from the secret part. Slow on purpose: whoever records an enrolment
 *  over plain HTTP cannot try the 2^65 secrets. */
export function enrolmentKey({id, secret}: EnrolmentCode): Uint8Array {
  return new Uint8Array(scryptSync(secret, `latchkey-enrol-v1 ${id}`, KEY_BYTES, SCRYPT));
}

function mac(key: Uint8Array, ...lines: readonly string[]): string {
  return createHmac('sha256', key).update(lines.join('\n')).digest('hex');
}

/** Proves that whoever asks for this certificate knows the code. */
export function requestMac(key: Uint8Array, id: string, csr: string): string {
  return mac(key, 'latchkey-enrol-request-v1', id, csr);
}

/** Proves that the answer comes from the cloud that gave out the code, and belongs to this request. */
export function answerMac(key: Uint8Array, csr: string, body: string): string {
  const request = createHash('sha256').update(csr).digest('hex');
  return mac(key, 'latchkey-enrol-answer-v1', request, body);
}

/** Constant time. */
export function sameMac(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const MAX_PEM = 8192;
const macSchema = z.string().regex(/^[0-9a-f]{64}$/);
const pem = z.string().min(64).max(MAX_PEM);
const segment = z.string().refine(isTopicSegment);

/** Body of POST /v1/enroll. `csr`: PKCS#10 in PEM, with a P-256 key. */
export const enrolmentRequestSchema = z.strictObject({
  id: z.string().length(ID_LENGTH),
  csr: pem,
  mac: macSchema,
});

/** Its answer: `body` is the JSON text of an `enrolmentGrantSchema`, exactly as `mac` covers it. */
export const enrolmentAnswerSchema = z.object({body: z.string().max(32_768), mac: macSchema});

/** Everything that a gateway needs to reach its cloud and to know it again. */
export const enrolmentGrantSchema = z.object({
  v: z.literal(1),
  tenant: segment,
  gateway: segment,
  /** `mqtts://HOST:PORT`. */
  broker: z.string().regex(/^mqtts:\/\/[^\s/]+$/),
  /** Certificates of the cloud's authority, PEM, one or more. */
  ca: pem,
  /** The gateway's own, PEM, CN = `gateway`. */
  certificate: pem,
  /** Ed25519 key under which the cloud signs: SPKI in PEM. */
  cloudKey: z.string().min(64).max(1024),
  /** The cloud's time when it answered. */
  utc: unixMillisSchema,
});

export type EnrolmentRequest = z.infer<typeof enrolmentRequestSchema>;
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswerSchema>;
export type EnrolmentGrant = z.infer<typeof enrolmentGrantSchema>;
