import {concatBytes, fromHex, toHex} from '../../../protocols/base/bytes.js';
import {diversifyAes128} from '../../../protocols/card/an10922.js';

/** Of what the keys of cards are made; lies outside the database. */
export interface CardMasterKeys {
  /** 3 bytes: the application on the card. */
  readonly applicationHex: string;
  /** Names this system among others of one application. */
  readonly system: string;
  /** 16 bytes in hex each; two while cards of the older one are still about. */
  readonly keys: ReadonlyMap<number, string>;
}

/**
 * The key of one card: AES-CMAC of the master key over 0x01, uid, application and system. Undefined for a
 * version that is not there.
 * @see NXP AN10922, 2.2; sync.md 5.3
 */
export function cardKeyHex(
  {applicationHex, system, keys}: CardMasterKeys,
  version: number,
  uidHex: string,
): string | undefined {
  const master = keys.get(version);
  if (master === undefined) return undefined;
  const name = new TextEncoder().encode(system);
  const input = concatBytes(fromHex(uidHex), fromHex(applicationHex), name);
  return toHex(diversifyAes128(fromHex(master), input));
}

/** With which new cards are written. */
export function newestVersion({keys}: CardMasterKeys): number {
  return Math.max(...keys.keys());
}
