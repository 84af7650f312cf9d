import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {ALARM_RULES} from '../../protocols/site/alarm-rules.js';

const FOLDERS = ['bin', 'cloud-sync', 'drivers', 'edge', 'protocols', 'sim'];
/** Literals of the shape of a code that are none: media types, and names under which drops are counted. */
const NO_CODES = new Set([
  ...['application/json', 'application/xml', 'application/yaml', 'text/plain'],
  'publish/forbidden',
]);
/** What only tests use names its mistakes as it likes. */
const RIGS = /\.test\.ts$|-rig\.ts$|^sim\/(real|crash|scenarios|hardware)\//;
const README = readFileSync('README.md', 'utf8');

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter(path => path.endsWith(ending))
    .map(path => join(folder, path));
}

/** Every quoted `layer/what` of the sources, with the file that has it; imports and rigs of tests are left out. */
function codesInSources(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const sources = FOLDERS.flatMap(folder => filesBelow(folder, '.ts'));
  for (const path of sources.filter(source => !RIGS.test(source))) {
    const text = readFileSync(path, 'utf8').replaceAll(/\bfrom '[^']*'/g, '');
    for (const [, code = ''] of text.matchAll(/'([a-z]+\/[a-z][a-z0-9-]*)'/g)) {
      if (!NO_CODES.has(code)) found.set(code, path);
    }
  }
  return found;
}

/** Codes of the first column below a heading of the README. */
function rowsBelow(heading: string): readonly string[] {
  const [, section = ''] = README.split(`\n## ${heading}\n`);
  const [body = ''] = section.split('\n## ');
  return [...body.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code = '']) => code);
}

test('the error codes of the README are those of the sources, each once', t => {
  const inSources = codesInSources();
  const listed = rowsBelow('Error codes');
  t.true(listed.length > 40);
  t.deepEqual(
    [...inSources].filter(([code]) => !listed.includes(code)),
    [],
    'codes without a row',
  );
  t.deepEqual(
    listed.filter((code, index) => !inSources.has(code) || listed.indexOf(code) !== index),
    [],
    'rows without a code, or twice',
  );
});

test('an error is never made with a code that the table cannot know', t => {
  const composed = FOLDERS.flatMap(folder => filesBelow(folder, '.ts')).filter(path =>
    /new (?:\w+Error|CodecMisuse)\(\s*`/.test(readFileSync(path, 'utf8')),
  );
  t.deepEqual(composed, []);
});

test('the alarm table of the README has a row for each kind', t => {
  t.deepEqual([...rowsBelow('Alarms')].sort(), Object.keys(ALARM_RULES).sort());
});

test('every requirement that the README calls proven has a test of that name', t => {
  const titles = FOLDERS.flatMap(folder => filesBelow(folder, '.test.ts'))
    .map(path => readFileSync(path, 'utf8'))
    .join('\n');
  const [, section = ''] = README.split('\n## What works, and what does not yet\n');
  const claims = section
    .split('\n')
    .filter(line => /^\| (P card|common|edge cases)/.test(line))
    .map(line => line.split(' | ')[1] ?? '')
    .flatMap(works => works.replaceAll(/[^;]*in part/g, '').match(/\b[PXE]\d+\b/g) ?? []);
  t.true(claims.length > 30);
  t.deepEqual(
    claims.filter(id => !new RegExp(`['"\`]${id} `).test(titles)),
    [],
  );
});

test('every path that a README names exists', t => {
  const codes = rowsBelow('Error codes');
  const readmes = ['README.md', ...FOLDERS.flatMap(folder => filesBelow(folder, 'README.md'))];
  t.true(readmes.length > FOLDERS.length);
  const missing = readmes.flatMap(readme => {
    const text = readFileSync(readme, 'utf8');
    const named = [
      ...text.matchAll(/`((?:bin|cloud-sync|drivers|edge|protocols|sim)\/[\w./-]+)`/g),
    ];
    const linked = [...text.matchAll(/\]\(([\w./-]+)\)/g)];
    return [
      ...named.map(([, path = '']) => path),
      ...linked.map(([, path = '']) => join(readme, '..', path)),
    ]
      .filter(path => !codes.includes(path) && !existsSync(path))
      .map(path => `${readme}: ${path}`);
  });
  t.deepEqual(missing, []);
});
