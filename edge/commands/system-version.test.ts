import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {systemVersion} from './system-machine.js';

test('the version is that of the installed release, and of the package where none is installed', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-version-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  writeFileSync(join(folder, 'manifest.json'), '{"version":"9.8.7","arch":"x64","schema":1}\n');
  t.is(systemVersion({env: name => (name === 'LATCHKEY_RELEASE' ? folder : undefined)}), '9.8.7');
  const {version} = JSON.parse(readFileSync('package.json', 'utf8'));
  t.is(systemVersion({env: () => undefined}), version);
});
