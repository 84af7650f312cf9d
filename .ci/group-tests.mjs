// A few processes for many files of tests in place of one for each: to start a process and to load what the
// tests of a tree need costs more than most tests. Nothing here is global, so nothing is shared.
// Writes dist/.tests/LANE/TREE-N.test.js, which imports compiled tests of that tree.
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';

const OUT = 'dist/.tests';
/** Peers, power cuts and what takes an hour have suites of their own. */
const ELSEWHERE = ['sim/real', 'sim/crash', 'sim/long'];
/** They watch the memory of their process, or are as long as a whole tree. */
const ALONE = new Set([
  'sim/scenarios/crash.test.js',
  'sim/scenarios/long-outage.test.js',
  'sim/scenarios/sync-offline.test.js',
]);
/** Stories leave more behind in memory than tests of one thing do. */
const MOST_FILES = 40;
const MOST_STORIES = 8;
/** The watched trees for coverage; of the others each of the two lanes of `npm test` takes the next when it is free. */
function laneOf(file) {
  return /^(protocols|drivers|edge)\//.test(file) ? 'watched' : 'free';
}

const isStory = file => file.startsWith('sim/scenarios/');

function treeOf(file) {
  if (ALONE.has(file)) return file.replace(/\.test\.js$/, '').replaceAll('/', '_');
  return isStory(file) ? 'sim_scenarios' : file.split('/')[0];
}

/** Ava takes a title once a process; those that a loop makes must differ within their folder and its neighbours. */
function titlesIn(file) {
  const text = readFileSync(join('dist', file), 'utf8');
  return [...text.matchAll(/\btest(?:\.\w+)*\(\s*(["'`])(.*?)\1/g)].map(match => match[2]);
}

const groups = new Map();
for (const file of readdirSync('dist', {recursive: true}).sort()) {
  if (!file.endsWith('.test.js') || file.startsWith('.')) continue;
  if (ELSEWHERE.some(name => dirname(file).startsWith(name))) continue;
  const tree = join(laneOf(file), treeOf(file));
  const most = isStory(file) ? MOST_STORIES : MOST_FILES;
  const titles = titlesIn(file);
  const ofTree = groups.get(tree) ?? [];
  const isFree = group =>
    group.files.length < most && !titles.some(title => group.titles.has(title));
  let group = ofTree.find(isFree);
  if (!group) {
    group = {files: [], titles: new Set()};
    groups.set(tree, [...ofTree, group]);
  }
  group.files.push(file);
  for (const title of titles) group.titles.add(title);
}

rmSync(OUT, {recursive: true, force: true});
for (const [tree, ofTree] of groups) {
  mkdirSync(dirname(join(OUT, tree)), {recursive: true});
  for (const [index, {files}] of ofTree.entries()) {
    const name = join(OUT, `${tree}-${index + 1}.test.js`);
    const lines = files.map(file => `import '${relative(dirname(name), join('dist', file))}';\n`);
    writeFileSync(name, lines.join(''));
  }
}
