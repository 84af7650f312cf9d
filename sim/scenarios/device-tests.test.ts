import test from 'ava';
import type {CommandMachine} from '../../edge/commands/command.js';
import {type TestOptions, testDevice} from '../../edge/commands/device-test.js';
import {type LogOptions, showLogs} from '../../edge/commands/logs.js';
import {pageAccessPath, pageAccessText} from '../../edge/commands/page-access.js';
import {reportSite} from '../../edge/commands/report-site.js';
import type {TestReport} from '../../edge/device-test/contract.js';
import {MilesightCounter} from '../devices/milesight-counter.js';
import {type CollectorPlan, siteYaml} from '../plan/site-plan.js';
import type {World, WorldOptions} from '../world.js';
import {bathe} from './bath-rig.js';
import {withWorld} from './with-world.js';

const BAY = 'A-001';
const LOCK = `L-${BAY}`;
const TOPIC = 'application/1/device/24e124/event/up';
const COUNTER = {
  ...{id: 'people-1', kind: 'milesight-counter', topic: TOPIC},
  feed: {broker: 'mqtt://127.0.0.1:1883'},
};
const LOT: WorldOptions = {
  collectors: [{id: 'C1', bays: [BAY, 'A-002'], travelMs: 2000, pollMs: 250}],
  plant: {devices: [COUNTER], install: () => []},
};

/** The command line on the gateway of a world. */
function commandLine(world: World, collectors: readonly CollectorPlan[] = []): CommandMachine {
  const site = siteYaml({
    ...{siteId: 'lot-1', collectors, database: '/w/lot.db', pagePort: 0, cloud: undefined},
    secretKeyFile: 'secret.key',
  });
  const access = {url: 'http://127.0.0.1:8080/', token: world.pageToken, configToken: ''};
  return {
    clock: world.clock,
    readText: path =>
      path === pageAccessPath('/w/lot.db')
        ? {kind: 'text', text: pageAccessText(access)}
        : {kind: 'text', text: site},
    env: () => undefined,
    request: (url, options) => Promise.resolve(world.page.request(url, options)),
  };
}

async function tested(world: World, part: Partial<TestOptions>): Promise<TestReport> {
  const options: TestOptions = {
    ...{kind: 'lock', device: LOCK, what: 'status', person: 'wang', seconds: 5},
    ...{force: false, config: '/w/site.yaml', json: true, ...part},
  };
  const {exitCode, lines} = await world.clock.settle(testDevice(options, commandLine(world)));
  const report = JSON.parse(lines[0] ?? '') as TestReport;
  if ((exitCode === 0) !== (report.result === 'passed'))
    throw new TypeError('the exit code differs');
  return report;
}

const journalled = (world: World) =>
  world.events('device.event').filter(({body}) => body.event === 'test');

