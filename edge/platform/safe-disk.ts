import {lstatSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {syncFolder, writeFileSynced} from './atomic-file.js';
import {makePrivateFolder} from './private-folder.js';
import {readTextFile, type TextFile} from './text-file.js';

/** A disk in steps that are each whole or not there after a power cut; tests cut between them. */
export interface SafeDisk {
  read(path: string): TextFile;
  /** Is there anything by that name? */
  has(path: string): boolean;
  /** Write `path` and sync it: readable by its owner only. */
  write(path: string, text: string): void;
  /** Put `from` in the place of `to`, and sync the folder. */
  move(from: string, to: string): void;
  /** Idempotent; gone for good when this returns. */
  remove(path: string): void;
  /** Idempotent. */
  makeFolder(path: string): void;
  /** Names in a folder; none when there is no folder. */
  list(path: string): readonly string[];
}

/** The disk of this machine. */
export const systemDisk: SafeDisk = {
  read: readTextFile,
  has: path => lstatSync(path, {throwIfNoEntry: false}) !== undefined,
  write: (path, text) => writeFileSynced(path, Buffer.from(text)),
  move: (from, to) => {
    renameSync(from, to);
    syncFolder(dirname(to));
  },
  remove: path => {
    if (!systemDisk.has(path)) return;
    rmSync(path, {force: true});
    syncFolder(dirname(path));
  },
  makeFolder: makePrivateFolder,
  list: path => {
    try {
      return readdirSync(path);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw thrown;
    }
  },
};
