import {readFileSync} from 'node:fs';
import test from 'ava';
import {type ActuationId, asId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {FixtureLot, PICTURE, STAFF} from '../page/fixture-lot.js';
import {createPageApp} from '../page/page-app.js';
import {siteTextProblems} from '../runtime/site-config/site-check.js';
import {type CommandMachine, inJson} from './command.js';
import {checkConfig} from './config-check.js';
import {printSchema} from './config-schema.js';
import {openBay} from './open.js';
import {pageAccessPath, pageAccessText} from './page-access.js';
import {showStatus} from './status.js';

const KEY = 'ab'.repeat(32);
const SITE = `
site: {id: lot-1, name: 示范停车场, timezone: Asia/Shanghai}
profiles: [parkCard]
database: ./lot-1.db
buses:
  - id: line-1
    link: {kind: serial, path: /dev/ttyUSB0}
    devices: [{id: L-A-012, kind: parking-lock, address: 1}]
collectors:
  - id: C1
    zone: A
    kind: smart
    link: {kind: serial, path: /dev/ttyUSB1}
    key: {file: ./c1.key}
    minCardSecurity: uid
    bays: [{id: A-012, lock: L-A-012}]
contacts: [{name: 值班保安, afterMs: 0}]
staff: [{id: wang, name: 王强}]
`;
const ACCESS = {url: 'http://127.0.0.1:8080/', token: 'secret', configToken: 'other'};
const reason = 'flat battery';
const person = 'wang';

/** A machine with a few files, and a daemon on its page unless `down`. */
function setUp(files: Record<string, string> = {}, down = false) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const lot = new FixtureLot();
  const log = {info: () => {}, warn: () => {}};
  const {app} = createPageApp({
    host: '127.0.0.1',
    clock,
    log,
    view: lot,
    actions: lot,
    staff: STAFF,
    language: 'zh-CN',
    token: 'secret',
  });
  const onDisk: Record<string, string> = {
    '/site/site.yaml': SITE,
    '/site/c1.key': `${KEY}\n`,
    [pageAccessPath('/site/lot-1.db')]: pageAccessText(ACCESS),
    ...files,
  };
  const machine: CommandMachine = {
    clock,
    readText: path => {
      const text = onDisk[path];
      return text === undefined ? {kind: 'unreadable', why: 'ENOENT'} : {kind: 'text', text};
    },
    env: () => undefined,
    request: (url, options) =>
      down ? Promise.reject(new TypeError('refused')) : Promise.resolve(app.request(url, options)),
  };
  return {clock, lot, machine};
}

const actuation = asId<ActuationId>('act-1');

const open = (machine: CommandMachine, request: Partial<Parameters<typeof openBay>[1]> = {}) =>
  openBay('/site/site.yaml', {bay: 'A-012', reason, person, ...request}, machine);

test('~X6 "open A-012" without a reason is refused', async t => {
  const {machine, lot} = setUp();
  for (const missing of [undefined, '', '  ']) {
    t.deepEqual(await open(machine, {reason: missing}), {
      exitCode: 1,
      lines: ['refused: open A-012 needs --reason'],
    });
  }
  t.deepEqual(lot.asked, []);
});

test('open asks for a named person of the staff', async t => {
  const {machine, lot} = setUp();
  t.deepEqual((await open(machine, {person: undefined})).lines, [
    'refused: open A-012 needs --person',
  ]);
  const {exitCode, lines} = await open(machine, {person: 'mallory'});
  t.is(exitCode, 1);
  t.deepEqual(lines, [
    'refused: body.person: expected one of the staff: wang, li, zhao, desk, got "mallory"',
  ]);
  t.deepEqual(lot.asked, []);
});

test('open waits until the order is done', async t => {
  const {clock, lot, machine} = setUp();
  lot.orderResult = {kind: 'accepted', actuation};
  const bays = PICTURE.bays.map(bay => ({...bay, lastOrder: {kind: 'done', actuation} as const}));
  clock.timer('arm', 3000, () => lot.change({bays}));
  t.deepEqual(await clock.settle(open(machine)), {exitCode: 0, lines: ['A-012 is open']});
  t.is(clock.nowMs(), 3000);
  t.deepEqual(lot.asked, [{bay: 'A-012', desired: 'down', person: 'wang', reason}]);
});

test('an arm that is down already is told at once', async t => {
  const {machine} = setUp();
  t.deepEqual(await open(machine), {exitCode: 0, lines: ['A-012 is open']});
});

