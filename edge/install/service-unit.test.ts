import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';

const UNIT = 'edge/install/latchkey.service';
/** From "exposed" (10) to "safe" (0); systemd calls a service up to 4 "ok". */
const MOST_EXPOSURE = 2.5;

test('~I-9 systemd takes the unit and finds it well protected', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'latchkey.service');
  // What is not installed here cannot be found.
  const text = readFileSync(UNIT, 'utf8').replaceAll(
    /\/opt\/latchkey\/\w+\/latchkey/g,
    '/bin/true',
  );
  writeFileSync(path, text);
  const verified = spawnSync('systemd-analyze', ['verify', path], {encoding: 'utf8'});
  if (verified.error) {
    t.log('systemd is not installed here: its own judgement of the unit is left out');
    t.pass();
    return;
  }
  t.is(verified.stderr, '');
  t.is(verified.status, 0);
  const judged = spawnSync(
    'systemd-analyze',
    ['security', '--offline=true', `--threshold=${MOST_EXPOSURE * 10}`, path],
    {encoding: 'utf8'},
  );
  t.is(judged.status, 0, judged.stdout.split('\n').slice(-2).join(''));
});
