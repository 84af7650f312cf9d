// One process for the tests of a folder in place of one for each file: to start a process and to load
// what every test of a folder needs costs more than most tests. Nothing here is global, so nothing is shared.
// Writes dist/.tests/LANE/FOLDER.test.js, which imports the compiled tests of that folder.
import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';

const OUT = 'dist/.tests';
/** Peers, power cuts and what takes an hour have suites of their own. */
const ELSEWHERE = ['sim/real', 'sim/crash', 'sim/long'];
/** They watch the memory of their process, or are as long as a whole folder. */
const ALONE = new Set([
  'sim/scenarios/crash.test.js',
  'sim/scenarios/long-outage.test.js',
  'sim/scenarios/sync-offline.test.js',
]);
const MOST_FILES = 8;

/** Which of the runs of `npm test` takes a group: the watched trees for coverage, the stories for their length. */
function laneOf(group) {
  if (/^(protocols|drivers|edge)\b/.test(group)) return 'watched';
  return group.startsWith('sim/scenarios') && !LEFT_TO_THE_REST.has(group) ? 'stories' : 'rest';
}

/** So that the two lanes are about equally long. */
const LEFT_TO_THE_REST = new Set([
  'sim/scenarios/crash.test.js',
  'sim/scenarios/sync-offline.test.js',
]);

const folders = new Map();
for (const file of readdirSync('dist', {recursive: true}).sort()) {
  const folder = dirname(file);
  if (!file.endsWith('.test.js') || file.startsWith('.')) continue;
  if (ELSEWHERE.some(name => folder.startsWith(name))) continue;
  const group = ALONE.has(file) ? file : folder;
  folders.set(group, [...(folders.get(group) ?? []), file]);
}

rmSync(OUT, {recursive: true, force: true});
for (const [group, files] of folders) {
  const lane = join(OUT, laneOf(group));
  mkdirSync(lane, {recursive: true});
  for (let first = 0; first < files.length; first += MOST_FILES) {
    const part = files.length > MOST_FILES ? `-${first / MOST_FILES + 1}` : '';
    const name = `${group.replace(/\.test\.js$/, '').replaceAll('/', '_')}${part}.test.js`;
    const lines = files
      .slice(first, first + MOST_FILES)
      .map(file => `import '${relative(lane, join('dist', file))}';\n`);
    writeFileSync(join(lane, name), lines.join(''));
  }
}
