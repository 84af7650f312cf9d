import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {ConfigActions} from './config-actions.js';
import {FixtureLot, STAFF} from './fixture-lot.js';
import {createPageApp} from './page-app.js';

function setUp() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const lot = new FixtureLot();
  const asked: (Parameters<ConfigActions['apply']>[0] | string)[] = [];
  const answer = {kind: 'staged', sha: 'a'.repeat(64), problems: []} as const;
  const {app} = createPageApp({
    host: '127.0.0.1',
    clock,
    log: {info: () => {}, warn: () => {}},
    view: lot,
    actions: lot,
    staff: STAFF,
    language: 'en',
    token: 'page',
    config: {
      token: 'program',
      keepCopy: by => {
        asked.push(`copy ${by}`);
        return Promise.resolve({kind: 'copied', file: 'a.lkbackup'});
      },
      desk: {
        apply: offer => {
          asked.push(offer);
          return answer;
        },
        rollback: by => {
          asked.push(by);
          return answer;
        },
      },
    },
  });
  const post = (verb: string, body: unknown, token = 'program') =>
    app.request(`/api/config/${verb}`, {
      method: 'POST',
      headers: {Host: '127.0.0.1:8080', 'X-Latchkey-Token': token},
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {asked, post};
}

test('a site file of 256 KB comes through, and goes to the desk as it was', async t => {
  const {asked, post} = setUp();
  const text = '"\n'.repeat(128 * 1024);
  const response = await post('apply', {text, by: 'wang'});
  t.like(await response.json(), {kind: 'staged', problems: []});
  t.deepEqual(asked, [{text, by: 'wang', removing: false}]);
  await post('rollback', {by: 'li'});
  t.is(asked[1], 'li');
  t.like(await (await post('copy', {by: 'wang'})).json(), {kind: 'copied'});
  t.is(asked[2], 'copy wang');
});

test('the token of the page is not enough, and bodies that say too little or too much are refused', async t => {
  const {asked, post} = setUp();
  t.is((await post('apply', {text: 'x', by: 'wang'}, 'page')).status, 403);
  t.is((await post('copy', {by: 'wang'}, 'page')).status, 403);
  t.is((await post('copy', {})).status, 400);
  t.is((await post('apply', {text: 'x'})).status, 400);
  t.is((await post('apply', {text: 'x', by: ' '})).status, 400);
  t.is((await post('apply', {by: 'wang'})).status, 400);
  t.is((await post('apply', {text: 'x', by: 'wang', removing: 'yes'})).status, 400);
  t.is((await post('apply', '{')).status, 400);
  t.is((await post('apply', {text: 'x'.repeat(600_000), by: 'wang'})).status, 413);
  t.is((await post('burn', {by: 'wang'})).status, 404);
  t.deepEqual(asked, []);
});
