import {chmodSync, readdirSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';

const PRIVATE_MODE = 0o600;
const OF_OTHERS = 0o077;
const OF_EVERYBODY = 0o007;

/** A file of ours that others could get at. */
export interface Exposure {
  readonly path: string;
  /** Mode and owner as they were found, such as `644 of user 1000`. */
  readonly got: string;
  /** Not any more: it is its owner's alone again. */
  readonly isMended: boolean;
  /** Whoever has an account here may read or write it. */
  readonly isOpenToAll: boolean;
}

/** Look at the file `path` and all beside it whose names begin with its name, and close what stands open. */
export function closeToOthers(path: string): readonly Exposure[] {
  const folder = dirname(path);
  return namesIn(folder)
    .filter(name => belongsTo(name, basename(path)))
    .flatMap(name => {
      const exposure = closeOne(join(folder, name));
      return exposure ? [exposure] : [];
    });
}

function closeOne(path: string): Exposure | undefined {
  const found = statSync(path, {throwIfNoEntry: false});
  if (!found?.isFile() || (found.mode & OF_OTHERS) === 0) return undefined;
  const got = `${(found.mode & 0o777).toString(8)} of user ${found.uid}`;
  const isOpenToAll = (found.mode & OF_EVERYBODY) !== 0;
  try {
    chmodSync(path, PRIVATE_MODE);
    return {path, got, isMended: true, isOpenToAll};
  } catch {
    return {path, got, isMended: false, isOpenToAll};
  }
}

function belongsTo(name: string, database: string): boolean {
  return name === database || name.startsWith(`${database}.`) || name.startsWith(`${database}-`);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Whoever opens the database says what is wrong with its folder.
    return [];
  }
}
