const REFLECTED_POLYNOMIAL = 0xa001;

const TABLE = Uint16Array.from({length: 256}, (_, index) => {
  let remainder = index;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = remainder & 1;
    remainder >>= 1;
    if (carry) remainder ^= REFLECTED_POLYNOMIAL;
  }
  return remainder;
});

/**
 * CRC-16/Modbus of `bytes[from..to)`. Goes on the wire low byte first.
 * @see Modbus over Serial Line V1.02, 2.5.1.2 and appendix B
 */
export function crc16(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0xffff;
  for (let index = from; index < to; index += 1) {
    crc = (crc >> 8) ^ (TABLE[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  }
  return crc;
}

/**
 * True when the last two of `bytes[from..to)` are the CRC of those before them, low byte first.
 * @see Modbus over Serial Line V1.02, 2.5.1.2
 */
export function endsWithCrc16(bytes: Uint8Array, from = 0, to = bytes.length): boolean {
  const onWire = (bytes[to - 2] ?? 0) | ((bytes[to - 1] ?? 0) << 8);
  return to - from >= 2 && crc16(bytes, from, to - 2) === onWire;
}
