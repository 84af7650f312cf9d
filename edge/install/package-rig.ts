import {execFileSync, spawnSync} from 'node:child_process';
import {createHash, generateKeyPairSync, type KeyObject, sign} from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {ReleaseFolders} from '../update/release-folders.js';
import {SystemFiles} from '../update/system-files.js';

const SHIPPED = [
  ...['install.sh', 'latchkey.service', 'latchkey-modules.conf', '60-latchkey.rules'],
  ...['sd-image.sh', 'Dockerfile'],
];

export interface PackageOptions {
  readonly version: string;
  readonly schema?: number;
  readonly key: KeyObject;
  readonly publicKey: string;
  /** A last line of its service. */
  readonly unitLine: string;
  /** Done to the folder after it was signed. */
  readonly spoil?: (folder: string) => void;
}

/** As an installer does for an image. */
export function install(place: string, root: string) {
  const done = spawnSync(join(place, 'install.sh'), ['--root', root], {encoding: 'utf8'});
  return {code: done.status, said: `${done.stdout}${done.stderr}`};
}

/** The releases that were installed under `root`; `told` counts how often the system was to read its files anew. */
export function shelfOf(root: string, told = {count: 0}): ReleaseFolders {
  const system = new SystemFiles(root, () => {
    told.count += 1;
  });
  return new ReleaseFolders(join(root, 'opt/latchkey'), 'x64', system);
}

/** Packages of nothing but an installer and its files, signed by a key of the test. */
export class PackageBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-package-'));
  readonly #pair = generateKeyPairSync('ed25519');
  readonly key = this.#pair.privateKey;
  readonly publicKey = this.#pair.publicKey.export({type: 'spki', format: 'pem'}).toString();

  constructor(t: ExecutionContext) {
    t.teardown(() => rmSync(this.folder, {recursive: true}));
  }

  /** The unpacked package, and its archive beside it under `.tar.gz`. */
  make(version: string, change: Partial<PackageOptions> = {}): string {
    const {schema = 13, key = this.key, publicKey = this.publicKey, unitLine, spoil} = change;
    const name = `latchkey-${version}-x64`;
    const place = join(this.folder, name);
    mkdirSync(place);
    for (const file of SHIPPED) cpSync(join('edge/install', file), join(place, file));
    if (unitLine !== undefined) appendFileSync(join(place, 'latchkey.service'), `${unitLine}\n`);
    writeFileSync(join(place, 'latchkey'), '#!/bin/sh\n', {mode: 0o755});
    writeFileSync(join(place, 'release.pub'), publicKey);
    const manifest = {version, arch: 'x64', schema};
    writeFileSync(join(place, 'manifest.json'), JSON.stringify(manifest, null, 2));
    const names = [...SHIPPED, 'latchkey', 'release.pub', 'manifest.json'];
    const sumOf = (file: string) =>
      createHash('sha256')
        .update(readFileSync(join(place, file)))
        .digest('hex');
    const sums = Buffer.from(names.map(file => `${sumOf(file)}  ${file}\n`).join(''));
    writeFileSync(join(place, 'SHA256SUMS'), sums);
    writeFileSync(join(place, 'SHA256SUMS.sig'), sign(null, sums, key));
    spoil?.(place);
    execFileSync('tar', ['-czf', `${place}.tar.gz`, '-C', this.folder, name]);
    return place;
  }
}
