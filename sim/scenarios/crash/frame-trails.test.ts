import test from 'ava';
import type {World} from '../../world.js';
import {withWorld} from '../with-world.js';
import {framesAreStored, type HeardFrame} from './frame-trails.js';
import type {JournalRow} from './order-trails.js';

const SITE = {collectors: [{id: 'C1', bays: ['A-001'], travelMs: 1000}]};
const BAY = 'A-001';

const journal = (world: World) => world.allEvents() as unknown as readonly JournalRow[];

function order(world: World, verb: 'open' | 'close'): Promise<Response> {
  const headers = {Host: '127.0.0.1', 'X-Latchkey-Token': world.pageToken};
  const body = JSON.stringify({person: 'wang', reason: 'asked for'});
  const url = `http://127.0.0.1/api/bays/${BAY}/${verb}`;
  return Promise.resolve(world.page.request(url, {method: 'POST', headers, body}));
}

/** The frames that the lock heard, oldest first. */
function heard({site}: World): readonly HeardFrame[] {
  const timed = (['lower', 'raise'] as const).flatMap(command =>
    site.commandTimes(BAY, command).map(atMs => ({bay: BAY, command, at: 0, atMs})),
  );
  return timed.sort((left, right) => left.atMs - right.atMs);
}

test('an order that a dead line dropped and an arm already down confirmed has no frame, and hides none', t =>
  withWorld(t, SITE, async world => {
    await order(world, 'open');
    await world.advance(5000);
    world.end('line-C1').unplug();
    await world.advance(5000);
    await order(world, 'open');
    await world.advance(500);
    world.end('line-C1').replug();
    await world.advance(15_000);
    await order(world, 'close');
    await world.advance(15_000);
    await order(world, 'open');
    await world.advance(5000);

    const states = world.events('actuation').map(({body}) => `${body.desired} ${body.state}`);
    t.deepEqual(states.slice(4, 7), ['down queued', 'down sent', 'down confirmed']);
    const frames = heard(world);
    t.deepEqual(
      frames.map(({command}) => command),
      ['lower', 'raise', 'lower'],
    );
    t.deepEqual(framesAreStored(journal(world), frames), []);

    // What nobody stored is still found, and so is a frame that took the place of another.
    const lower = {bay: BAY, command: 'lower', at: 7} as const;
    const missing = (next: string) => [`${BAY}: frame lower at 7 stored as ${next}`];
    t.deepEqual(framesAreStored(journal(world), [...frames, lower]), missing('nothing'));
    t.deepEqual(framesAreStored(journal(world), [lower, lower, lower]), missing('raise'));
  }));

/** A journal of `BAY` in short: `up` is an arm told so, `1 down sent` a step of order 1. */
function told(...lines: readonly string[]): readonly JournalRow[] {
  const rows = lines.map(line => {
    const [first = '', desired, state] = line.split(' ');
    if (first === 'boot') return {kind: 'boot', body: {}};
    if (desired === undefined) return {kind: 'bay', body: {bay: BAY, arm: first}};
    return {kind: 'actuation', body: {actuation: first, bay: BAY, desired, state}};
  });
  return rows as unknown as readonly JournalRow[];
}

test('an order that the wire lost while an earlier one still moved the arm has no frame, and hides none', t => {
  const lower = {bay: BAY, command: 'lower', at: 1} as const;
  const raise = {bay: BAY, command: 'raise', at: 2} as const;
  const second = [
    '2 down sent',
    '2 down moving',
    '2 down confirmed',
    'down',
    '3 up sent',
    '3 up moving',
  ];
  const afterCut = told('boot', 'up', '1 down sent', 'boot', ...second);
  const inOneRun = told('boot', 'up', '1 down sent', '1 down moving', '1 down aborted', ...second);
  for (const rows of [afterCut, inOneRun]) {
    t.deepEqual(framesAreStored(rows, [lower, raise]), []);
    t.deepEqual(framesAreStored(rows, [lower, lower, raise]), []);
  }
  // An arm that stood is moved by nothing but its frame.
  const stood = told('boot', 'up', ...second);
  t.deepEqual(framesAreStored(stood, [raise]), [`${BAY}: frame raise at 2 stored as lower`]);
});
