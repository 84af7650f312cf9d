import {dirname, resolve} from 'node:path';
import {StoreError} from '../../protocols/base/errors.js';
import {loadSiteConfig} from '../config/load.js';
import type {SiteConfig} from '../config/schema.js';
import {type SafeDisk, systemDisk} from '../platform/safe-disk.js';
import {holdDatabase, inspectCopy} from '../store/database-copy.js';
import type {BackupSecret} from './backup-key.js';
import {readContainer} from './container.js';
import {checkKeys} from './key-check.js';
import {measure, verifyBackup} from './make-backup.js';
import type {BackupPart, Manifest} from './manifest.js';
import {checkRoom, type Place, removeDrafts, writeDrafts} from './restore-drafts.js';
import {carryOut, keepPlan, type Move, pendingPlan, type RestorePlan} from './restore-plan.js';
import {COMPANIONS, placeOf} from './site-parts.js';

export interface RestoreOptions {
  readonly secret: BackupSecret;
  /** Where the site file is to lie; everything else follows from it. */
  readonly sitePath: string;
  /** Put aside what is there; otherwise nothing may be there. */
  readonly isReplacing: boolean;
  /** Left out: that of this machine. */
  readonly disk?: SafeDisk;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Files that were put in place. */
  readonly files: readonly string[];
  /** Where what was there before lies now. */
  readonly aside: readonly string[];
}

const DRAFT = '.restoring';
const ASIDE = '.before-restore';

/**
 * Put a backup in place. It is read to its end and checked before anything is written, and written
 * beside its places and checked again before anything is replaced. Then a plan of the names says what
 * is left to do: a power cut before it leaves everything as it was, one after it is made good by the
 * next start of the daemon, or by the same restore once more. The numbering of the old gateway is not
 * continued: the next start begins a new epoch, which carries the unsent events over.
 * @throws StoreError see `readContainer`; `backup/exists`, `backup/in-use`, `backup/keys`,
 * `backup/no-room`, `backup/plan`, `backup/site`, `backup/unwritable`
 */
export async function restoreBackup(path: string, options: RestoreOptions): Promise<Restored> {
  const {secret, isReplacing, disk = systemDisk} = options;
  const sitePath = resolve(options.sitePath);
  const manifest = await verifyBackup(path, secret);
  const config = await siteOf(path, secret);
  const pathOf = (inner: string) => resolve(dirname(sitePath), inner);
  const database = pathOf(config.database);
  disk.makeFolder(dirname(database));
  const release = hold(database);
  try {
    const backup = (await measure(path)).sha256;
    const pending = finishedOrBroken(sitePath, disk, database);
    if (pending !== 'broken' && pending?.backup === backup) {
      return {manifest, ...outcomeOf(pending)};
    }
    const places = manifest.parts.flatMap(part => {
      const final = part.role === 'site' ? sitePath : placeOf(part, config, pathOf);
      return final === undefined ? [] : [{part, final, draft: `${final}${DRAFT}`}];
    });
    const occupied = places.filter(({final}) => disk.has(final)).map(({final}) => final);
    if (occupied.length > 0 && !isReplacing && pending !== 'broken') {
      const text = `${occupied.join(', ')} is there already: say --replace to put it aside`;
      throw new StoreError('backup/exists', text);
    }
    checkRoom(places);
    const plan = await prepare(path, {secret, disk, places, database, backup});
    keepPlan(disk, sitePath, plan);
    carryOut(disk, sitePath, plan);
    return {manifest, ...outcomeOf(plan)};
  } finally {
    release();
  }
}

/**
 * Complete the restore of `sitePath` that a power cut left half done; undefined when there is none.
 * `held`: the database that the caller holds already.
 * @throws StoreError `backup/in-use`, `backup/plan`
 */
export function finishRestore(
  sitePath: string,
  disk: SafeDisk = systemDisk,
  held?: string,
): RestorePlan | undefined {
  const plan = pendingPlan(disk, sitePath);
  if (!plan) return undefined;
  const release = plan.database === held ? undefined : hold(plan.database);
  try {
    carryOut(disk, sitePath, plan);
  } finally {
    release?.();
  }
  return plan;
}

/** What cannot be completed any more is replaced by the restore that is asked for now. */
function finishedOrBroken(
  sitePath: string,
  disk: SafeDisk,
  held: string,
): RestorePlan | 'broken' | undefined {
  try {
    return finishRestore(sitePath, disk, held);
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'backup/plan') return 'broken';
    throw thrown;
  }
}

interface Preparation {
  readonly secret: BackupSecret;
  readonly disk: SafeDisk;
  readonly places: readonly Place[];
  readonly database: string;
  readonly backup: string;
}

/** Everything written beside its place and looked at; nothing replaced yet. */
async function prepare(path: string, parts: Preparation): Promise<RestorePlan> {
  const {secret, disk, places, database, backup} = parts;
  try {
    await writeDrafts(path, {secret, disk, places});
    const contents = inspectCopy(`${database}${DRAFT}`);
    const fileOf = (name: string) => places.find(({part}) => part.path === name)?.draft;
    checkKeys(contents, {fileOf, where: path});
    return {v: 1, backup, database, ...movesFor(disk, places, database)};
  } catch (thrown) {
    removeDrafts(disk, places);
    throw thrown;
  }
}

function movesFor(disk: SafeDisk, places: readonly Place[], database: string) {
  const finals = places.map(({final}) => final);
  const suffix = freeSuffix(disk, [database, ...finals]);
  // Without its second copy the epoch is in doubt, so that numbering begins anew.
  const aside: Move[] = [
    ...COMPANIONS.map(end => ({
      from: `${database}${end}`,
      to: `${database}${suffix}${end}`,
    })),
    ...finals.map(final => ({from: final, to: `${final}${suffix}`})),
  ].filter(({from}) => disk.has(from));
  return {aside, placed: places.map(({draft, final}) => ({from: draft, to: final}))};
}

function outcomeOf({aside, placed, database}: RestorePlan): Pick<Restored, 'files' | 'aside'> {
  const companions = new Set(COMPANIONS.map(end => `${database}${end}`));
  return {
    files: placed.map(({to}) => to),
    aside: aside.filter(({from}) => !companions.has(from)).map(({to}) => to),
  };
}

/** What an earlier restore put aside may be the only copy of its events: it is never overwritten. */
function freeSuffix(disk: SafeDisk, files: readonly string[]): string {
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? ASIDE : `${ASIDE}-${count}`;
    const names = files.flatMap(file => ['', ...COMPANIONS].map(end => `${file}${suffix}${end}`));
    if (!names.some(name => disk.has(name))) return suffix;
  }
}

function hold(database: string): () => void {
  try {
    return holdDatabase(database);
  } catch (thrown) {
    if (!(thrown instanceof StoreError) || thrown.code !== 'store/locked') throw thrown;
    const text = `a daemon or another restore runs on ${database}: end it first`;
    throw new StoreError('backup/in-use', text, {database}, thrown);
  }
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
