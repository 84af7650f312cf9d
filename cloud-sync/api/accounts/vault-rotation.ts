import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {CloudStore} from '../store/cloud-store.js';
import {PersonVault} from './person-vault.js';
import type {VaultKeyFile} from './vault-key-file.js';

export interface RotationOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: CloudStore;
  readonly keys: VaultKeyFile;
}

export interface Rotation {
  /** Name of the key that now wraps everything. */
  readonly key: string;
  readonly rewrapped: number;
}

/**
 * A new key for the data keys of all persons, while workers go on: it is durable in the file before the
 * database names it, all is wrapped anew, then the old ones are forgotten. Data keys in old copies of the
 * database, also those of erased persons, open no more. Cut short, it is completed by the next one.
 */
export async function rotateVault({
  clock,
  entropy,
  store,
  keys,
}: RotationOptions): Promise<Rotation> {
  const vault = new PersonVault(keys, entropy);
  await store.transaction(tx => vault.begin(tx, clock.wallMs()));
  const key = keys.add();
  await store.transaction(tx => vault.setCurrent(tx, key, clock.wallMs()));
  let rewrapped = 0;
  for (;;) {
    const count = await store.transaction(tx => vault.rewrap(tx));
    if (count === 0) break;
    rewrapped += count;
  }
  await store.transaction(tx => vault.forgetRetired(tx));
  await store.scrub(['person_key']);
  keys.keepOnly(key);
  return {key, rewrapped};
}
