import {createHmac, hkdfSync, type KeyObject} from 'node:crypto';

/** Keys that lie outside of the database. */
export interface VaultKeys {
  /** Name of the newest, under which a new database begins. */
  readonly newestId: string;
  /** For blind indexes; the same for good, whatever wraps the data keys. */
  readonly indexKey: Uint8Array;
  /** 32 bytes; undefined: there is none of that name. */
  key(id: string): Uint8Array | undefined;
}

export const VAULT_KEY_BYTES = 32;
const DERIVED_ID = 'signing-key';

/** Keys for a cloud that has no key file of its own for them: they follow from its signing key. */
export function vaultKeysFrom(signingKey: KeyObject): VaultKeys {
  const secret = signingKey.export({format: 'der', type: 'pkcs8'});
  const derive = (what: string) =>
    new Uint8Array(hkdfSync('sha256', secret, '', `latchkey-vault-${what}-v1`, VAULT_KEY_BYTES));
  const wrapping = derive('wrap');
  return {
    newestId: DERIVED_ID,
    indexKey: derive('index'),
    key: id => (id === DERIVED_ID ? wrapping : undefined),
  };
}

/** What the database keeps of a key, to tell another one of the same name. */
export function proofOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('latchkey-vault-proof-v1').digest('hex');
}
