import test from 'ava';
import {asId, type PersonId} from '../../protocols/site/ids.js';
import {DICTIONARIES} from '../words/dictionaries.js';
import {loadWebFiles, renderPage} from './web-files.js';

const WORDS = DICTIONARIES['zh-CN'].page;
const NAMES = new Set(Object.keys(WORDS));

function setUp(name = '王强') {
  const staff = [{id: asId<PersonId>('wang'), name}];
  const html = renderPage({token: 'secret', language: 'en', staff});
  const script = [...loadWebFiles().values()].map(({text}) => text).join('\n');
  return {html, script};
}

test('the page carries its setup', t => {
  const {html} = setUp();
  const json = /id="setup">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const setup = JSON.parse(json);
  t.is(setup.token, 'secret');
  t.is(setup.language, 'en');
  t.deepEqual(setup.staff, [{id: 'wang', name: '王强'}]);
  t.is(setup.words['zh-CN'].page.acknowledge, '接警');
  t.is(setup.words.en.alarmKinds.EMERGENCY_BUTTON, 'Emergency call');
});

test('a name never ends the setup or becomes markup', t => {
  const name = '</script><script>alert("$&")</script>';
  const {html} = setUp(name);
  t.false(html.includes(name));
  const json = /id="setup">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  t.is(JSON.parse(json).staff[0].name, name);
});

test('every word that the page asks for is in the dictionary, and no other', t => {
  const {html, script} = setUp();
  const asked = new Set([
    ...[...html.matchAll(/data-word="(\w+)"/g)].map(([, name]) => name ?? ''),
    ...[...script.matchAll(/\bpage\.(\w+)/g)].map(([, name]) => name ?? ''),
  ]);
  for (const file of ['js', 'css']) asked.delete(file);
  t.deepEqual([...asked].sort(), [...NAMES].sort());
});

test('every place that the script looks for is in the page', t => {
  const {html, script} = setUp();
  const places = [...script.matchAll(/byId\('([\w-]+)'\)/g)].map(([, id]) => id);
  t.true(places.length > 20);
  for (const id of places) t.true(html.includes(`id="${id}"`), id);
});
