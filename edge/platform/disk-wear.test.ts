import {mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {diskHealth} from './disk-wear.js';

/** The kernel's files of one disk with one partition, on which `folder` lies. */
function disk(t: ExecutionContext, lifeTime: string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-disk-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const {dev} = statSync(folder);
  const sysfs = join(folder, 'sys');
  const whole = join(sysfs, 'block', 'mmcblk0');
  mkdirSync(join(whole, 'mmcblk0p2'), {recursive: true});
  mkdirSync(join(whole, 'device'));
  mkdirSync(join(sysfs, 'dev', 'block'), {recursive: true});
  writeFileSync(join(whole, 'mmcblk0p2', 'partition'), '2\n');
  writeFileSync(join(whole, 'stat'), ' 100 0 200 3 50 0 2048 9 0 1 2\n');
  if (lifeTime !== undefined) writeFileSync(join(whole, 'device', 'life_time'), lifeTime);
  const number = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  symlinkSync(join(whole, 'mmcblk0p2'), join(sysfs, 'dev', 'block', number));
  return {folder, sysfs};
}

test('a worn eMMC says how far it is, by the worse of its two parts', t => {
  const {folder, sysfs} = disk(t, '0x02 0x04\n');
  const health = diskHealth(folder, sysfs);
  t.is(health.wornPercent, 40);
  t.is(health.writtenBytes, 2048 * 512);
  t.true((health.freeBytes ?? 0) > 0);
});

test('a card that does not tell is not called new', t => {
  const {folder, sysfs} = disk(t, undefined);
  t.is(diskHealth(folder, sysfs).wornPercent, null);
  const unsure = disk(t, '0x00 0x00\n');
  t.is(diskHealth(unsure.folder, unsure.sysfs).wornPercent, null);
  t.deepEqual(diskHealth('/nowhere/at/all', sysfs), {
    ...{freeBytes: null, wornPercent: null, writtenBytes: null},
  });
});
