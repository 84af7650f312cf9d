import {readFileSync} from 'node:fs';
import test from 'ava';
import type {Described} from '../../client/breaks.js';
import {openApiText} from '../../client/description.js';

const METHODS = 'GET|POST|PUT|PATCH|DELETE';
const OPERATION = new RegExp(`\`((?:${METHODS})(?: (?:${METHODS}))*) (/[^\`]*)\``, 'g');
const TABLE = '| area | operations |';

/** `GET /v1/sites/{}`: names of what stands in a path are left out. */
function operationsIn(text: string): readonly string[] {
  return [...text.matchAll(OPERATION)].flatMap(([, methods = '', path = '']) =>
    methods.split(' ').map(method => `${method} ${bare(path)}`),
  );
}

function bare(path: string): string {
  return path.replace(/\?.*$/, '').replace(/\{\w+\}/g, '{}');
}

/** What stands in it as a word: `POST /v1/holds/{}/release` is one of `{act}`. */
function isDescribed(operation: string, described: ReadonlySet<string>): boolean {
  return described.has(operation) || described.has(operation.replace(/\/[a-z]+$/, '/{}'));
}

/** Without what is run by a shell. */
const readme = readFileSync('cloud-sync/README.md', 'utf8').replace(/^```[\s\S]*?^```/gm, '');

test('the table of all operations has those of the description, each once, in its area, and no other', async t => {
  const {paths} = JSON.parse(await openApiText()) as Described;
  const described = new Map<string, string>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const {tags = []} = operation as {tags?: readonly string[]};
      described.set(`${method.toUpperCase()} ${bare(path)}`, tags[0] ?? '');
    }
  }
  t.true(described.size > 150);
  const from = readme.indexOf(TABLE);
  t.true(from > 0);
  const table = readme.slice(from, readme.indexOf('\n\n', from)).split('\n').slice(2);
  const told = table.flatMap(row => {
    const area = /^\| (\w+) \|/.exec(row)?.[1] ?? row;
    return operationsIn(row).map(operation => `${operation} (${area})`);
  });
  const wanted = [...described].map(([operation, area]) => `${operation} (${area})`);
  t.deepEqual(told.toSorted(), wanted.toSorted());
});

test('whatever else is told of an operation is told of one that is there, by its whole path', async t => {
  const {paths} = JSON.parse(await openApiText()) as Described;
  const described = new Set(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${bare(path)}`),
    ),
  );
  const told = operationsIn(readme);
  t.true(told.length > described.size);
  t.deepEqual(
    told.filter(operation => !isDescribed(operation, described)),
    [],
  );
  // Neither a short form, nor a path of another way of writing, which nobody could check.
  t.deepEqual(readme.match(/`[^`]*(?:\.\.\.\/|\/:)[^`]*`/g), null);
  const bareOnes = [...readme.matchAll(/`(\/v1\/[^`]*)`/g)].map(([, path = '']) => bare(path));
  const known = new Set([...described].map(operation => operation.replace(/^\w+ /, '')));
  t.deepEqual(
    bareOnes.filter(path => !known.has(path)),
    [],
  );
});