test('a lock that does not obey ends with the reason of the order, at once', async t => {
  const {clock, lot, machine} = setUp();
  lot.orderResult = {kind: 'accepted', actuation};
  const lastOrder = {kind: 'failed', why: 'NO_ANSWER'} as const;
  const bays = PICTURE.bays.map(bay => ({...bay, lastOrder}));
  clock.timer('failed', 29_500, () => lot.change({bays}));
  const {exitCode, lines} = await clock.settle(open(machine));
  t.is(exitCode, 1);
  t.deepEqual(lines, ['A-012 did not open: NO_ANSWER']);
  t.is(clock.nowMs(), 29_500);
});

test('open gives up watching after 35 s', async t => {
  const {clock, lot, machine} = setUp();
  lot.orderResult = {kind: 'accepted', actuation};
  const {exitCode, lines} = await clock.settle(open(machine));
  t.is(exitCode, 1);
  t.regex(lines[0] ?? '', /within 35 s/);
  t.is(clock.nowMs(), 35_000);
});

test('an interlock refuses the order by its own word', async t => {
  const {lot, machine} = setUp();
  lot.orderResult = {kind: 'refused', reason: 'CAR_PRESENT'};
  const {exitCode, lines} = await open(machine);
  t.is(exitCode, 1);
  t.true(lines[0]?.endsWith('got CAR_PRESENT'), lines[0]);
});

test('commands tell apart no daemon, a dead one and one of another start', async t => {
  const none = setUp({[pageAccessPath('/site/lot-1.db')]: ''});
  t.regex((await open(none.machine)).lines[0] ?? '', /^no daemon runs for \/site\/site\.yaml/);
  const dead = setUp({}, true);
  t.regex((await open(dead.machine)).lines[0] ?? '', /^no daemon answers at .*refused/);
  t.is((await showStatus('/site/site.yaml', dead.machine)).exitCode, 1);
  const access = pageAccessText({...ACCESS, token: 'old'});
  const other = setUp({[pageAccessPath('/site/lot-1.db')]: access});
  t.regex((await open(other.machine)).lines[0] ?? '', /X-Latchkey-Token/);
});

test('an access file that is not ours is no daemon', async t => {
  const {machine} = setUp({[pageAccessPath('/site/lot-1.db')]: '{"url": 7}'});
  t.is((await showStatus('/site/site.yaml', machine)).exitCode, 1);
});

test('status prints one line for each thing', async t => {
  const {machine} = setUp();
  t.deepEqual(await showStatus('/site/site.yaml', machine), {
    exitCode: 0,
    lines: [
      'lot-1 示范停车场 (Latchkey 0.1.0)',
      'lamp green: serving',
      'cloud cut, data is kept here, 3 unsent',
      'storage ok',
      'disk 2500 MB free, 30 % worn, 64 MB written since boot',
      'line line-1 ok',
      'collector C1 ok: 欢迎停车 | 请刷卡',
      'bay A-012 up, vacant, ok',
      'device Q-1 code-scanner ok: ',
      'alarm ALARM-1 UNLOCK_FAILED A-012 notified x1: 0 s unanswered',
      'warning C1 this collector accepts bare card numbers, which anybody can copy',
      '1 open alarms',
    ],
  });
});

test('status shows a site file on trial', async t => {
  const {lot, machine} = setUp();
  const trial = {phase: 'trial', version: 3, endsMs: 60_000, answered: 30, gone: 2} as const;
  lot.change({config: trial});
  const {lines} = await showStatus('/site/site.yaml', machine);
  t.true(lines.includes('config trial, 2 of 30 devices gone'));
  lot.change({config: {...trial, phase: 'staged'}});
  t.true((await showStatus('/site/site.yaml', machine)).lines.includes('config staged'));
});

test('status shows faults', async t => {
  const {lot, machine} = setUp();
  const bays = PICTURE.bays.map(bay => ({
    ...bay,
    session: 'parked' as const,
    saleable: false,
  }));
  lot.change({bays, storage: {...PICTURE.storage, state: 'fault', detail: 'disk full'}});
  const {lines} = await showStatus('/site/site.yaml', machine);
  t.true(lines.includes('storage fault: disk full'));
  t.true(lines.includes('bay A-012 up, vacant, ok, parked, withdrawn'));
});

test('a page that turns the program away is told by its reason', async t => {
  const {machine} = setUp();
  const request = (_: string, options: RequestInit) =>
    machine.request('http://evil.example/api/state', options);
  const {exitCode, lines} = await showStatus('/site/site.yaml', {...machine, request});
  t.is(exitCode, 1);
  t.regex(lines[0] ?? '', /header Host: expected .* got evil\.example/);
});

