import {dirname, join} from 'node:path';
import type {Command} from 'commander';
import {VaultKeyFile} from '../cloud-sync/api/accounts/vault-key-file.js';
import {rotateVault} from '../cloud-sync/api/accounts/vault-rotation.js';
import {CloudStore} from '../cloud-sync/api/store/cloud-store.js';
import {SystemEntropy} from '../edge/platform/entropy.js';
import type {Host} from '../edge/platform/host.js';
import type {SystemClock} from '../edge/platform/system-clock.js';
import {errorText} from '../protocols/base/errors.js';

interface RotateOptions {
  readonly database: string;
  readonly vaultKeyFile: string;
}

const VAULT_FILE = 'cloud-vault.key';
const USUAL_FILE = `./${VAULT_FILE}`;

export const VAULT_OPTION = [
  '--vault-key-file <file>',
  'keys of personal data; made when missing, beside the signing key unless named',
] as const;

/** Where the keys of personal data lie. */
export function vaultFileOf(named: string | undefined, signingKeyFile: string): string {
  return named ?? join(dirname(signingKeyFile), VAULT_FILE);
}

/** `latchkey-cloud vault rotate`. */
export function addVaultCommands(program: Command, host: Host, clock: SystemClock): void {
  const vault = program.command('vault').description('keys of what is kept of persons');
  vault
    .command('rotate')
    .description('a new key for all; older keys, and older copies with them, open nothing any more')
    .option('--database <place>', 'SQLite file, or postgres://USER@HOST/DATABASE', './cloud.db')
    .option('--vault-key-file <file>', 'the file that all workers read', USUAL_FILE)
    .action(async (options: RotateOptions) => {
      try {
        const {key, rewrapped} = await rotate(options, clock);
        host.print(`${rewrapped} data keys lie under ${key} now; keep a copy of the key file`);
      } catch (error) {
        host.complain(errorText(error));
        host.exitWith(1);
      }
    });
}

async function rotate({database, vaultKeyFile}: RotateOptions, clock: SystemClock) {
  const entropy = new SystemEntropy(clock);
  const keys = VaultKeyFile.load(vaultKeyFile, entropy);
  const store = await CloudStore.open(database, {mustExist: true});
  try {
    return await rotateVault({clock, entropy, store, keys});
  } finally {
    await store.close();
  }
}
