const POLYNOMIAL = 0x1021;
const INITIAL = 0x1d0f;

const TABLE = Uint16Array.from({length: 256}, (_, index) => {
  let remainder = index << 8;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = remainder & 0x8000;
    remainder = (remainder << 1) & 0xffff;
    if (carry) remainder ^= POLYNOMIAL;
  }
  return remainder;
});

/**
 * CRC-16 of an OSDP frame, start byte included, mark excluded: polynomial 1021, initial 1D0F, not
 * reflected. Goes on the wire low byte first.
 * @see SIA OSDP 2.2, 5.9 and annex C; devices.md 2.1
 */
export function osdpCrc16(bytes: Uint8Array): number {
  let crc = INITIAL;
  for (const byte of bytes) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[((crc >> 8) ^ byte) & 0xff] ?? 0);
  }
  return crc;
}

/** Checksum of an OSDP frame: with it the sum of all bytes is 0 modulo 256. @see devices.md 2.1 */
export function osdpChecksum(bytes: Uint8Array): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}
