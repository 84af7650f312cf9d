import test from 'ava';
import type {CommandMachine} from '../../edge/commands/command.js';
import {openBay} from '../../edge/commands/open.js';
import {pageAccessPath, pageAccessText} from '../../edge/commands/page-access.js';
import {loadSiteConfig} from '../../edge/config/load.js';
import {LINE_BAUD_RATE, siteYaml} from '../plan/site-plan.js';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const TRAVEL_MS = 1500;
const EIGHT_BAYS = ['A-001', 'A-002', 'A-003', 'A-004', 'A-005', 'A-006', 'A-007', 'A-008'];
const TWO_BAYS: WorldOptions = {
  collectors: [{id: 'C1', bays: ['A-012', 'A-013'], travelMs: TRAVEL_MS, pollMs: 250}],
};
const SITE_FILE = '/site/site.yaml';

/** A site file as an installer would write it, for a daemon whose page is the world's. */
function siteFile(profiles = 'parkCard'): string {
  const link = {kind: 'serial', path: '/dev/ttyUSB0', baudRate: LINE_BAUD_RATE} as const;
  const yaml = siteYaml({
    siteId: 'lot-1',
    collectors: [
      {
        id: 'C1',
        zone: 'A',
        arrow: '←',
        kind: 'plain',
        bays: ['A-012', 'A-013'],
        lineLink: link,
        readerLink: {...link, path: '/dev/ttyUSB1'},
        keyFile: undefined,
      },
    ],
    database: '/site/lot.db',
    pagePort: 8080,
    cloud: undefined,
    secretKeyFile: 'secret.key',
  });
  return yaml.replace('parkCard', profiles);
}

/** The command line on the gateway of a world. */
function commandLine(world: World): CommandMachine {
  const files: Readonly<Record<string, string>> = {
    [SITE_FILE]: siteFile(),
    [pageAccessPath('/site/lot.db')]: pageAccessText({
      url: 'http://127.0.0.1:8080',
      token: world.pageToken,
      configToken: '',
    }),
  };
  return {
    clock: world.clock,
    readText: path => {
      const text = files[path];
      return text === undefined ? {kind: 'unreadable', why: 'ENOENT'} : {kind: 'text', text};
    },
    env: () => undefined,
    request: (url, options) => Promise.resolve(world.page.request(url, options)),
  };
}

function lowered(world: World, bay: string): number {
  return world.site.commandTimes(bay, 'lower').length;
}

test('X3 one process serves plain and smart posts of the profile built so far from one config; an unknown or unbuilt profile is refused', async t => {
  await withWorld(
    t,
    {
      collectors: [
        {id: 'C1', bays: ['A-012'], travelMs: TRAVEL_MS},
        {id: 'C2', kind: 'smart', bays: ['B-017'], travelMs: TRAVEL_MS},
      ],
    },
    async world => {
      for (const [collector, bay] of [
        ['C1', 'A-012'],
        ['C2', 'B-017'],
      ] as const) {
        await world.tap(collector, await world.office.cardFor([bay]));
        await world.advance(4000);
        t.is(world.site.lock(bay).arm, 'down');
        t.is(world.screen(collector), `${bay} open / Drive in`);
      }
      t.deepEqual(world.alarms(), []);
    },
  );
  t.true(loadSiteConfig(siteFile(), 'site.yaml').ok);
  for (const [profile, why] of [
    ['parkCar', /profiles\[0\]: unknown profile; known are: parkCard, .* got "parkCar"$/],
    ['stay', /profiles\[0\]: profile is not built in this version; .* got "stay"$/],
  ] as const) {
    const loaded = loadSiteConfig(siteFile(profile), 'site.yaml');
    if (loaded.ok) return t.fail(profile);
    t.is(loaded.problems.length, 1);
    t.regex(loaded.problems[0] ?? '', why);
  }
});

test('X4 during the 25 s series of lock 1 another unlock on the line ends at most 1 s after its travel time; a dead line is one alarm', t =>
  withWorld(
    t,
    {collectors: [{id: 'C1', bays: EIGHT_BAYS, travelMs: TRAVEL_MS, pollMs: 1000}]},
    async world => {
      world.site.lock('A-001').ail({deaf: 'silent'});
      await world.tap('C1', await world.office.cardFor(['A-001']));
      const startMs = world.site.commandTimes('A-001', 'lower')[0] ?? t.fail();
      for (const [index, bay] of EIGHT_BAYS.slice(1, 6).entries()) {
        await world.advance(startMs + 2000 + index * 4475 - world.nowMs);
        const tappedMs = world.nowMs;
        await world.tap('C1', await world.office.cardFor([bay]));
        const opened = () => world.events('session').find(({body}) => body.bay === bay);
        await world.until(() => opened() !== undefined, 10_000);
        const tookMs = (opened()?.monoMs ?? 0) - tappedMs;
        t.true(tookMs <= TRAVEL_MS + 1000, `${bay} took ${tookMs} ms`);
        t.is(lowered(world, bay), 1);
      }
      await world.until(() => world.alarms().length > 0, 20_000);
      const series = world.site.commandTimes('A-001', 'lower');
      t.is(series.length, 6);
      for (const [index, atMs] of series.entries()) {
        const lateMs = Math.round(atMs - startMs - index * 5000);
        t.true(
          lateMs >= 0 && lateMs <= 100,
          `no. ${index} waited ${lateMs} ms for more than one frame`,
        );
      }

      const before = world.events('alarm').length;
      world.end('line-C1').unplug();
      await world.advance(120_000);
      const raised = world.events('alarm').slice(before);
      t.deepEqual(
        raised.filter(({body}) => body.state === 'raised').map(({body}) => body.kind),
        ['BUS_DOWN'],
      );
      world.end('line-C1').replug();
      await world.advance(60_000);
      t.deepEqual(
        world.alarms().map(({kind}) => kind),
        ['UNLOCK_FAILED'],
      );
    },
  ));

