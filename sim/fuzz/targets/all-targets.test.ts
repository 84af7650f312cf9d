import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {fuzzRun} from '../fuzz-run.js';
import {FUZZ_TARGETS} from './all-targets.js';

/** What is called like a reader of foreign bytes and is none. */
const EXEMPT: Readonly<Record<string, string>> = {
  'protocols/base/bytes.ts readUint16': 'two bytes at a place that its caller has found',
  'protocols/cjt188/water-meter.ts readMeter': 'makes a request',
  'protocols/cloud/grant-state.ts canonicalRow': 'writes a row of our own',
  'protocols/lock-board/lock-board-model.ts openRequest': 'makes a request',
  'protocols/osdp/secure-channel.ts openChannel': 'makes a state of keys',
  'protocols/site/person-text.ts normalisePhone':
    'one pattern over a text whose length a schema bounds',
};

const READERS =
  /^export (?:async )?function ((?:decode|decrypt|read|open|parse|unpack|inflate|verify|canonical|normalise|match|teach)\w*)/gm;

function readersOfProtocols(): readonly string[] {
  return readdirSync('protocols', {recursive: true, encoding: 'utf8'})
    .filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap(path => {
      const file = join('protocols', path);
      const names = readFileSync(file, 'utf8').matchAll(READERS);
      return Array.from(names, ([, name]) => `${file} ${name}`);
    });
}

test('every reader of protocols is fuzzed, or exempt with a reason', t => {
  const covered = new Set(FUZZ_TARGETS.flatMap(({covers}) => covers));
  const readers = readersOfProtocols();
  t.true(readers.length > 50);
  t.deepEqual(
    readers.filter(reader => !covered.has(reader) && !(reader in EXEMPT)),
    [],
    'list them in sim/fuzz/targets',
  );
  t.deepEqual(
    Object.keys(EXEMPT).filter(reader => !readers.includes(reader) || covered.has(reader)),
    [],
    'exempt without need',
  );
});

test('what a target says that it covers exists, and names are unique', t => {
  const missing = FUZZ_TARGETS.flatMap(({covers}) => covers).filter(place => {
    const [file = '', name = ''] = place.split(' ');
    return !existsSync(file) || !readFileSync(file, 'utf8').includes(name);
  });
  t.deepEqual(missing, []);
  const names = FUZZ_TARGETS.map(({name}) => name);
  t.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test('every target takes its own sound inputs', t => {
  for (const {name, seeds, run} of FUZZ_TARGETS) {
    t.true(seeds.length > 0, name);
    for (const seed of seeds) t.notThrows(() => run(seed), name);
  }
});

for (const target of FUZZ_TARGETS) {
  test(`2,000 damaged inputs: ${target.name}`, t => {
    t.deepEqual(fuzzRun(target, {seed: 1, runs: 2000}), []);
  });
}
