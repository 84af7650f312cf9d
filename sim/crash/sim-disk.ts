import {type ChildProcess, spawn} from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {errorText, UsageError} from '../../protocols/base/errors.js';
import {rest} from '../real/peer-process.js';
import {tool} from './tool.js';
import {endProcess} from './work-folder.js';

const EXPORT_LIMIT_MS = 10_000;
const FS_BLOCK_BYTES = 4096;
/** 8 MiB: the second superblock stands at the start of the second group. */
const GROUP_BLOCKS = 2048;
/** As the install guide mounts the gateway's partition. */
const MOUNT_OPTIONS = 'noatime,data=ordered';

/** Make an empty ext4 image; nothing is left for the kernel to initialise behind our back. */
export async function makeImage(path: string, sizeMib: number): Promise<void> {
  closeSync(openSync(path, 'w'));
  await tool('truncate', '--size', `${sizeMib}M`, path);
  const extended = 'lazy_itable_init=0,lazy_journal_init=0,nodiscard';
  // Small groups, so that a small disk has second copies of its superblock as a large one has.
  const groups = ['-b', `${FS_BLOCK_BYTES}`, '-g', `${GROUP_BLOCKS}`];
  const journal = [...groups, '-J', 'size=4', '-m', '0'];
  await tool('mkfs.ext4', '-q', '-F', '-E', extended, ...journal, path);
}

/** Mount an image for as long as `work` takes. The mount replays what the file system's journal holds. */
export async function withMounted<Result>(
  image: string,
  folder: string,
  work: (mounted: string) => Promise<Result> | Result,
): Promise<Result> {
  const mounted = join(folder, 'mnt');
  mkdirSync(mounted, {recursive: true});
  await mountChecked(image, mounted);
  try {
    return await work(mounted);
  } finally {
    await unmount(mounted);
  }
}

/** As a gateway's boot does: where the mount refuses, because a superblock was torn, `fsck` mends it first. */
async function mountChecked(image: string, mounted: string): Promise<void> {
  const mount = () => tool('mount', '-t', 'ext4', '-o', `loop,${MOUNT_OPTIONS}`, image, mounted);
  await mount().catch(async () => {
    // It looks for a second copy where a larger disk has one. It ends with 1 where it mended something.
    const copy = ['-b', `${GROUP_BLOCKS}`, '-B', `${FS_BLOCK_BYTES}`];
    const told = await tool('e2fsck', '-f', '-y', ...copy, image).catch(errorText);
    await mount().catch(thrown => {
      throw new UsageError('crash/disk', `no fsck helps: ${told}`, {}, thrown);
    });
  });
}

/** A file system whose disk writes down every write and flush that reaches it. */
export class SimDisk {
  readonly mounted: string;
  readonly logPath: string;
  /** The disk before its first write. */
  readonly basePath: string;
  readonly #exporter: ChildProcess;
  readonly #loop: string;

  private constructor(folder: string, exporter: ChildProcess, loop: string) {
    this.mounted = join(folder, 'live');
    this.logPath = join(folder, 'log.bin');
    this.basePath = join(folder, 'base.img');
    this.#exporter = exporter;
    this.#loop = loop;
  }

  /** `folder`: empty, of this disk alone. `image`: an ext4 image, copied. */
  static async insert(folder: string, image: string): Promise<SimDisk> {
    mkdirSync(join(folder, 'live'), {recursive: true});
    copyFileSync(image, join(folder, 'base.img'));
    copyFileSync(image, join(folder, 'now.img'));
    writeFileSync(join(folder, 'log.bin'), '');
    writeFileSync(join(folder, 'export.img'), '');
    const exporter = await startExporter(folder);
    const loop = await tool('losetup', '--find', '--show', join(folder, 'export.img'));
    const disk = new SimDisk(folder, exporter, loop);
    await tool('mount', '-t', 'ext4', '-o', MOUNT_OPTIONS, loop, disk.mounted);
    return disk;
  }

  /** Length of the log now: everything that the disk was told so far lies before it. */
  position(): number {
    return statSync(this.logPath).size;
  }

  /** Take the disk out. Base and log stay. */
  async remove(): Promise<void> {
    await unmount(this.mounted);
    await tool('losetup', '--detach', this.#loop);
    const {pid} = this.#exporter;
    if (pid !== undefined) await endProcess(pid);
  }
}

async function startExporter(folder: string): Promise<ChildProcess> {
  const at = (name: string) => join(folder, name);
  const exporter = spawn(
    'qemu-storage-daemon',
    [
      ...['--blockdev', `driver=file,node-name=f,filename=${at('now.img')}`],
      ...['--blockdev', 'driver=raw,node-name=r,file=f'],
      ...['--blockdev', `driver=file,node-name=l,filename=${at('log.bin')}`],
      ...['--blockdev', 'driver=blklogwrites,node-name=lw,file=r,log=l,log-sector-size=512'],
      '--export',
      `type=fuse,id=e,node-name=lw,mountpoint=${at('export.img')},writable=on`,
      ...['--pidfile', at('disk.pid')],
    ],
    {stdio: ['ignore', 'ignore', 'pipe']},
  );
  let complaint = '';
  exporter.stderr?.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  const untilMs = performance.now() + EXPORT_LIMIT_MS;
  // The empty file becomes the disk once the export stands.
  while (!existsSync(at('disk.pid')) || statSync(at('export.img')).size === 0) {
    if (exporter.exitCode !== null || performance.now() > untilMs) {
      exporter.kill('SIGKILL');
      throw new UsageError('crash/disk', `the simulated disk did not start: ${complaint}`);
    }
    await rest(10);
  }
  return exporter;
}

/** A process that has just been killed may hold a file for a moment longer. */
async function unmount(point: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await tool('umount', point);
      return;
    } catch (thrown) {
      if (tries === 50) throw thrown;
      await rest(100);
    }
  }
}
