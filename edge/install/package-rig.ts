import {execFileSync} from 'node:child_process';
import {createHash, generateKeyPairSync, type KeyObject, sign} from 'node:crypto';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';

const SHIPPED = ['install.sh', 'latchkey.service', 'latchkey-modules.conf', '60-latchkey.rules'];

export interface PackageOptions {
  readonly version: string;
  readonly schema?: number;
  readonly key: KeyObject;
  readonly publicKey: string;
  /** Done to the folder after it was signed. */
  readonly spoil?: (folder: string) => void;
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
    const {schema = 13, key = this.key, publicKey = this.publicKey, spoil} = change;
    const name = `latchkey-${version}-x64`;
    const place = join(this.folder, name);
    mkdirSync(place);
    for (const file of SHIPPED) cpSync(join('edge/install', file), join(place, file));
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