test('X6 "open A-012" without a reason is refused at page and command line; with one it is done, audited and under the same interlocks', t =>
  withWorld(t, TWO_BAYS, async world => {
    const guard = new Guard(world);
    const machine = commandLine(world);
    const audited = () =>
      world
        .events('override')
        .map(({body}) => [body.action, body.bay, body.person, body.reason, body.result]);

    for (const reason of ['', '   ']) t.is((await guard.open('A-012', reason)).status, 400);
    for (const reason of [undefined, '  ']) {
      const request = {bay: 'A-012', person: 'wang', reason};
      const {exitCode, lines} = await openBay(SITE_FILE, request, machine);
      t.deepEqual([exitCode, lines], [1, ['refused: open A-012 needs --reason']]);
    }
    await world.advance(5000);
    t.is(lowered(world, 'A-012'), 0);

    t.is((await guard.open('A-012', 'card left at home')).status, 202);
    await world.advance(5000);
    t.is(world.site.lock('A-012').arm, 'down');
    const request = {bay: 'A-013', person: 'li', reason: 'ambulance'};
    const typed = await world.clock.settle(openBay(SITE_FILE, request, machine));
    t.deepEqual([typed.exitCode, typed.lines], [0, ['A-013 is open']]);
    t.is(lowered(world, 'A-013'), 1);

    await world.clock.settle(world.car().enter(world.site.bay('A-012')));
    await world.advance(5000);
    const refused = await guard.raise('A-012', 'should be empty');
    t.is(refused.status, 409);
    t.like(refused.json.result, {kind: 'refused', reason: 'CAR_PRESENT'});
    await world.advance(5000);
    t.deepEqual(world.site.commandTimes('A-012', 'raise'), []);
    t.deepEqual(audited(), [
      ['lower', 'A-012', 'wang', 'card left at home', 'done'],
      ['lower', 'A-013', 'li', 'ambulance', 'done'],
      ['raise', 'A-012', 'wang', 'should be empty', 'refused: CAR_PRESENT'],
    ]);
  }));

test('X7 the page loads and acknowledges an alarm by a named person with outside hosts blocked, and shows what is unsent', t =>
  withWorld(t, TWO_BAYS, async world => {
    const get = (path: string) => world.page.request(path, {headers: {Host: '127.0.0.1:8080'}});
    let libraries: Readonly<Record<string, string>> = {};
    const asked = new Set<string>();
    const ask = async (path: string): Promise<void> => {
      if (asked.has(path)) return;
      asked.add(path);
      const response = await get(path);
      t.is(response.status, 200, path);
      const policy = response.headers.get('Content-Security-Policy') ?? '';
      t.regex(policy, /default-src 'none'.*connect-src 'self'/, 'the browser blocks outside hosts');
      const text = await response.text();
      const map = /importmap">(.*?)<\/script>/s.exec(text)?.[1];
      if (map) libraries = JSON.parse(map).imports;
      const outside = text.match(/(?:https?:|wss?:)?\/\/[a-z0-9[][^\s"')]*/gi) ?? [];
      const isNamespace = (at: string) => at.startsWith('http://www.w3.org/');
      t.deepEqual(
        outside.filter(at => !isNamespace(at)),
        [],
        path,
      );
      const named = [
        ...text.matchAll(
          /(?:\bsrc|\bhref)="([^"]*)"|\bfrom ?["']([^"']+)["']|url\(["']?([^"')]+)/g,
        ),
      ];
      for (const [, attribute, module, asset] of named) {
        const target = attribute ?? libraries[module ?? ''] ?? module ?? asset ?? '';
        if (!target.startsWith('data:')) await ask(new URL(target, `http://page${path}`).pathname);
      }
    };
    await ask('/');
    t.true(asked.has('/web/main.js') && asked.has('/web/board.css'), [...asked].join(' '));

    world.site.post('C1').press();
    await world.advance(1000);
    const read = async () =>
      (await (await get('/api/state')).json()) as ReturnType<World['edge']['site']['state']>;
    const {alarms, cloud} = await read();
    t.like(alarms[0], {kind: 'EMERGENCY_BUTTON', state: 'notified', ackedBy: null});
    t.is(cloud.unsent, world.allEvents().length);
    t.true(cloud.unsent > 0);
    const alarm = alarms[0]?.id ?? t.fail();
    t.is((await new Guard(world, 'nobody').acknowledge(alarm)).status, 400);
    t.is((await new Guard(world).acknowledge(alarm)).status, 200);
    t.like((await read()).alarms[0], {state: 'acked', ackedBy: 'wang'});
    t.like(world.events('alarm').at(-1)?.body, {state: 'acked', person: 'wang'});
  }));
