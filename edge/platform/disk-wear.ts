import {readFileSync, realpathSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {partitionOf} from './partition.js';

/** How the disk of a file stands. */
export interface DiskHealth {
  readonly freeBytes: number | null;
  /** Of its life, in steps of 10 as eMMC tells it; null: this disk does not tell, as SD cards do not. */
  readonly wornPercent: number | null;
  /** By everybody on this machine, since it was switched on. */
  readonly writtenBytes: number | null;
}

const SECTOR_BYTES = 512;
const SECTORS_WRITTEN = 6;
const PERCENT_A_STEP = 10;
/** `0x01` is 0 to 10 % used, `0x0b` beyond its life. @see JESD84-B51, EXT_CSD 268 and 269 */
const LIFE_TIME = /^0x([0-9a-f]{2}) 0x([0-9a-f]{2})/i;

/** `sysfs` is where the kernel tells of its devices. */
export function diskHealth(path: string, sysfs = '/sys'): DiskHealth {
  const device = blockDevice(path, sysfs);
  return {
    freeBytes: partitionOf(path)?.freeBytes ?? null,
    wornPercent: device === undefined ? null : wornPercent(device),
    writtenBytes: device === undefined ? null : writtenBytes(device),
  };
}

/** The folder of the whole disk; a partition lies in it. */
function blockDevice(path: string, sysfs: string): string | undefined {
  try {
    const {dev} = statSync(path);
    const at = realpathSync(join(sysfs, 'dev', 'block', `${major(dev)}:${minor(dev)}`));
    return textOf(join(at, 'partition')) === undefined ? at : join(at, '..');
  } catch {
    return undefined;
  }
}

function wornPercent(device: string): number | null {
  const [, slc = '', mlc = ''] =
    LIFE_TIME.exec(textOf(join(device, 'device', 'life_time')) ?? '') ?? [];
  const steps = Math.max(Number.parseInt(slc, 16) || 0, Number.parseInt(mlc, 16) || 0);
  return steps === 0 ? null : steps * PERCENT_A_STEP;
}

function writtenBytes(device: string): number | null {
  const sectors = Number(textOf(join(device, 'stat'))?.split(/\s+/)[SECTORS_WRITTEN]);
  return Number.isFinite(sectors) ? sectors * SECTOR_BYTES : null;
}

/** As glibc's `major` and `minor`, within the numbers that Node gives. */
function major(device: number): number {
  return (device >> 8) & 0xfff;
}

function minor(device: number): number {
  return (device & 0xff) | ((device >> 12) & 0xfff00);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
