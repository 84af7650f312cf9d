import {join} from 'node:path';
import {IDENTITY_FILE} from '../../protocols/cloud/enrolment.js';
import {identityFolder} from '../config/identity-folder.js';
import {type BackupMachine, restoreSite, type SecretOptions} from './backup.js';
import {type CommandResult, failed, succeeded} from './command.js';
import {type Enrol, enrolSite} from './enroll.js';
import {readSiteFile} from './site-file.js';

export interface ReplaceOptions extends SecretOptions {
  readonly config: string;
  /** Put aside what lies there already. */
  readonly replace: boolean;
  /** A one-time code of the cloud, and its HTTP address; without them the backup's identity is taken on. */
  readonly code?: string;
  readonly cloud?: string;
}

/**
 * `latchkey replace --from FILE`: this gateway takes the place of a broken one. The backup is put in place,
 * and with a code the gateway gets an identity of its own, which ends the old one at once; without a code it
 * asks for a new key when it first connects, and the old one ends with that. Exit code 1 when the backup was
 * refused, then nothing was changed, or when only the enrolment is left to do.
 */
export async function replaceGateway(
  path: string,
  options: ReplaceOptions,
  machine: BackupMachine,
  enrol: Enrol,
): Promise<CommandResult> {
  const {code, cloud, config} = options;
  if ((code === undefined) !== (cloud === undefined)) {
    return failed('give --code and --cloud together, or neither; nothing was changed');
  }
  const restored = await restoreSite(path, options, machine);
  if (restored.exitCode !== 0) return failed(...restored.lines, 'nothing was changed');
  if (code === undefined || cloud === undefined) {
    return succeeded(...restored.lines, identityLine(config, machine), ...comesNext(config));
  }
  const enrolled = await enrolSite(code, {cloud, config, json: false}, machine, enrol);
  if (enrolled.exitCode === 0) {
    return succeeded(...restored.lines, ...enrolled.lines, ...comesNext(config));
  }
  return failed(
    ...restored.lines,
    ...enrolled.lines,
    `the site is in place and only the identity is not: latchkey enroll CODE --cloud ${cloud} --config ${config}`,
  );
}

function identityLine(config: string, machine: BackupMachine): string {
  const site = readSiteFile(config, machine);
  const isThere =
    site.kind !== 'problems' &&
    machine.readText(join(identityFolder(site.config, site.pathOf), IDENTITY_FILE)).kind === 'text';
  return isThere
    ? 'identity: that of the backup; a key of its own is asked for at the first connection, with which the old one ends'
    : 'identity: none in the backup; a site with a cloud needs latchkey enroll CODE';
}

function comesNext(config: string): readonly string[] {
  return [
    'next: cut the power of the old gateway, plug its lines in here',
    `next: latchkey doctor --config ${config}, then start the service`,
  ];
}
