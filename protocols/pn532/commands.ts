import {concatBytes, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';

/** Commands as data: code and, for the reply, code + 1. @see UM0701-02, 7 */
export const PN532_COMMAND = {
  getFirmwareVersion: 0x02,
  samConfiguration: 0x14,
  rfConfiguration: 0x32,
  inDataExchange: 0x40,
  inListPassiveTarget: 0x4a,
} as const;

/** Status of an exchange with a card, low six bits. @see UM0701-02, 7.1 */
export const PN532_STATUS = {ok: 0x00, timeout: 0x01, authError: 0x14, wrongContext: 0x27} as const;
const STATUS_MASK = 0x3f;

/** Commands of MIFARE Classic inside InDataExchange. @see device notes 4.1 */
export const MIFARE = {authA: 0x60, authB: 0x61, read: 0x30} as const;
const MIFARE_KEY_BYTES = 6;
export const MIFARE_BLOCK_BYTES = 16;
/** Blocks of one of the first 32 sectors; the last holds keys and access bits. */
export const MIFARE_SECTOR_BLOCKS = 4;

/** What InListPassiveTarget tells of one ISO 14443 A card. */
export interface PassiveTarget {
  /** Logical number, 1 or 2, that an exchange names. */
  readonly target: number;
  /** SEL_RES (SAK): bit 3 = MIFARE Classic, bit 5 = ISO 14443-4. */
  readonly selectReply: number;
  /** 4, 7 or 10 bytes, as canonical number: upper-case hex, most significant byte first. */
  readonly uid: string;
}

/** Code and parameters of each command that the driver uses; a frame is put around them. */
export const pn532Command = {
  getFirmwareVersion: () => Uint8Array.of(PN532_COMMAND.getFirmwareVersion),
  /** Normal mode, no security module, time-out 20 x 50 ms, no interrupt line. 7.2.10 */
  samConfiguration: () => Uint8Array.of(PN532_COMMAND.samConfiguration, 1, 0x14, 1),
  /** Give up an empty field after three tries, so that a search comes back. 7.3.1, item 5 */
  limitRetries: () => Uint8Array.of(PN532_COMMAND.rfConfiguration, 5, 0xff, 0x01, 0x02),
  /** Up to two cards at 106 kbit/s type A: the second one proves that two are there. 7.3.5 */
  listTargets: () => Uint8Array.of(PN532_COMMAND.inListPassiveTarget, 2, 0),
  readBlock: (target: number, block: number) =>
    Uint8Array.of(PN532_COMMAND.inDataExchange, target, MIFARE.read, block),
  authenticate,
} as const;

/**
 * Ask a MIFARE Classic card to open the sector of `block` with a key. `uid`: hex; of a longer one the
 * last 4 bytes count.
 * @throws CodecMisuse `codec/pn532` when the key has not 6 bytes or the uid fewer than 4.
 * @see UM0701-02, 7.3.8; device notes 4.1
 */
function authenticate(options: {
  readonly target: number;
  readonly keyKind: 'A' | 'B';
  readonly block: number;
  readonly key: Uint8Array;
  readonly uid: Uint8Array;
}): Uint8Array {
  const {target, keyKind, block, key, uid} = options;
  if (key.length !== MIFARE_KEY_BYTES || uid.length < 4) {
    throw new CodecMisuse('codec/pn532', 'a sector key has 6 bytes, a uid at least 4', {
      keyBytes: key.length,
      uidBytes: uid.length,
    });
  }
  const command = keyKind === 'A' ? MIFARE.authA : MIFARE.authB;
  return concatBytes(
    Uint8Array.of(PN532_COMMAND.inDataExchange, target, command, block),
    key,
    uid.subarray(-4),
  );
}

export interface Pn532Firmware {
  /** 0x32 for a PN532. */
  readonly chip: number;
  readonly version: string;
}

/** Reply to GetFirmwareVersion: IC, version, revision, support. @see UM0701-02, 7.2.2 */
export function decodeFirmware(reply: Uint8Array): Pn532Firmware | undefined {
  const [code, chip, version, revision] = reply;
  if (code !== PN532_COMMAND.getFirmwareVersion + 1 || reply.length !== 5) return undefined;
  return {chip: chip ?? 0, version: `${version}.${revision}`};
}

/**
 * Reply to InListPassiveTarget: a count, then for each card its number, SENS_RES, SEL_RES and uid, and
 * the ATS of those that speak ISO 14443-4. Undefined when the lengths do not add up.
 * @see UM0701-02, 7.3.5; device notes 4.1
 */
export function decodeTargets(reply: Uint8Array): readonly PassiveTarget[] | undefined {
  const [code, count] = reply;
  if (code !== PN532_COMMAND.inListPassiveTarget + 1 || count === undefined) return undefined;
  const targets: PassiveTarget[] = [];
  let at = 2;
  for (let no = 0; no < count; no += 1) {
    const selectReply = reply[at + 3] ?? 0;
    const uid = reply.subarray(at + 5, at + 5 + (reply[at + 4] ?? 0));
    if (uid.length < 4 || uid.length !== reply[at + 4]) return undefined;
    targets.push({target: reply[at] ?? 0, selectReply, uid: toHex(uid).toUpperCase()});
    at += 5 + uid.length;
    if (hasAts(selectReply)) at += Math.max(reply[at] ?? 0, 1);
  }
  return at === reply.length ? targets : undefined;
}

/** Reply to InDataExchange: the status, then what the card said. @see UM0701-02, 7.3.8 */
export function decodeExchange(
  reply: Uint8Array,
): {readonly status: number; readonly data: Uint8Array} | undefined {
  const [code, status] = reply;
  if (code !== PN532_COMMAND.inDataExchange + 1 || status === undefined) return undefined;
  return {status: status & STATUS_MASK, data: reply.slice(2)};
}

/** True for cards with MIFARE Classic sectors. @see NXP AN10833, coding of SEL_RES */
export function hasSectors(target: PassiveTarget): boolean {
  return (target.selectReply & 0x08) !== 0;
}

function hasAts(selectReply: number): boolean {
  return (selectReply & 0x20) !== 0;
}
