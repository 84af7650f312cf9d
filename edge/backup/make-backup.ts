import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {rm, stat} from 'node:fs/promises';
import {toHex} from '../../protocols/base/bytes.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import type {SiteConfig} from '../config/schema.js';
import {inspectCopy} from '../store/database-copy.js';
import type {BackupSecret} from './backup-key.js';
import {type PartSource, readContainer, writeContainer} from './container.js';
import {checkKeys} from './key-check.js';
import type {Manifest} from './manifest.js';
import {type SitePart, sitePartsOf} from './site-parts.js';

export interface BackupOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly secret: BackupSecret;
  /** The site file as it runs. */
  readonly sitePath: string;
  readonly config: SiteConfig;
  readonly pathOf: (path: string) => string;
  readonly version: string;
  /** Writes a consistent copy of the database, whoever else writes to it. */
  readonly copyDatabase: (target: string) => Promise<void>;
  /** Look only at what it holds: a check to the last page would keep a daemon from its work. */
  readonly isTrusted?: boolean;
}

/**
 * Everything of a site in one sealed file at `target`: site file, database of this instant with unsent
 * events, open stays and used grants, keys, identity. Checked before it is written, and whole or not
 * there at all.
 * @throws StoreError `backup/changed`, `backup/keys`, and what copying the database throws
 */
export async function makeBackup(target: string, options: BackupOptions): Promise<Manifest> {
  const {clock, config, copyDatabase, entropy, pathOf, secret, sitePath, version} = options;
  const copy = `${target}.${toHex(entropy.bytes(4))}.db`;
  try {
    await copyDatabase(copy);
    const contents = inspectCopy(copy, options.isTrusted);
    const {site, schema, epoch, holds} = contents;
    const {parts, left} = sitePartsOf(config, pathOf);
    const fileOf = (name: string) => parts.find(({path}) => path === name)?.file;
    checkKeys(contents, {fileOf, where: pathOf(config.database)});
    const files: readonly SitePart[] = [
      {role: 'site', path: 'site.yaml', file: sitePath},
      {role: 'database', path: 'database', file: copy},
      ...parts,
    ];
    const sources: PartSource[] = [];
    for (const {role, path, file} of files) {
      sources.push({file, part: {role, path, ...(await measure(file))}});
    }
    const manifest: Manifest = {
      ...{site, version, schema, epoch, holds, left: [...left]},
      madeMs: clock.wallMs(),
      parts: sources.map(({part}) => part),
    };
    await writeContainer(target, manifest, sources, {secret, entropy});
    return manifest;
  } finally {
    await rm(copy, {force: true});
  }
}

/** Read a whole backup, every sum and the seal. @throws StoreError see `readContainer` */
export function verifyBackup(path: string, secret: BackupSecret): Promise<Manifest> {
  const nowhere = () => Promise.resolve();
  return readContainer(path, secret, {begin: nowhere, write: nowhere, end: nowhere});
}

/** Size and SHA-256 of a file. */
export async function measure(file: string): Promise<{sizeBytes: number; sha256: string}> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return {sizeBytes: (await stat(file)).size, sha256: hash.digest('hex')};
}
