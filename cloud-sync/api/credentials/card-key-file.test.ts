import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {ConfigError} from '../../../protocols/base/errors.js';
import {loadCardKeys} from './card-key-file.js';
import {cardKeyHex} from './card-keys.js';

test('master keys of cards are read from their file, by version; what is none is refused by name', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-card-keys-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'cards.key');
  const sound = {
    ...{application: '3042F5', system: 'NXP Abu'},
    keys: {1: '00112233445566778899AABBCCDDEEFF'},
  };
  writeFileSync(path, JSON.stringify(sound));
  // The example of AN10922, 2.2.1.
  const made = cardKeyHex(loadCardKeys(path), 1, '04782E21801D80');
  t.is(made?.toUpperCase(), 'A8DD63A3B89D54B37CA802473FDA9175');
  t.is(cardKeyHex(loadCardKeys(path), 2, '04782E21801D80'), undefined);
  const refused = (content: string, at = path) => {
    if (at === path) writeFileSync(path, content);
    t.is(t.throws(() => loadCardKeys(at), {instanceOf: ConfigError})?.code, 'config/key-file');
  };
  for (const change of [{application: '30'}, {system: ''}, {keys: {}}, {keys: {1: 'short'}}]) {
    refused(JSON.stringify({...sound, ...change}));
  }
  refused('null');
  refused('nothing');
  refused('', join(folder, 'absent.key'));
});
