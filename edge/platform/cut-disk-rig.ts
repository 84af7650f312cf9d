import {type SafeDisk, systemDisk} from './safe-disk.js';

/** What a test throws to end the process between two steps of the disk. */
export class PowerCut extends Error {}

/** The disk of this machine, on which the power goes before the step of a number. */
export class CutDisk implements SafeDisk {
  /** Steps so far. */
  steps: string[] = [];
  /** Before which step the power goes; Infinity: never. */
  cutBefore = Number.POSITIVE_INFINITY;
  /** Drafts whose name ends so find no room. */
  noRoomFor: string | undefined;
  #isOff = false;

  read: SafeDisk['read'] = path => systemDisk.read(path);
  has: SafeDisk['has'] = path => systemDisk.has(path);
  list: SafeDisk['list'] = path => systemDisk.list(path);
  write: SafeDisk['write'] = (path, text) => {
    if (this.noRoomFor !== undefined && path.endsWith(this.noRoomFor)) throw new Error('ENOSPC');
    this.#step('write', path, () => systemDisk.write(path, text));
  };
  move: SafeDisk['move'] = (from, to) => this.#step('move', to, () => systemDisk.move(from, to));
  remove: SafeDisk['remove'] = path => this.#step('remove', path, () => systemDisk.remove(path));
  makeFolder: SafeDisk['makeFolder'] = path =>
    this.#step('folder', path, () => systemDisk.makeFolder(path));

  get isOff(): boolean {
    return this.#isOff;
  }

  #step(name: string, path: string, work: () => void): void {
    if (this.#isOff || this.steps.length >= this.cutBefore) {
      // Torn in the middle: half of a draft is on the disk, and no later step happens.
      if (!this.#isOff && name === 'write') systemDisk.write(path, '{"v":1,"torn');
      this.#isOff = true;
      throw new PowerCut();
    }
    this.steps.push(`${name} ${path.split('/').at(-1)}`);
    work();
  }
}
