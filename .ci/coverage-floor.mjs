/*
 * The floor: 95 % of the lines of each pure or device-facing tree. The figures are c8's over `dist`,
 * mapped back to the TypeScript sources. A source that no test loads is absent from c8's answer, so
 * it is looked for here and counted as uncovered. Files of types alone have nothing to cover.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join, relative} from 'node:path';

const TREES = ['protocols', 'drivers', 'edge/domain'];
const FLOOR_PERCENT = 95;
const WORST_FILES = 10;

const summary = JSON.parse(readFileSync('coverage/coverage-summary.json', 'utf8'));
const covered = new Map(
  Object.entries(summary).map(([path, figures]) => [relative('.', path), figures.lines]),
);

/** The sources below `tree` that compile to something that runs. */
function sourcesOf(tree) {
  return readdirSync(join('dist', tree), {recursive: true})
    .filter(path => path.endsWith('.js') && !path.endsWith('.test.js'))
    .filter(path => hasCode(readFileSync(join('dist', tree, path), 'utf8')))
    .map(path => join(tree, path.replace(/\.js$/, '.ts')));
}

function hasCode(script) {
  const bare = script.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').replace('export {};', '');
  return bare.trim() !== '';
}

function linesOf(source) {
  const total = readFileSync(source, 'utf8').split('\n').length;
  return covered.get(source) ?? {total, covered: 0};
}

const percent = ({total, covered: hit}) => (total === 0 ? 100 : (hit / total) * 100);

for (const tree of TREES) {
  const files = sourcesOf(tree).map(source => ({source, ...linesOf(source)}));
  const whole = {
    total: files.reduce((sum, file) => sum + file.total, 0),
    covered: files.reduce((sum, file) => sum + file.covered, 0),
  };
  console.log(`${tree}: ${percent(whole).toFixed(1)} % of ${whole.total} lines`);
  if (percent(whole) >= FLOOR_PERCENT) continue;
  process.exitCode = 1;
  files.sort((left, right) => right.total - right.covered - (left.total - left.covered));
  for (const file of files.slice(0, WORST_FILES)) {
    console.log(`  ${file.source}: ${file.total - file.covered} of ${file.total} uncovered`);
  }
}
if (process.exitCode === 1) console.log(`the floor is ${FLOOR_PERCENT} %`);
