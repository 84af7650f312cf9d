import {ConfigError} from '../../../protocols/base/errors.js';
import {readIfThere} from '../key-files.js';
import type {CardMasterKeys} from './card-keys.js';

interface FileContent {
  readonly application?: string;
  readonly system?: string;
  readonly keys?: Readonly<Record<string, string>>;
}

const APPLICATION = /^[0-9A-Fa-f]{6}$/;
const KEY = /^[0-9A-Fa-f]{32}$/;
/** Behind 0x01, at most 7 bytes of a card and 3 of the application: two AES blocks hold 32. */
const SYSTEM = /^[\x20-\x7e]{1,21}$/;

/**
 * Master keys of cards: `{"application": "3042F5", "system": "NXP Abu", "keys": {"1": "00112233..."}}` in
 * JSON, 16 bytes in hex for each version. It is made where cards are written, never here.
 * @throws ConfigError `config/key-file` when the file is not there, cannot be read or holds something else
 */
export function loadCardKeys(path: string): CardMasterKeys {
  const {application = '', system = '', keys = {}} = parsed(readIfThere(path) ?? '');
  const entries = Object.entries(keys);
  const isSound = entries.every(
    ([version, key]) => /^\d{1,3}$/.test(version) && Number(version) <= 255 && KEY.test(key),
  );
  if (!isSound || entries.length === 0 || !APPLICATION.test(application) || !SYSTEM.test(system)) {
    throw new ConfigError('config/key-file', `${path} holds no master keys of cards`, {path});
  }
  return {
    ...{applicationHex: application, system},
    keys: new Map(entries.map(([version, key]) => [Number(version), key])),
  };
}

function parsed(text: string): FileContent {
  try {
    return (JSON.parse(text) as FileContent | null) ?? {};
  } catch {
    return {};
  }
}
