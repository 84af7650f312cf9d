import {spawnSync} from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import {basename, join} from 'node:path';
import {syncFolder} from '../platform/atomic-file.js';
import {PackageRefusal, type ReleaseManifest, type ReleaseShelf} from './boot-release.js';
import {checkPackage, MANIFEST_FILE} from './release-package.js';
import type {SystemFiles} from './system-files.js';

const DRAFT = '.draft';
const RELEASE_MODE = 0o755;
const COPY_ENDING = '.before-update';
/** What belongs to a database that was not closed in order. */
const DATABASE_PARTS = ['', '-wal', '-shm'] as const;

/** Releases in `root/releases`, with the links `root/current` and `root/sound` and the key `root/release.pub`. */
export class ReleaseFolders implements ReleaseShelf {
  readonly #root: string;
  readonly #arch: string;
  readonly #releases: string;
  readonly #system: SystemFiles;

  /** `arch`: of this machine. `system`: where install.sh left the service and what belongs to it. */
  constructor(root: string, arch: string, system: SystemFiles) {
    this.#root = root;
    this.#arch = arch;
    this.#releases = join(root, 'releases');
    this.#system = system;
  }

  link(name: 'current' | 'sound'): string {
    return basename(readlinkSync(join(this.#root, name)));
  }

  manifest(version: string): ReleaseManifest {
    return JSON.parse(readFileSync(join(this.#releases, version, MANIFEST_FILE), 'utf8'));
  }

  admit(file: string): ReleaseManifest {
    const draft = join(this.#releases, DRAFT);
    rmSync(draft, {recursive: true, force: true});
    mkdirSync(draft, {recursive: true});
    const manifest = openPackage(file, draft, {
      keyPem: readFileSync(join(this.#root, 'release.pub'), 'utf8'),
      arch: this.#arch,
    });
    const running = this.manifest(this.link('current'));
    if (manifest.version === running.version || manifest.schema < running.schema) {
      rmSync(draft, {recursive: true, force: true});
      const detail = `${running.version} runs, with database ${running.schema}; this is ${manifest.version} with ${manifest.schema}`;
      throw new PackageRefusal('not_newer', detail);
    }
    // Made by root behind the mask of the service: whom the daemon runs as could not enter it.
    chmodSync(draft, RELEASE_MODE);
    syncTree(draft);
    const place = join(this.#releases, manifest.version);
    rmSync(place, {recursive: true, force: true});
    renameSync(draft, place);
    syncFolder(this.#releases);
    return manifest;
  }

  /** A link in the place of another is one step of the disk. */
  point(name: 'current' | 'sound', version: string): void {
    const draft = join(this.#root, `.${name}`);
    rmSync(draft, {force: true});
    symlinkSync(join('releases', version), draft);
    renameSync(draft, join(this.#root, name));
    syncFolder(this.#root);
  }

  equip(version: string): void {
    this.#system.putFrom(join(this.#releases, version));
  }

  prune(kept: readonly string[]): void {
    for (const name of readdirSync(this.#releases)) {
      if (!kept.includes(name)) rmSync(join(this.#releases, name), {recursive: true, force: true});
    }
  }

  copyDatabase(path: string): void {
    for (const part of DATABASE_PARTS) {
      const copy = `${path}${COPY_ENDING}${part}`;
      rmSync(copy, {force: true});
      if (existsSync(path + part)) copyOwned(path + part, copy);
    }
  }

  restoreDatabase(path: string): boolean {
    if (!existsSync(path + COPY_ENDING)) return false;
    for (const part of DATABASE_PARTS) {
      rmSync(path + part, {force: true});
      const copy = `${path}${COPY_ENDING}${part}`;
      if (existsSync(copy)) copyOwned(copy, path + part);
    }
    return true;
  }
}

/** Unpack a package into an empty folder, and check it. @throws PackageRefusal */
export function openPackage(
  file: string,
  folder: string,
  {keyPem, arch}: {readonly keyPem: string; readonly arch: string},
): ReleaseManifest {
  const args = ['--extract', '--file', file, '--directory', folder, '--strip-components=1'];
  const {status, stderr} = spawnSync('tar', [...args, '--no-same-owner'], {encoding: 'utf8'});
  if (status !== 0) throw new PackageRefusal('damaged', `${file} is no archive: ${stderr.trim()}`);
  return checkPackage(folder, keyPem, arch);
}

/** Under its own user, whoever copies; on the disk when this returns. */
function copyOwned(from: string, to: string): void {
  const {uid, gid} = statSync(from);
  const draft = `${to}.tmp`;
  copyFileSync(from, draft);
  chownSync(draft, uid, gid);
  syncFile(draft);
  renameSync(draft, to);
  syncFolder(join(to, '..'));
}

function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
    if (entry.isFile()) syncFile(join(entry.parentPath, entry.name));
    else syncFolder(join(entry.parentPath, entry.name));
  }
  syncFolder(folder);
}

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
