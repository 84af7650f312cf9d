import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {UsageError} from '../../protocols/base/errors.js';

export interface KernelModule {
  readonly name: string;
  /** As `insmod` takes it, whatever packed it. */
  readonly image: Uint8Array;
}

const MODULE_FILE = /^(.+)\.ko(\.xz)?$/;
const LARGEST_MODULE_BYTES = 64 * 1024 * 1024;

/** Kernel and udev of Debian as `dpkg -x` unpacked them: never installed, so nothing has run `depmod`. */
export class UnpackedDebian {
  readonly folder: string;
  /** For QEMU's `-kernel`. */
  readonly kernelPath: string;
  readonly #files: ReadonlyMap<string, string>;

  constructor(folder: string) {
    this.folder = folder;
    const boot = join(folder, 'boot');
    const image = readdirSync(boot).find(name => name.startsWith('vmlinuz-'));
    if (image === undefined) throw new UsageError('hardware/kernel', `no kernel in ${boot}`);
    this.kernelPath = join(boot, image);
    const modules = join(folder, 'lib', 'modules');
    this.#files = new Map(
      readdirSync(modules, {recursive: true, encoding: 'utf8'}).flatMap(path => {
        const name = MODULE_FILE.exec(basename(path))?.[1];
        return name === undefined ? [] : [[plain(name), join(modules, path)]];
      }),
    );
  }

  /** The modules and what they stand on, in an order in which `insmod` takes them. */
  modules(...wanted: readonly string[]): readonly KernelModule[] {
    const found = new Map<string, KernelModule>();
    const add = (name: string) => {
      if (found.has(name)) return;
      const image = this.#read(name);
      for (const below of dependenciesOf(image)) add(plain(below));
      found.set(name, {name, image});
    };
    for (const name of wanted) add(plain(name));
    return [...found.values()];
  }

  #read(name: string): Uint8Array {
    const path = this.#files.get(name);
    if (path === undefined) throw new UsageError('hardware/kernel', `no kernel module ${name}`);
    if (!path.endsWith('.xz')) return readFileSync(path);
    return execFileSync('xz', ['-dc', path], {maxBuffer: LARGEST_MODULE_BYTES});
  }
}

/** The kernel takes `-` and `_` in names of modules for the same. */
function plain(name: string): string {
  return name.replaceAll('-', '_');
}

/** Source: `.modinfo` section of a module, `depends=a,b`. */
function dependenciesOf(image: Uint8Array): readonly string[] {
  const [, list = ''] = /\0depends=([^\0]*)\0/.exec(Buffer.from(image).toString('latin1')) ?? [];
  return list.split(',').filter(name => name !== '');
}
