import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {NO_UPDATE, type Update} from '../domain/update/update-machine.js';
import {CutDisk, PowerCut} from '../platform/cut-disk-rig.js';
import {bootRelease, PackageRefusal, type ReleaseShelf} from './boot-release.js';
import {UpdateFiles} from './update-files.js';

const DUE: Update = {
  ...{version: '0.2.0', file: '/packages/0.2.0', by: 'Li', phase: 'due', from: ''},
  ...{before: [], linkWasUp: false, why: null, detail: '', database: '/data/lot.db'},
};

/** Releases in memory; every step counts on the disk on which the power goes. */
class MemoryShelf implements ReleaseShelf {
  readonly links = {current: '0.1.0', sound: '0.1.0'};
  equipped = '0.1.0';
  readonly releases = new Map([['0.1.0', {version: '0.1.0', arch: 'x64', schema: 13}]]);
  database = 'old';
  copy: string | undefined;
  refusal: PackageRefusal | undefined;
  newSchema = 13;
  readonly #disk: CutDisk;

  constructor(disk: CutDisk) {
    this.#disk = disk;
  }

  link(name: 'current' | 'sound'): string {
    return this.links[name];
  }

  manifest(version: string) {
    const found = this.releases.get(version);
    if (!found) throw new Error(`no release ${version}`);
    return found;
  }

  admit() {
    if (this.refusal) throw this.refusal;
    this.#step('admit');
    const manifest = {version: '0.2.0', arch: 'x64', schema: this.newSchema};
    this.releases.set('0.2.0', manifest);
    return manifest;
  }

  point(name: 'current' | 'sound', version: string): void {
    this.#step(`${name} ${version}`);
    this.links[name] = version;
  }

  equip(version: string): void {
    this.#step(`equip ${version}`);
    this.equipped = version;
  }

  prune(kept: readonly string[]): void {
    this.#step('prune');
    for (const version of this.releases.keys()) {
      if (!kept.includes(version)) this.releases.delete(version);
    }
  }

  copyDatabase(): void {
    this.#step('copy');
    this.copy = this.database;
  }

  restoreDatabase(): boolean {
    this.#step('restore');
    if (this.copy === undefined) return false;
    this.database = this.copy;
    return true;
  }

  #step(name: string): void {
    if (this.#disk.isOff || this.#disk.steps.length >= this.#disk.cutBefore) throw new PowerCut();
    this.#disk.steps.push(name);
  }
}

function rig(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-boot-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const disk = new CutDisk();
  const path = join(folder, 'site.yaml');
  const files = new UpdateFiles(path, disk);
  return {disk, path, files, shelf: new MemoryShelf(disk)};
}

test('~I-13 a release that is due is put in place, and becomes the one to go back to when it has proven itself', t => {
  const {files, shelf} = rig(t);
  t.is(bootRelease(files, shelf), 'runs 0.1.0');
  files.keep({...NO_UPDATE, update: DUE});
  t.is(bootRelease(files, shelf), 'tries 0.2.0');
  t.deepEqual(shelf.links, {current: '0.2.0', sound: '0.1.0'});
  t.is(shelf.equipped, '0.2.0');
  t.is(shelf.copy, 'old');
  const {update} = files.record();
  t.like(update, {phase: 'trial', from: '0.1.0', version: '0.2.0'});
  if (update) files.keep({...NO_UPDATE, update: {...update, phase: 'sound'}});
  t.is(bootRelease(files, shelf), 'keeps 0.2.0');
  t.deepEqual(shelf.links, {current: '0.2.0', sound: '0.2.0'});
  t.is(bootRelease(files, shelf), 'runs 0.2.0');
});

test('~I-13 a start that finds a release unconfirmed goes back, with the database when that has changed its shape', t => {
  for (const [schema, database] of [
    [13, 'written by the new one'],
    [14, 'old'],
  ] as const) {
    const {files, shelf} = rig(t);
    shelf.newSchema = schema;
    files.keep({...NO_UPDATE, update: DUE});
    bootRelease(files, shelf);
    shelf.database = 'written by the new one';
    t.is(bootRelease(files, shelf), 'goes back to 0.1.0: interrupted');
    t.deepEqual(shelf.links, {current: '0.1.0', sound: '0.1.0'});
    t.is(shelf.database, database);
    t.like(files.record().untold[0], {
      kind: 'update.rolled_back',
      body: {version: '0.2.0', to: '0.1.0', why: 'interrupted', restored: schema === 14},
    });
    t.is(bootRelease(files, shelf), 'runs 0.1.0');
  }
});

test('~I-13 a package that is not signed never runs, and that is told', t => {
  const {files, shelf} = rig(t);
  shelf.refusal = new PackageRefusal('signature', 'the signature is not of the key of releases');
  files.keep({...NO_UPDATE, update: DUE});
  t.regex(bootRelease(files, shelf), /^refused 0\.2\.0/);
  t.deepEqual(shelf.links, {current: '0.1.0', sound: '0.1.0'});
  t.like(files.record(), {update: null, untold: [{kind: 'update.refused'}]});
});

test('~I-13 a power cut at any step of an update, and of going back, leaves a release that runs', t => {
  const whole = rig(t);
  const play = ({files, shelf}: ReturnType<typeof rig>) => {
    files.keep({...NO_UPDATE, update: DUE});
    bootRelease(files, shelf);
    shelf.database = 'written by the new one';
    bootRelease(files, shelf);
  };
  whole.shelf.newSchema = 14;
  play(whole);
  const count = whole.disk.steps.length;
  t.true(count >= 10, whole.disk.steps.join(', '));
  for (let cutBefore = 2; cutBefore < count; cutBefore += 1) {
    const cut = rig(t);
    cut.shelf.newSchema = 14;
    cut.disk.cutBefore = cutBefore;
    t.throws(() => play(cut), {instanceOf: PowerCut});
    // The power is back: a disk of its own over the same files.
    const disk = new CutDisk();
    const again = new MemoryShelf(disk);
    Object.assign(again.links, cut.shelf.links);
    for (const [version, manifest] of cut.shelf.releases) again.releases.set(version, manifest);
    const {database, copy, equipped} = cut.shelf;
    Object.assign(again, {database, copy, equipped, newSchema: 14});
    const files = new UpdateFiles(cut.path, disk);
    for (let start = 0; start < 3; start += 1) bootRelease(files, again);
    const where = `cut before ${whole.disk.steps[cutBefore]}`;
    t.deepEqual(again.links, {current: '0.1.0', sound: '0.1.0'}, where);
    t.is(again.equipped, '0.1.0', where);
    t.is(again.database, 'old', where);
    t.is(files.record().update, null, where);
    t.is(files.record().untold.length, 1, where);
  }
});
