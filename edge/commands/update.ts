import {copyFileSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {errorText} from '../../protocols/base/errors.js';
import type {SafeDisk} from '../platform/safe-disk.js';
import {PackageRefusal} from '../update/boot-release.js';
import {openPackage} from '../update/release-folders.js';
import {UpdateFiles} from '../update/update-files.js';
import {type CommandResult, failed, succeeded} from './command.js';

export interface UpdateOptions {
  readonly config: string;
  /** Public key of releases. */
  readonly keyPem: string;
  /** Of this machine. */
  readonly arch: string;
  readonly by: string;
}

/** `latchkey update FILE`: checks a package and leaves it to the daemon, which waits for its moment. */
export function offerUpdate(
  file: string,
  {config, keyPem, arch, by}: UpdateOptions,
  disk: SafeDisk,
): CommandResult {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-update-'));
  try {
    const {version} = openPackage(resolve(file), folder, {keyPem, arch});
    const site = resolve(config);
    const kept = `${site}.release`;
    copyFileSync(file, kept);
    new UpdateFiles(site, disk).makeOffer({version, file: kept, by});
    return succeeded(
      `${version} is sound and waits: it is put in place when nobody is served, or at night`,
      'if it does not prove itself within 2 min, the release before runs again',
    );
  } catch (thrown) {
    if (thrown instanceof PackageRefusal) return failed(`${file}: ${thrown.message}`);
    return failed(`${file}: ${errorText(thrown)}`);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
