import {CodecMisuse} from '../../protocols/base/errors.js';
import {keyId} from '../../protocols/osdp/secure-channel.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';

export interface KeySet {
  readonly key: Uint8Array;
  readonly keyId: string;
  readonly isProven: boolean;
}

interface KeyKeeper {
  readonly id: DeviceId;
  readonly onKeySet?: (set: KeySet) => void;
  readonly onTrouble?: TroubleListener | undefined;
}

const KEY_BYTES = 16;

/** @throws CodecMisuse `codec/osdp-key` */
export function checkKeys(keys: readonly Uint8Array[]): void {
  for (const {length} of keys) {
    if (length === KEY_BYTES) continue;
    throw new CodecMisuse('codec/osdp-key', `a key has ${KEY_BYTES} bytes, not ${length}`);
  }
}

/** Have `key` stored. False: it was not, and must not go to the reader; a person is told. */
export function storeKey({id, onKeySet, onTrouble}: KeyKeeper, key: Uint8Array, isProven: boolean) {
  try {
    onKeySet?.({key, keyId: keyId(key), isProven});
    return true;
  } catch {
    // Not what was thrown: it may hold the key.
    onTrouble?.('osdp/insecure', `${id}: its key ${keyId(key)} could not be stored`);
    return false;
  }
}
