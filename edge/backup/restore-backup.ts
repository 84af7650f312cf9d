import {existsSync} from 'node:fs';
import {type FileHandle, mkdir, open, rename, rm} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {StoreError} from '../../protocols/base/errors.js';
import {loadSiteConfig} from '../config/load.js';
import type {SiteConfig} from '../config/schema.js';
import {readFileIfThere, writeFileAtomic} from '../platform/atomic-file.js';
import {inspectCopy, isHeld} from '../store/database-copy.js';
import type {BackupSecret} from './backup-key.js';
import {type PartSink, readContainer, syncFolder} from './container.js';
import {verifyBackup} from './make-backup.js';
import type {BackupPart, Manifest} from './manifest.js';
import {placeOf} from './site-parts.js';

export interface RestoreOptions {
  readonly secret: BackupSecret;
  /** Where the site file is to lie; everything else follows from it. */
  readonly sitePath: string;
  /** Put aside what is there; otherwise nothing may be there. */
  readonly isReplacing: boolean;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Files that were put in place. */
  readonly files: readonly string[];
  /** Where what was there before lies now. */
  readonly aside: readonly string[];
}

interface Place {
  readonly draft: string;
  readonly final: string;
}

const DRAFT = '.restoring';
const ASIDE = '.before-restore';
const PRIVATE_MODE = 0o600;
/** Files that belong to a database and are of no use to another. */
const COMPANIONS = ['.epoch', '-wal', '-shm', '.fence'] as const;

/**
 * Put a backup in place. It is read to its end and checked before anything is written, written beside
 * its places and checked again before anything is replaced. The numbering of the old gateway is not
 * continued: the next start begins a new epoch, which carries the unsent events over.
 * @throws StoreError see `readContainer`; `backup/exists`, `backup/in-use`, `backup/site`
 */
export async function restoreBackup(path: string, options: RestoreOptions): Promise<Restored> {
  const {secret, sitePath} = options;
  await verifyBackup(path, secret);
  const config = await siteOf(path, secret);
  const pathOf = (inner: string) => resolve(dirname(sitePath), inner);
  const database = pathOf(config.database);
  if (existsSync(`${database}.lock`) && isHeld(database)) {
    throw new StoreError('backup/in-use', `a daemon runs on ${database}: end it first`, {database});
  }
  const placed = (part: BackupPart) =>
    part.role === 'site' ? sitePath : placeOf(part, config, pathOf);
  const places: Place[] = [];
  try {
    const manifest = await readContainer(path, secret, new DraftSink(placed, places));
    const occupied = places.filter(({final}) => existsSync(final)).map(({final}) => final);
    if (occupied.length > 0 && !options.isReplacing) {
      const text = `${occupied.join(', ')} is there already: say --replace to put it aside`;
      throw new StoreError('backup/exists', text);
    }
    inspectCopy(`${database}${DRAFT}`);
    return {manifest, ...(await putInPlace(places, database, config, pathOf))};
  } finally {
    for (const {draft} of places) await rm(draft, {force: true});
  }
}

async function putInPlace(
  places: readonly Place[],
  database: string,
  config: SiteConfig,
  pathOf: (path: string) => string,
): Promise<Pick<Restored, 'files' | 'aside'>> {
  const aside: string[] = [];
  const suffix = freeSuffix([database, ...places.map(({final}) => final)]);
  // Without its second copy the epoch is in doubt, so that numbering begins anew.
  for (const companion of COMPANIONS) {
    if (!existsSync(`${database}${companion}`)) continue;
    await rename(`${database}${companion}`, `${database}${suffix}${companion}`);
  }
  for (const {draft, final} of places) {
    if (existsSync(final)) {
      await rename(final, `${final}${suffix}`);
      aside.push(`${final}${suffix}`);
    }
    await rename(draft, final);
    await syncFolder(dirname(final));
  }
  const identity = placeOf({role: 'identity', path: 'identity/gateway.json'}, config, pathOf);
  if (identity) markRestored(identity);
  return {files: places.map(({final}) => final), aside};
}

/** What an earlier restore put aside may be the only copy of its events: it is never overwritten. */
function freeSuffix(files: readonly string[]): string {
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? ASIDE : `${ASIDE}-${count}`;
    const names = files.flatMap(file => ['', ...COMPANIONS].map(end => `${file}${suffix}${end}`));
    if (!names.some(name => existsSync(name))) return suffix;
  }
}

/** The gateway that the backup was made on may still hold this key: another is asked for at once. */
function markRestored(path: string): void {
  const content = readFileIfThere(path);
  if (!content) return;
  const identity = JSON.parse(Buffer.from(content).toString('utf8')) as object;
  writeFileAtomic(path, Buffer.from(`${JSON.stringify({...identity, restored: true}, null, 2)}\n`));
}

/** The site file in a backup that has been verified. */
async function siteOf(path: string, secret: BackupSecret): Promise<SiteConfig> {
  const chunks: Uint8Array[] = [];
  let role: BackupPart['role'] | undefined;
  await readContainer(path, secret, {
    begin: part => {
      role = part.role;
      return Promise.resolve();
    },
    write: chunk => {
      if (role === 'site') chunks.push(Uint8Array.from(chunk));
      return Promise.resolve();
    },
    end: () => Promise.resolve(),
  });
  const loaded = loadSiteConfig(Buffer.concat(chunks).toString('utf8'), 'site.yaml');
  if (loaded.ok) return loaded.config;
  const text = `the site file in ${path} does not suit this version: ${loaded.problems.join('; ')}`;
  throw new StoreError('backup/site', text, {path});
}

/** Writes each part beside its place. */
class DraftSink implements PartSink {
  readonly #placed: (part: BackupPart) => string | undefined;
  readonly #places: Place[];
  #file: FileHandle | undefined;

  constructor(placed: (part: BackupPart) => string | undefined, places: Place[]) {
    this.#placed = placed;
    this.#places = places;
  }

  async begin(part: BackupPart): Promise<void> {
    const final = this.#placed(part);
    if (final === undefined) return;
    const draft = `${final}${DRAFT}`;
    await mkdir(dirname(final), {recursive: true, mode: 0o700});
    this.#places.push({draft, final});
    this.#file = await open(draft, 'w', PRIVATE_MODE);
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#file?.write(chunk);
  }

  async end(): Promise<void> {
    await this.#file?.sync();
    await this.#file?.close();
    this.#file = undefined;
  }
}
