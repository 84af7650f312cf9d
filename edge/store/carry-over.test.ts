import {cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from '../platform/event-loop.js';
import {cuttable} from './cuttable-disk.js';
import {type Disk, SYSTEM_DISK} from './disk.js';
import {SiteStore} from './site-store.js';
import {commit, whys} from './store-rig.js';

/** More than the start waits for. */
const EVENTS = 2800;
const TEXTS = Array.from({length: EVENTS}, (_, index) => `event ${index}`);

interface Site {
  readonly store: SiteStore;
  readonly clock: VirtualClock;
}

function open(t: ExecutionContext, folder: string, disk: Disk = SYSTEM_DISK): Site {
  const clock = new VirtualClock({yieldTurn});
  const store = new SiteStore({
    ...{path: join(folder, 'lot.db'), site: 'lot-1', secretKey: new Uint8Array(32), disk, clock},
    ...{entropy: new SeededEntropy(7), clockState: () => 'ok'},
  });
  t.teardown(() => store.close());
  return {store, clock};
}

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
}

/** A site with a backlog and a page of it that cannot be read; how the epoch was called. */
function damagedSite(t: ExecutionContext): {readonly folder: string; readonly epoch: string} {
  const folder = folderOf(t);
  const {store} = open(t, folder);
  commit(store, ...TEXTS);
  const epoch = store.outbox.epoch();
  store.close();
  const path = join(folder, 'lot.db');
  const bytes = readFileSync(path);
  const page = Math.floor(bytes.indexOf('"event 1500"') / 4096);
  writeFileSync(path, bytes.fill(0xa5, page * 4096, (page + 1) * 4096));
  return {folder, epoch};
}

function chainHolds({outbox}: SiteStore): boolean {
  let hash = outbox.hashAt(outbox.low() - 1) ?? CHAIN_START;
  let last = outbox.low() - 1;
  for (const {seq, body} of outbox.read(1, 10_000)) {
    hash = chainHash(hash, seq, body);
    last += 1;
    if (seq !== last || toHex(hash) !== toHex(outbox.hashAt(seq) ?? CHAIN_START)) return false;
  }
  return last === outbox.head();
}

function lostIn({outbox}: SiteStore): unknown {
  const [told, ...more] = outbox.read(1, 10_000).filter(({kind}) => kind === 'storage');
  return more.length === 0 && told && (JSON.parse(told.body) as {count: number}).count;
}

test('a long backlog of a damaged file is carried over between polls, and what happens meanwhile is on the disk and follows it', async t => {
  const {folder, epoch} = damagedSite(t);
  const {store, clock} = open(t, folder);
  t.true(whys(store).length < EVENTS - 200, 'the start waits for a part of it only');
  commit(store, 'meanwhile');
  const copy = folderOf(t);
  cpSync(folder, copy, {recursive: true});
  t.false(whys(store).includes('meanwhile'), 'it has its place behind the older ones');
  await clock.advance(5000);
  commit(store, 'after');
  const saved = whys(store).filter(why => TEXTS.includes(why));
  t.true(saved.length > EVENTS - 200 && saved.length < EVENTS, 'a page of them is lost');
  t.deepEqual(whys(store), [...saved, 'database_damaged', 'meanwhile', 'after']);
  t.is(lostIn(store), EVENTS - saved.length);
  t.true(chainHolds(store));
  const origins = store.outbox.origins(1, 10_000).map(([name, seq]) => [name, seq]);
  t.deepEqual(
    origins,
    saved.map(why => [epoch, TEXTS.indexOf(why) + 1]),
  );

  const cut = open(t, copy);
  await cut.clock.advance(5000);
  t.deepEqual(whys(cut.store), [...saved, 'database_damaged', 'meanwhile']);
  t.is(lostIn(cut.store), EVENTS - saved.length);
});

test('wherever the power fails while a damaged file is read out, all that can be read is there once, in its order', async t => {
  const {folder} = damagedSite(t);
  const cuts: string[] = [];
  let commits = 0;
  // Every third one: each copy is opened again, and there are dozens.
  const after = () => {
    commits += 1;
    if (commits % 3 !== 0) return;
    const copy = folderOf(t);
    cpSync(folder, copy, {recursive: true});
    cuts.push(copy);
  };
  const {store, clock} = open(t, folder, cuttable({after}));
  commit(store, 'meanwhile');
  await clock.advance(5000);
  const all = whys(store);
  t.is(all.at(-1), 'meanwhile');
  const before = all.slice(0, -1);
  for (const cut of cuts) {
    const {store: later, clock: then} = open(t, cut);
    await then.advance(5000);
    const told = whys(later);
    t.deepEqual(told, told.includes('meanwhile') ? all : before);
    t.true(chainHolds(later));
    t.is(lostIn(later), EVENTS - (before.length - 1));
    later.close();
  }
  t.true(cuts.length > 4);
});

test('a power cut between the names of a file that is set aside costs nothing of what its log has', t => {
  const folder = folderOf(t);
  const {store} = open(t, folder);
  commit(store, 'in the log only');
  const cut = folderOf(t);
  cpSync(folder, cut, {recursive: true});
  const path = join(cut, 'lot.db');
  writeFileSync(`${path}.salvage`, 'latchkey sets aside lot.db.damaged-1\n');
  renameSync(path, `${path}.damaged-1`);
  const after = open(t, cut);
  t.deepEqual(whys(after.store), ['in the log only', 'database_damaged']);
  after.store.close();
  const again = open(t, cut);
  t.deepEqual(whys(again.store), ['in the log only', 'database_damaged'], 'and it is read once');
});
