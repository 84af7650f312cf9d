import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from '../platform/event-loop.js';
import {createJsonLog} from '../platform/json-log.js';
import {AccessFile} from './access-file.js';

function bench(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'lot.db.token');
  const clock = new VirtualClock({yieldTurn});
  const logged: Record<string, unknown>[] = [];
  const write = (line: string) => void logged.push(JSON.parse(line));
  const log = createJsonLog({clock, level: 'info', destination: {write}});
  const file = new AccessFile(path, 'access', {clock, log});
  t.teardown(() => file.close());
  return {path, draft: `${path}.tmp`, clock, logged, file};
}

test('a disk that does not take the access file stops nothing, is told of once, and gets it when it does', async t => {
  const {path, draft, clock, logged, file} = bench(t);
  writeFileSync(path, 'of a run that was killed');
  mkdirSync(draft);
  file.keep();
  t.false(existsSync(path), 'nobody is led to a daemon that is gone');
  await clock.advance(60_000);
  t.is(logged.length, 1);
  t.like(logged[0], {event: 'page.access-not-written', path});
  rmSync(draft, {recursive: true});
  await clock.advance(10_000);
  t.is(readFileSync(path, 'utf8'), 'access');
  t.is(statSync(path).mode & 0o777, 0o600);
  t.deepEqual(clock.pending, []);
  file.close();
  t.false(existsSync(path));
});

test('a disk that gives nothing up keeps no daemon from its end', async t => {
  const {path, clock, logged, file} = bench(t);
  mkdirSync(join(path, 'held'), {recursive: true});
  file.keep();
  t.notThrows(() => file.close());
  await clock.advance(60_000);
  t.is(logged.length, 1);
});