test('I-3 one lock, reader, shower, counter or call is tried alone: hex sent and received, round trip, retries, a test in the journal; refused while occupied unless forced, and no force raises an arm under a car', async t => {
  await withWorld(t, LOT, async world => {
    await world.advance(20_000);
    const status = await tested(world, {});
    t.like(status, {result: 'passed', retries: 0});
    t.true((status.roundTripMs ?? 0) > 5 && (status.roundTripMs ?? 0) < 100);
    const question = status.frames.find(
      ({kind, hex}) => kind === 'tx' && hex.startsWith('01030000'),
    );
    t.regex(question?.hex ?? '', /^010300000001[0-9a-f]{4}$/);
    t.true(status.frames.some(({kind, hex}) => kind === 'rx' && hex.startsWith('010302')));
    t.true(status.frames.every(({kind, hex}) => kind === 'none' || hex.startsWith('01')));

    const lowered = await tested(world, {what: 'down'});
    t.like(lowered, {result: 'passed', retries: 0}, lowered.why);
    t.is(world.site.lock(BAY).arm, 'down');
    world.site.lock(BAY).ail({obeysNth: 2});
    const raised = await tested(world, {what: 'up'});
    t.like(raised, {result: 'passed', retries: 1}, raised.why);
    world.site.lock(BAY).ail({obeysNth: 1});
    t.like(journalled(world).at(-1)?.body, {
      device: LOCK,
      data: {what: 'lock up', person: 'wang', result: 'passed', retries: 1, forced: false},
    });

    const raises = world.site.commandTimes(BAY, 'raise').length;
    t.like(await tested(world, {device: 'X-1'}), {result: 'refused', why: 'no lock is called X-1'});

    const reader = tested(world, {kind: 'reader', device: 'C1', seconds: 10});
    const swipe = world.tap('C1', await world.office.cardFor([BAY]));
    await swipe;
    t.regex((await reader).seen[0] ?? '', /^card \.\.[0-9A-F]{4}, uid$/i);
    t.deepEqual(world.events('attempt.opened'), [], 'a card for a test opens nothing');
    t.like(await tested(world, {kind: 'reader', device: 'C1', seconds: 1}), {result: 'failed'});
    t.is(world.site.commandTimes(BAY, 'raise').length, raises);

    const call = tested(world, {kind: 'call', device: 'E-C1', seconds: 10});
    await world.advance(1500);
    world.site.post('C1').press();
    t.like(await call, {result: 'passed'});
    t.true(
      world.alarms().some(({kind}) => kind === 'EMERGENCY_BUTTON'),
      'a press is a call, test or not',
    );

    const counter = new MilesightCounter({
      clock: world.clock,
      send: payload => {
        const message = JSON.stringify({data: Buffer.from(payload).toString('base64')});
        world.feed('people-1').deliver(TOPIC, new TextEncoder().encode(message));
      },
    });
    t.teardown(() => counter.close());
    counter.report();
    await world.advance(1000);
    const counting = tested(world, {kind: 'counter', device: 'people-1', seconds: 10});
    await world.advance(1500);
    counter.pass('in', 1);
    counter.report();
    t.like(await counting, {result: 'passed', seen: ['before: 0 inside', 'after: 1 inside']});
    counter.close();
  });

  await withWorld(t, LOT, async world => {
    const car = world.car();
    await tested(world, {what: 'down'});
    await world.clock.settle(car.enter(world.site.bay(BAY)));
    await world.advance(20_000);
    t.like(await tested(world, {what: 'up'}), {result: 'refused'});
    const raises = world.site.commandTimes(BAY, 'raise').length;
    const forced = await tested(world, {what: 'up', force: true});
    t.like(forced, {result: 'refused', why: 'CAR_PRESENT'});
    t.is(world.site.commandTimes(BAY, 'raise').length, raises, 'not one order left');
    t.like(await tested(world, {what: 'down', force: true}), {result: 'passed'});
  });

  await bathe(t, {xintai: 1}, async house => {
    const [stall] = house.stalls;
    const report = await tested(house.world, {kind: 'shower', device: stall?.id ?? '', seconds: 5});
    t.is(report.result, 'passed', report.why);
    t.regex(report.seen[0] ?? '', /^\d+ ml in 5 s$/);
    t.is(report.seen[1], 'valve proven shut');
    t.deepEqual(house.showers(), [], 'nobody pays');
    t.deepEqual(house.world.alarms(), [], 'and nothing leaks');
  });
});

