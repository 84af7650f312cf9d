import test from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const TWO_POSTS: WorldOptions = {
  collectors: [
    {id: 'C1', bays: ['A-012'], pollMs: 2000},
    {id: 'C2', bays: ['B-003'], pollMs: 2000},
  ],
};

/** What a board says every 5 s. */
async function alive(world: World, station: string, isSounding: boolean): Promise<void> {
  const shown = world.alarms().map(({id}) => id);
  const response = await world.page.request(`/api/stations/${station}/alive`, {
    method: 'POST',
    headers: {Host: '127.0.0.1:8080', 'X-Latchkey-Page': '1'},
    body: JSON.stringify({shown, isSounding, hasSound: true}),
  });
  if (response.status !== 200) throw new Error(`a board is told ${response.status}`);
}

async function read(world: World, path: string): Promise<Response> {
  const headers = {Host: '127.0.0.1:8080', 'X-Latchkey-Token': world.pageToken};
  return await world.page.request(path, {headers});
}

/** The log as a spreadsheet reads it; no cell of these stories has a comma. */
function cellsOf(csv: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = csv.trimEnd().split('\r\n');
  const names = head.split(',');
  return lines.map(line =>
    Object.fromEntries(line.split(',').map((cell, no) => [names[no] ?? `${no}`, cell])),
  );
}

/** Hash of every event of the journal, counted anew from what it says. */
function chainOf(world: World): ReadonlyMap<string, string> {
  const {outbox} = world.edge.store;
  let hash: Uint8Array = CHAIN_START;
  return new Map(
    outbox.read(outbox.low(), Number.MAX_SAFE_INTEGER).map(({seq, body}) => {
      hash = chainHash(hash, seq, body);
      return [String(seq), toHex(hash)];
    }),
  );
}

test('EC-19 every step of a call is a row whose hash covers all before it; the log goes out as CSV, and the report tells median, p95 and what nobody answered', t =>
  withWorld(t, TWO_POSTS, async world => {
    const supervisor = new Guard(world, 'li');
    world.site.post('C1').press();
    await world.advance(1000);
    const [call] = world.alarms();
    if (!call) return t.fail('a call');
    const ask = async (path: string, body = {}) => {
      const {status} = await world.clock.settle(supervisor.post(path, body));
      t.is(status, 200, path);
    };
    for (const board of ['board-1', 'board-2']) await alive(world, board, board === 'board-1');
    await ask('/api/stations/board-1/silence');
    await world.advance(61_000);
    await ask(`/api/calls/${call.id}/acknowledge`);
    await world.advance(9000);
    await ask(`/api/calls/${call.id}/attend`);
    await world.advance(9000);
    await ask(`/api/calls/${call.id}/end`, {reason: 'lost his way'});
    await ask('/api/call-tests/path');
    world.site.post('C2').press();
    await world.advance(601_000);

    const csv = await (await read(world, '/api/call-records/log.csv?days=1')).text();
    const rows = cellsOf(csv);
    const mine = rows.filter(row => row['call'] === call.id);
    t.deepEqual(
      mine.map(({step, person, where}) => [step, person || where]),
      [
        ...[
          ['raised', ''],
          ['stored', ''],
          ['announced', '值班保安'],
          ['shown', 'board-1'],
          ['sounded', 'board-1'],
          ['shown', 'board-2'],
          ['silenced', 'li'],
        ],
        ...[
          ['louder', ''],
          ['escalated', '保安队长'],
          ['cloud_1', ''],
          ['acknowledged', 'li'],
          ['attending', 'li'],
          ['ended', 'li'],
        ],
      ],
    );
    t.like(mine.at(-1), {end: 'supervisor', note: 'lost his way', place: 'C1'});
    t.true(rows.some(({type}) => type === 'test'));
    t.true(rows.some(({kind, step}) => kind === 'EMERGENCY_BUTTON' && step === 'unanswered'));

    const chain = chainOf(world);
    for (const {seq = '', hash} of rows) t.is(hash, chain.get(seq), `row ${seq}`);
    const report = await (await read(world, '/api/call-records/report?days=1')).json();
    const answeredMs = Number(mine.find(({step}) => step === 'acknowledged')?.['age_ms']);
    t.true(Math.abs(answeredMs - 62_000) < 1500, `${answeredMs} ms`);
    return t.like(report as object, {
      ...{calls: 2, answered: 1, unanswered: 1},
      ...{medianMs: answeredMs, p95Ms: answeredMs, longestMs: answeredMs},
    });
  }));
