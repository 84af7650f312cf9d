import {statSync} from 'node:fs';
import {dirname} from 'node:path';
import process from 'node:process';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * To whom a new file in the folder of `path` belongs when root makes it, as `sudo latchkey restore`
 * does: to the folder's owner, or the daemon could not read it. Undefined: to whoever makes it.
 */
export function ownerForNew(path: string): Owner | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const folder = statSync(dirname(path), {throwIfNoEntry: false});
  return folder && folder.uid !== 0 ? {uid: folder.uid, gid: folder.gid} : undefined;
}
