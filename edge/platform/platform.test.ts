import {existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {ConfigError} from '../../protocols/base/errors.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {readFileIfThere, writeFileAtomic} from './atomic-file.js';
import {SystemEntropy} from './entropy.js';
import {yieldTurn} from './event-loop.js';
import {Host} from './host.js';
import {loadOrMakeKey} from './key-file.js';

function folder(t: ExecutionContext): string {
  const made = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(made, {recursive: true}));
  return made;
}

test('a file is replaced whole, privately, and leaves no draft', t => {
  const path = join(folder(t), 'state');
  t.is(readFileIfThere(path), undefined);
  writeFileAtomic(path, Buffer.from('first, and longer'));
  writeFileAtomic(path, Buffer.from('second'));
  t.deepEqual(readFileIfThere(path), new Uint8Array(Buffer.from('second')));
  t.is(statSync(path).mode & 0o777, 0o600);
  t.false(existsSync(`${path}.tmp`));
});

test('a failed replacement leaves the old file', t => {
  const path = join(folder(t), 'state');
  writeFileAtomic(path, Buffer.from('old'));
  t.throws(() => writeFileAtomic(path, null as never));
  t.is(readFileSync(path, 'utf8'), 'old');
  t.throws(() => readFileIfThere(join(path, 'below a file')), {code: 'ENOTDIR'});
});

test('ids are ordered, even when the wall clock steps back', async t => {
  const clock = new VirtualClock({yieldTurn, wallMs: 1_700_000_000_000});
  const entropy = new SystemEntropy(clock);
  const ids = [entropy.ulid(), entropy.ulid()];
  await clock.advance(5);
  ids.push(entropy.ulid());
  clock.stepWall(-3_600_000);
  ids.push(entropy.ulid(), entropy.ulid());
  t.deepEqual([...ids].sort(), ids);
  t.is(new Set(ids).size, 5);
  for (const id of ids) t.regex(id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
});

test('bytes differ, fractions stay within [0, 1)', t => {
  const entropy = new SystemEntropy(new VirtualClock({yieldTurn}));
  t.is(entropy.bytes(16).length, 16);
  t.notDeepEqual(entropy.bytes(16), entropy.bytes(16));
  for (let round = 0; round < 1000; round += 1) {
    const fraction = entropy.fraction();
    t.true(fraction >= 0 && fraction < 1);
  }
});

test('a turn lets pending promises and immediates run first', async t => {
  const seen: string[] = [];
  setImmediate(() => seen.push('immediate'));
  void Promise.resolve().then(() => seen.push('promise'));
  await yieldTurn();
  t.deepEqual(seen, ['promise', 'immediate']);
});

test('a key is made once and kept; a file that holds none is refused', t => {
  const path = join(folder(t), 'lot.key');
  const entropy = new SystemEntropy(new VirtualClock({yieldTurn}));
  const key = loadOrMakeKey(path, entropy);
  t.is(key.length, 32);
  t.deepEqual(loadOrMakeKey(path, entropy), key);
  t.is(statSync(path).mode & 0o777, 0o600);
  writeFileSync(path, 'hello');
  const refused = t.throws(() => loadOrMakeKey(path, entropy), {instanceOf: ConfigError});
  t.is(refused?.code, 'config/key-file');
  t.false(refused?.message.includes('hello'));
});

test.serial('the thread pool is four unless the environment says more', t => {
  // Serial: the environment belongs to the whole process.
  const host = new Host();
  const before = process.env.UV_THREADPOOL_SIZE;
  t.teardown(() => {
    if (before === undefined) delete process.env.UV_THREADPOOL_SIZE;
    else process.env.UV_THREADPOOL_SIZE = before;
  });
  delete process.env.UV_THREADPOOL_SIZE;
  t.is(host.threadPoolSize(), 4);
  process.env.UV_THREADPOOL_SIZE = '24';
  t.is(host.threadPoolSize(), 24);
  process.env.UV_THREADPOOL_SIZE = 'many';
  t.is(host.threadPoolSize(), 4);
});

test('the first signal stops, once; a host that no longer listens hears nothing', t => {
  const host = new Host();
  const before = process.listenerCount('SIGHUP');
  const heard: string[] = [];
  host.onStop(signal => heard.push(signal));
  const forget = host.onStop(() => t.fail());
  forget();
  process.emit('SIGHUP', 'SIGHUP');
  t.deepEqual(heard, ['SIGHUP']);
  t.is(process.listenerCount('SIGHUP'), before);
});

test('secrets are read relative to the site file, or from the environment', t => {
  const place = folder(t);
  writeFileSync(join(place, 'c2.key'), 'abc');
  const reader = new Host().secretReader(place);
  t.is(reader.readFile('./c2.key'), 'abc');
  t.is(reader.readFile('missing'), undefined);
  t.is(reader.env('PATH'), process.env.PATH);
  t.is(reader.env('NO_SUCH_NAME_HERE'), undefined);
});
