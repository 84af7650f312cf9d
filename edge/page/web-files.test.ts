import {readFileSync} from 'node:fs';
import test from 'ava';
import {asId, type PersonId} from '../../protocols/site/ids.js';
import {DICTIONARIES} from '../words/dictionaries.js';
import {loadWebFiles, makeBoardPage} from './web-files.js';

const NAMES = new Set(Object.keys(DICTIONARIES['zh-CN'].page));

function setUp(name = '王强') {
  const member = {id: asId<PersonId>('wang'), name, role: 'guard', shared: false} as const;
  const {text: html} = makeBoardPage({language: 'en', staff: [member], hasLogIn: true});
  const files = [...loadWebFiles()].filter(([file]) => !file.startsWith('lib-'));
  return {html, files, setup: JSON.parse(/id="setup">(.*?)<\/script>/s.exec(html)?.[1] ?? '')};
}

/** Every word by its path. */
function wordsOf(part: object, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(part).flatMap(([name, value]) => {
    if (typeof value === 'function') return [];
    if (typeof value === 'object') return wordsOf(value, `${path}/${name}`);
    return [[`${path}/${name}`, String(value)] as const];
  });
}

test('the page carries its setup, and nothing that lets anybody act', t => {
  const {html, setup} = setUp();
  t.deepEqual(Object.keys(setup).sort(), ['hasLogIn', 'language', 'staff', 'words']);
  t.is(setup.language, 'en');
  t.is(setup.staff[0].name, '王强');
  t.is(setup.words['zh-CN'].page.acknowledge, '接警');
  t.is(setup.words.en.alarmKinds.EMERGENCY_BUTTON, 'Emergency call');
  t.false(html.includes('secret'));
});

test('a name never ends the setup or becomes markup', t => {
  const name = '</script><script>alert("$&")</script>';
  const {html, setup} = setUp(name);
  t.false(html.includes(name));
  t.is(setup.staff[0].name, name);
});

test('every word that the board asks for is in the dictionary, and no other', t => {
  const script = setUp()
    .files.map(([, {text}]) => text)
    .join('\n');
  const asked = new Set([...script.matchAll(/\bpage\.(\w+)/g)].map(([, name]) => name ?? ''));
  t.deepEqual([...asked].sort(), [...NAMES].sort());
});

test('both languages say everything, and none is left in the other one', t => {
  const {screens: _, ...zh} = DICTIONARIES['zh-CN'];
  const {screens: __, ...en} = DICTIONARIES.en;
  const [chinese, english] = [wordsOf(zh), wordsOf(en)];
  t.deepEqual(chinese.map(([at]) => at).sort(), english.map(([at]) => at).sort());
  for (const [at, text] of [...chinese, ...english]) t.not(text.trim(), '', at);
  for (const [at, text] of english) t.notRegex(text, /[一-鿿]/, at);
});

test('the files of the board are small, and each import is served', t => {
  const {html, files} = setUp();
  const served = new Set(loadWebFiles().keys());
  const map = JSON.parse(/importmap">(.*?)<\/script>/s.exec(html)?.[1] ?? '').imports;
  for (const [name, {text}] of files) {
    t.true(text.split('\n').length <= 400, `${name} is long`);
    if (!name.endsWith('.js')) continue;
    t.true(text.split('\n').length <= 201, `${name} is long`);
    for (const [, from = ''] of text.matchAll(/from '([^']+)'/g)) {
      const file = from.startsWith('./') ? from.slice(2) : String(map[from]).slice('/web/'.length);
      t.true(served.has(file), `${name} imports ${from}`);
    }
  }
});

test('EC-24 board and documentation say what it is not, what it borrows from, and what to wire by itself', t => {
  for (const {page} of Object.values(DICTIONARIES)) t.true(page.noClaim.length > 10);
  t.regex(DICTIONARIES.en.page.noClaim, /Not a certified nurse-call, lift or fire system/);
  const text = readFileSync('edge/page/README.md', 'utf8').replaceAll(/\s+/g, ' ');
  t.regex(text, /not a certified nurse-call, lift or fire system/);
  for (const part of [
    'UL 1069',
    'EN 81-28',
    'DIN VDE 0834',
    'Wire independently',
    'intercom of a lift',
  ]) {
    t.true(text.includes(part), part);
  }
});
