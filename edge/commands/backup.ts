import {fromHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {type BackupSecret, MIN_PASSPHRASE} from '../backup/backup-key.js';
import {makeBackup, verifyBackup} from '../backup/make-backup.js';
import type {Manifest} from '../backup/manifest.js';
import {restoreBackup} from '../backup/restore-backup.js';
import {copyDatabase} from '../store/database-copy.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {readSiteFile} from './site-file.js';

export interface SecretOptions {
  readonly passphraseFile?: string;
  readonly keyFile?: string;
}

export interface BackupMachine extends CommandMachine {
  readonly entropy: Entropy;
}

const PASSPHRASE_VARIABLE = 'LATCHKEY_BACKUP_PASSPHRASE';

/** `latchkey backup FILE`: everything of a site in one sealed file, also while its daemon runs. */
export function backupSite(
  target: string,
  options: SecretOptions & {readonly config: string; readonly version: string},
  machine: BackupMachine,
): Promise<CommandResult> {
  return withSecret(options, machine, async secret => {
    const {config: sitePath, version} = options;
    const site = readSiteFile(sitePath, machine);
    if (site.kind === 'problems') return failed(...site.problems);
    const {config, pathOf} = site;
    const {clock, entropy} = machine;
    const manifest = await makeBackup(target, {
      ...{clock, entropy, secret, sitePath, config, pathOf, version},
      copyDatabase: copy => copyDatabase(pathOf(config.database), copy),
    });
    return succeeded(`${target}: made`, ...described(manifest));
  });
}

/** `latchkey backup verify FILE`: read it all. */
export function verifySite(
  path: string,
  options: SecretOptions,
  machine: CommandMachine,
): Promise<CommandResult> {
  return withSecret(options, machine, async secret => {
    const manifest = await verifyBackup(path, secret);
    return succeeded(`${path}: whole and sound`, ...described(manifest));
  });
}

/** `latchkey restore FILE`: put it in place; the gateway begins a new epoch and sends what was unsent. */
export function restoreSite(
  path: string,
  options: SecretOptions & {readonly config: string; readonly replace: boolean},
  machine: CommandMachine,
): Promise<CommandResult> {
  return withSecret(options, machine, async secret => {
    const {config: sitePath, replace: isReplacing} = options;
    const {manifest, files, aside} = await restoreBackup(path, {secret, sitePath, isReplacing});
    return succeeded(
      ...described(manifest),
      ...files.map(file => `put in place: ${file}`),
      ...aside.map(file => `put aside: ${file}`),
      'The next start begins a new epoch. Never let the old gateway run beside this one.',
    );
  });
}

function described({site, version, schema, holds, left, parts}: Manifest): readonly string[] {
  const {head, unsent, openSessions, openAlarms, grants, usedGrants} = holds;
  return [
    `site ${site}, version ${version}, schema ${schema}, ${parts.length} files`,
    `events up to ${head}, ${unsent} unsent; ${openSessions} open stays, ${openAlarms} open alarms`,
    `${grants} grants, ${usedGrants} of one entry used`,
    ...left.map(what => `not in the backup: ${what}`),
  ];
}

async function withSecret(
  options: SecretOptions,
  machine: CommandMachine,
  work: (secret: BackupSecret) => Promise<CommandResult>,
): Promise<CommandResult> {
  const secret = secretOf(options, machine);
  if (typeof secret === 'string') return failed(secret);
  try {
    return await work(secret);
  } catch (thrown) {
    return failed(errorText(thrown));
  }
}

function secretOf(
  {keyFile, passphraseFile}: SecretOptions,
  machine: CommandMachine,
): BackupSecret | string {
  if (keyFile !== undefined) {
    const file = machine.readText(keyFile);
    const text = file.kind === 'text' ? file.text.trim() : '';
    if (/^[0-9a-f]{64}$/i.test(text)) return {kind: 'key', bytes: fromHex(text)};
    return `${keyFile} does not hold 32 bytes in hex`;
  }
  const file = passphraseFile === undefined ? undefined : machine.readText(passphraseFile);
  const text = file?.kind === 'text' ? file.text.trim() : machine.env(PASSPHRASE_VARIABLE)?.trim();
  if (text !== undefined && text.length >= MIN_PASSPHRASE) return {kind: 'passphrase', text};
  return `give --passphrase-file, --key-file or ${PASSPHRASE_VARIABLE}; a passphrase has ${MIN_PASSPHRASE} characters or more`;
}
