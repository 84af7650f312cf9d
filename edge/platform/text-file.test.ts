import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {readTextFile} from './text-file.js';

test('a file is read whole, and what cannot be read is told why', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'site.yaml');
  writeFileSync(path, '停车场\n');
  t.deepEqual(readTextFile(path), {kind: 'text', text: '停车场\n'});
  t.deepEqual(readTextFile(join(folder, 'none')), {kind: 'unreadable', why: 'ENOENT'});
  t.deepEqual(readTextFile(folder), {kind: 'unreadable', why: 'EISDIR'});
});
