import {createPublicKey, type KeyObject, sign} from 'node:crypto';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const NO_ATTRIBUTES = Uint8Array.of(0xa0, 0x00);
/** 2.5.4.3, commonName. */
const COMMON_NAME = Uint8Array.of(0x06, 0x03, 0x55, 0x04, 0x03);
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
const ECDSA_SHA256 = Uint8Array.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);

/**
 * A certificate signing request for a P-256 key, in PEM. Written out here because a gateway renews by
 * itself, and a whole X.509 library would cost its daemon 20 MB of memory for these few bytes.
 * @see RFC 2986, 4
 */
export function signingRequest(privateKey: KeyObject, name: string): string {
  const spki = createPublicKey(privateKey).export({format: 'der', type: 'spki'});
  const subject = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, utf8(name)))));
  const version = der(INTEGER, Uint8Array.of(0));
  const info = der(SEQUENCE, version, subject, spki, NO_ATTRIBUTES);
  const signature = sign('sha256', info, privateKey);
  const request = der(
    SEQUENCE,
    info,
    der(SEQUENCE, ECDSA_SHA256),
    der(BIT_STRING, Uint8Array.of(0), signature),
  );
  const lines = request.toString('base64').match(/.{1,64}/g) ?? [];
  return [
    '-----BEGIN CERTIFICATE REQUEST-----',
    ...lines,
    '-----END CERTIFICATE REQUEST-----',
    '',
  ].join('\n');
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Tag, length in definite form, content. @see X.690, 8.1 */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const {length} = content;
  if (length < 0x80) return Buffer.concat([Uint8Array.of(tag, length), content]);
  const head = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...head), content]);
}
