import {StoreError} from '../../protocols/base/errors.js';
import type {UpdateRefusal} from '../../protocols/site/updates.js';
import {
  bootStep,
  type Update,
  type UpdateFact,
  type UpdateRecord,
} from '../domain/update/update-machine.js';
import type {UpdateFiles} from './update-files.js';

/** A release as its own manifest describes it. */
export interface ReleaseManifest {
  readonly version: string;
  readonly arch: string;
  /** Of its database: the number of its newest migration. */
  readonly schema: number;
}

/** Why a package is none that may be put in place. */
export class PackageRefusal extends StoreError {
  readonly refusal: UpdateRefusal;

  constructor(refusal: UpdateRefusal, detail: string) {
    super('update/package', detail, {refusal});
    this.refusal = refusal;
  }
}

/** Releases side by side, and which of them runs. Each call is whole or not there after a power cut. */
export interface ReleaseShelf {
  /** `current` is the one that runs; `sound` the last that proved itself. */
  link(name: 'current' | 'sound'): string;
  manifest(version: string): ReleaseManifest;
  /** Check a package and put it beside the others; idempotent. @throws PackageRefusal */
  admit(file: string): ReleaseManifest;
  point(name: 'current' | 'sound', version: string): void;
  /** Give the system that release's service, rules and modules where it has other ones; idempotent. */
  equip(version: string): void;
  /** Remove every release but those. */
  prune(kept: readonly string[]): void;
  /** A copy of a database that nobody has open; the last one goes. */
  copyDatabase(path: string): void;
  /** Idempotent; false: there is no copy. */
  restoreDatabase(path: string): boolean;
}

/**
 * Before any release runs: put the one in place that is to run. Whatever step the power goes at, the next
 * start finds a record that names the way on, and a release that never proved itself goes back.
 * Returns what was done, for the log.
 */
export function bootRelease(files: UpdateFiles, shelf: ReleaseShelf): string {
  const record = files.record();
  const step = bootStep(record);
  switch (step.kind) {
    case 'run':
      return `runs ${shelf.link('current')}`;
    case 'place':
      return place(record, step.update, {files, shelf});
    case 'keep': {
      const {version, from} = step.update;
      shelf.point('sound', version);
      shelf.prune([version, from]);
      // That it is applied was told by the release itself.
      files.keep({...record, update: null});
      return `keeps ${version}`;
    }
    case 'goBack':
      return goBack(record, step, {files, shelf});
  }
}

interface Hands {
  readonly files: UpdateFiles;
  readonly shelf: ReleaseShelf;
}

function place(record: UpdateRecord, update: Update, {files, shelf}: Hands): string {
  // Only what has proven itself can have found a moment for another one.
  const from = shelf.link('current');
  shelf.point('sound', from);
  let manifest: ReleaseManifest;
  try {
    manifest = shelf.admit(update.file);
  } catch (thrown) {
    if (!(thrown instanceof PackageRefusal)) throw thrown;
    const body = {version: update.version, why: thrown.refusal, detail: thrown.message};
    tell(record, {kind: 'update.refused', body}, files);
    return `refused ${update.version}: ${thrown.message}`;
  }
  shelf.copyDatabase(update.database);
  // From here on a start goes back, until the release has said that it is sound.
  const {version} = manifest;
  files.keep({...record, update: {...update, version, from, phase: 'trial'}});
  shelf.point('current', version);
  shelf.equip(version);
  return `tries ${version}`;
}

function goBack(
  record: UpdateRecord,
  {update, why}: {readonly update: Update; readonly why: NonNullable<Update['why']>},
  {files, shelf}: Hands,
): string {
  const {version, from, database} = update;
  const detail = update.detail || 'it ended before it had proven itself';
  const isNewer = shelf.manifest(version).schema > shelf.manifest(from).schema;
  const restored = isNewer && shelf.restoreDatabase(database);
  shelf.point('current', from);
  shelf.equip(from);
  tell(
    record,
    {kind: 'update.rolled_back', body: {version, to: from, why, detail, restored}},
    files,
  );
  return `goes back to ${from}: ${why}`;
}

/** The last step of all: what comes before it may come again. */
function tell(record: UpdateRecord, fact: UpdateFact, files: UpdateFiles): void {
  files.keep({...record, update: null, untold: [...record.untold, fact]});
}