test('I-6 the log of the running daemon is followed by device, part and level, with frames in hex on demand, levels changed by part without a restart, secrets hidden, also as a stream for the page', async t => {
  await withWorld(t, LOT, async world => {
    const follow = async (part: Partial<LogOptions>, during: () => Promise<unknown>) => {
      const printed: string[] = [];
      let isStopped = false;
      const options: LogOptions = {
        ...{config: '/w/site.yaml', json: true, follow: true, device: '', part: '', level: 'info'},
        ...{frames: false, ...part},
      };
      const screen = {print: (line: string) => printed.push(line), isStopped: () => isStopped};
      const running = showLogs(options, commandLine(world), screen);
      await world.advance(700);
      await during();
      await world.advance(1200);
      isStopped = true;
      await world.clock.settle(running);
      return printed.map(line => JSON.parse(line));
    };
    const log = world.logged.length;
    const say = async () => {
      world.log
        .child('runtime')
        .child(LOCK)
        .debug('lock.state', () => ({arm: 'up', key: 'c0ffee'}));
      world.log.child('runtime').info('other.thing', {device: 'L-A-002'});
      await world.advance(10);
    };
    const seen = await follow({device: LOCK, level: 'debug'}, say);
    t.deepEqual(
      seen.map(({event}) => event),
      ['lock.state'],
    );
    t.like(seen[0], {
      level: 'debug',
      part: `runtime.${LOCK}`,
      fields: {arm: 'up', key: '[hidden]'},
    });
    t.deepEqual(
      (await follow({part: 'runtime'}, say)).map(({event}) => event),
      ['other.thing'],
    );
    t.false(
      world.logged.slice(log).some(({event}) => event === 'lock.state'),
      'what is written stays as it was',
    );

    const frames = await follow({device: LOCK, frames: true}, () => world.advance(1000));
    t.true(frames.length > 2);
    t.true(
      frames.every(
        ({line, hex, kind}) => line === 'line-C1' && (kind === 'none' || /^01/.test(hex)),
      ),
    );

    const level = {config: '/w/site.yaml', json: true, setLevel: 'runtime=debug'} as LogOptions;
    const idle = {print: () => {}, isStopped: () => true};
    t.deepEqual((await showLogs(level, commandLine(world), idle)).lines, ['{"runtime":"debug"}']);
    await say();
    t.like(
      world.logged.at(-2),
      {event: 'lock.state', key: '[hidden]'},
      'from now on, without a restart',
    );
    await showLogs({...level, setLevel: 'runtime='}, commandLine(world), idle);
    const written = world.logged.length;
    world.log.child('runtime').debug('lock.state');
    t.is(world.logged.length, written);

    const stranger = await world.page.request('/api/tools/log?level=debug');
    t.is(stranger.status, 401);
    const headers = {'X-Latchkey-Token': world.pageToken};
    const stream = await world.page.request('/api/tools/log/stream?level=debug', {headers});
    const lines = stream.body?.getReader();
    const next = lines?.read();
    await world.advance(10);
    await say();
    await world.advance(1000);
    t.regex(
      new TextDecoder().decode((await next)?.value),
      /^event: log\ndata: \{"seq":\d+,.*"lock\.state"/,
    );
    await lines?.cancel();
    await world.advance(1000);
  });
});

test('I-16 the commissioning sheet has devices, addresses, firmware, test results, room for photos, a line to sign and a QR label for each space, and asks for nothing outside', async t => {
  await withWorld(t, LOT, async world => {
    await tested(world, {});
    const link = (path: string) => ({kind: 'serial', path, baudRate: 9600}) as const;
    const plan: CollectorPlan = {
      ...{id: 'C1', zone: '1', arrow: '→', kind: 'plain', bays: [BAY, 'A-002'], keyFile: undefined},
      ...{lineLink: link('line-C1'), readerLink: link('C1')},
    };
    let sheet = '';
    const options = {config: '/w/site.yaml', json: true};
    const write = (_: string, text: string) => {
      sheet = text;
      return undefined;
    };
    const made = reportSite('/tmp/sheet.html', options, commandLine(world, [plan]), write);
    const {exitCode, lines} = await world.clock.settle(made);
    t.is(exitCode, 0, lines.join());
    t.like(JSON.parse(lines[0] ?? ''), {ok: true, file: '/tmp/sheet.html'});
    t.regex(
      sheet,
      new RegExp(`<td>C1 ${BAY}</td><td>${LOCK}</td><td>parking-lock</td><td>line-C1 1</td>`),
    );
    t.regex(sheet, /reference model 1 firmware 1/);
    t.regex(sheet, /lock status: passed \(wang, \d{4}-\d\d-\d\dT/);
    t.is(sheet.match(/class="photo"/g)?.length, 2);
    t.regex(sheet, /class="sign"/);
    t.is(sheet.match(/class="label"><svg/g)?.length, 2);
    t.false(/(?:src|href)="/.test(sheet), 'nothing is loaded');
    const broken = reportSite('/x', {...options, json: false}, commandLine(world), () => 'EACCES');
    t.deepEqual(await world.clock.settle(broken), {exitCode: 1, lines: ['/x: EACCES']});
  });
});
