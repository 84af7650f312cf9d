/**
 * Frames of RDM6300-family readers as published. Hex. The checksum of each was recomputed by hand:
 * 62^E3=81 ^08=89 ^6C=E5 ^ED=08; 10^00=10 ^86=96 ^F4=62 ^44=26.
 */
export const RDM6300_VECTORS: readonly {
  readonly source: string;
  readonly frame: string;
  readonly uid: string;
}[] = [
  {
    source: 'Seeed Studio wiki, 125 kHz RFID module (UART), TTL interface data output format',
    frame: '02 36 32 45 33 30 38 36 43 45 44 30 38 03',
    uid: '62E3086CED',
  },
  {
    source: 'Hobby Components forum, RDM6300 (HCRFID0006), key fob 0008844356, digits as decoded',
    frame: '02 31 30 30 30 38 36 46 34 34 34 32 36 03',
    uid: '100086F444',
  },
];

/**
 * Worked example of the key proof, computed with Python's `hmac` and `hashlib`: the first half of
 * HMAC-SHA256(secret, "latchkey-card-v1" + nonce + uid). Hex.
 */
export const KEY_PROOF_VECTOR = {
  secret: '00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F',
  nonce: 'A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 AA AB AC AD AE AF',
  uid: '62E3086CED',
  proof: '37BE8219 91A60ECC 543FAF6C 37795B30',
} as const;

/** Diversified AES-128 key. Source: NXP AN10922 Rev. 2, example of section 2.2.1. Hex. */
export const AN10922_VECTOR = {
  masterKey: '00112233445566778899AABBCCDDEEFF',
  /** Uid 04782E21801D80, application 3042F5, system identifier "NXP Abu". */
  input: '04782E21801D80 3042F5 4E585020416275',
  diversified: 'A8DD63A3B89D54B37CA802473FDA9175',
} as const;

/** An input that needs no padding, 01 to 1F; computed with the CMAC of Python's `cryptography`. Hex. */
export const AN10922_WHOLE_VECTOR = {
  masterKey: '00112233445566778899AABBCCDDEEFF',
  diversified: 'DB1E697C02D65FADD04FDA40ECAACFF4',
} as const;