test('config check prints a summary and the risky choices', t => {
  const {machine} = setUp();
  t.deepEqual(checkConfig('/site/site.yaml', machine), {
    exitCode: 0,
    lines: [
      'warning: collector C1 accepts bare card numbers, which can be copied',
      '/site/site.yaml: ok, site lot-1 with 1 lines, 1 collectors, 1 bays',
    ],
  });
  const text = `${SITE.replace(/^staff.*$/m, '')}page: {host: 0.0.0.0}\n`;
  const {lines} = checkConfig('/site/site.yaml', setUp({'/site/site.yaml': text}).machine);
  t.is(lines.length, 4);
});

test('config check prints every problem with its place', t => {
  const text = SITE.replace('address: 1', 'address: 300').replace('    zone: A', '    zoen: A');
  const {machine} = setUp({'/site/site.yaml': text});
  const {exitCode, lines} = checkConfig('/site/site.yaml', machine);
  t.is(exitCode, 1);
  t.true(
    lines.some(line => /site\.yaml:8:\d+ buses\[0\]\.devices\[0\]\.address: .*300/.test(line)),
  );
  t.true(lines.some(line => line.includes('did you mean zone?')));
  t.regex(lines.at(-1) ?? '', /^\d+ problems$/);
});

test('config check looks for the secrets and never shows them', t => {
  const {machine} = setUp({'/site/c1.key': 'top-secret'});
  const wrong = checkConfig('/site/site.yaml', machine);
  t.is(wrong.exitCode, 1);
  t.regex(wrong.lines[0] ?? '', /^key of collector C1: file \.\/c1\.key is not 32 bytes in hex/);
  t.false(wrong.lines.join().includes('top-secret'));
  const text = SITE.replace('{file: ./c1.key}', '{env: C1_KEY}');
  const absent = setUp({'/site/site.yaml': text}).machine;
  t.regex(checkConfig('/site/site.yaml', absent).lines[0] ?? '', /variable C1_KEY holds nothing/);
  const given = {...absent, env: (name: string) => (name === 'C1_KEY' ? KEY : undefined)};
  t.is(checkConfig('/site/site.yaml', given).exitCode, 0);
});

test('a cloud key and a store key are looked for as well', t => {
  const cloud =
    'cloud: {broker: "mqtt://h", tenant: t, gateway: g, publicKey: {file: ./cloud.pub}}';
  const text = `${SITE}${cloud}\nsecretKey: {file: ./lot.key}\n`;
  const {lines} = checkConfig('/site/site.yaml', setUp({'/site/site.yaml': text}).machine);
  t.is(lines.at(-1), '2 problems');
});

test('a site file that cannot be read ends every command', async t => {
  const {machine} = setUp();
  const expected = '/none.yaml: cannot be read (ENOENT)';
  t.deepEqual(checkConfig('/none.yaml', machine).lines, [expected, '1 problem']);
  t.deepEqual((await showStatus('/none.yaml', machine)).lines, [expected]);
});

test('config schema prints a JSON Schema', t => {
  const {exitCode, lines} = printSchema();
  t.is(exitCode, 0);
  t.is(JSON.parse(lines.join('\n')).title, 'Latchkey site file');
});

test('I-5 config check tells all errors at once, each with file, line, column and what was expected, what was meant by an unknown key, and what is there twice; the daemon says the same words, and the JSON Schema is published', t => {
  const text = SITE.replace(
    'address: 1}',
    'address: 300}, {id: L-A-012, kind: parking-lock, address: 7}',
  )
    .replace('    zone: A', '    zoen: A')
    .replace('Asia/Shanghai', 'Mars/Base');
  const {machine} = setUp({'/site/site.yaml': text});
  const {exitCode, lines} = checkConfig('/site/site.yaml', machine);
  t.is(exitCode, 1);
  t.regex(
    lines[0] ?? '',
    /site\.yaml:2:\d+ site\.timezone: expected a zone such as .*, got "Mars\/Base"/,
  );
  t.regex(
    lines.join('\n'),
    /site\.yaml:8:\d+ buses\[0\]\.devices\[0\]\.address: expected 1-247, got 300/,
  );
  t.regex(
    lines.join('\n'),
    /devices\[1\]\.id: DUPLICATE_ID two devices are called L-A-012; the first is at .*:8:\d+/,
  );
  t.regex(lines.join('\n'), /zoen: unknown key; did you mean zone\?/);
  t.is(lines.at(-1), `${lines.length - 1} problems`);
  const secrets = {readFile: () => KEY, env: () => undefined};
  const about = {fileName: '/site/site.yaml', running: undefined, isFromCloud: false, secrets};
  t.deepEqual(siteTextProblems(text, about), lines.slice(0, -1));
  const published = JSON.parse(readFileSync('edge/install/site.schema.json', 'utf8'));
  t.deepEqual(JSON.parse(printSchema().lines.join('\n')), published);
  t.deepEqual(JSON.parse(inJson({exitCode, lines}).lines[0] ?? ''), {ok: false, lines});
});
