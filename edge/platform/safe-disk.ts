import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {readTextFile, type TextFile} from './text-file.js';

const PRIVATE_MODE = 0o600;

/** A disk in steps that are each whole or not there after a power cut; tests cut between them. */
export interface SafeDisk {
  read(path: string): TextFile;
  /** Write `path` and sync it: readable by its owner only. */
  write(path: string, text: string): void;
  /** Put `from` in the place of `to`, and sync the folder. */
  move(from: string, to: string): void;
  /** Idempotent. */
  remove(path: string): void;
  /** Idempotent. */
  makeFolder(path: string): void;
  /** Names in a folder; none when there is no folder. */
  list(path: string): readonly string[];
}

/** The disk of this machine. */
export const systemDisk: SafeDisk = {
  read: readTextFile,
  write: (path, text) => {
    const file = openSync(path, 'w', PRIVATE_MODE);
    try {
      const content = Buffer.from(text);
      let written = 0;
      while (written < content.length) written += writeSync(file, content, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  move: (from, to) => {
    renameSync(from, to);
    syncFolder(dirname(to));
  },
  remove: path => {
    rmSync(path, {force: true});
  },
  makeFolder: path => {
    if (mkdirSync(path, {recursive: true, mode: 0o700}) !== undefined) syncFolder(dirname(path));
  },
  list: path => {
    try {
      return readdirSync(path);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw thrown;
    }
  },
};

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
