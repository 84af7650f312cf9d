import {readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {callDoctor} from '../commands/doctor.js';
import {PICTURE} from '../page/fixture-lot.js';
import {yieldTurn} from '../platform/event-loop.js';
import type {CheckResult, DoctorMachine} from './contract.js';

const NOW = Date.UTC(2026, 10, 22) as UnixMillis;
const SITE = `
site: {id: lot-1, name: 示范停车场, timezone: Asia/Shanghai}
profiles: [parkCard]
database: ./lot-1.db
cloud: {broker: "mqtts://fleet:s3cret@broker.example", tenant: t, gateway: gw-1, publicKey: {file: ./cloud.pub}}
buses:
  - id: line-1
    link: {kind: serial, path: /dev/ttyUSB0}
    devices: [{id: L-A-012, kind: parking-lock, address: 1}]
collectors:
  - id: C1
    zone: A
    kind: smart
    link: {kind: serial, path: /dev/ttyUSB1}
    key: {env: C1_KEY}
    minCardSecurity: proof
    bays: [{id: A-012, lock: L-A-012}]
contacts: [{name: 值班保安老王, afterMs: 0}]
staff: [{id: wang, name: 王强}]
`;
const KEY = 'ab'.repeat(32);

/** A machine on which all is well and no daemon runs, changed by `part`. */
function machine(
  part: Partial<DoctorMachine> = {},
): DoctorMachine & {readonly clock: VirtualClock} {
  const clock = new VirtualClock({yieldTurn, wallMs: NOW});
  return {
    version: '1.2.3',
    nodeVersion: 'v20.20.2',
    napiVersion: 9,
    builtMs: NOW - 30 * DAY_MS,
    readText: path =>
      path === '/site/site.yaml'
        ? {kind: 'text', text: SITE}
        : path === '/site/cloud.pub'
          ? {kind: 'text', text: 'PEM'}
          : {kind: 'unreadable', why: 'ENOENT'},
    env: name => (name === 'C1_KEY' ? KEY : undefined),
    loadNative: () => undefined,
    portFacts: () => ({exists: true, mayOpen: true, group: 'dialout', holder: undefined}),
    diskFacts: () => ({sizeBytes: 100_000_000, freeBytes: 60_000_000}),
    databaseFault: () => undefined,
    isClockSynchronised: () => Promise.resolve(true),
    resolveName: () => Promise.resolve('192.0.2.7'),
    probeBroker: () =>
      Promise.resolve({
        kind: 'tls',
        fault: undefined,
        nameFault: undefined,
        validFromMs: (NOW - DAY_MS) as UnixMillis,
        validToMs: (NOW + 200 * DAY_MS) as UnixMillis,
      }),
    serviceFacts: () => Promise.resolve({state: 'inactive', watchdogUs: 60_000_000}),
    askDaemon: () => Promise.resolve(undefined),
    probeLine: () => Promise.resolve({trouble: undefined, asked: 1, answered: 1, findings: []}),
    ...part,
    clock,
  };
}

async function seen(part: Partial<DoctorMachine> = {}, bundle?: string) {
  const doctor = machine(part);
  const written: string[] = [];
  const options = {config: '/site/site.yaml', ...(bundle === undefined ? {} : {bundle})};
  const write = (_: string, text: string) => void written.push(text);
  const told = await doctor.clock.settle(callDoctor({...options, json: false}, doctor, write));
  const json = await doctor.clock.settle(callDoctor({...options, json: true}, doctor, write));
  doctor.clock.assertIdle();
  const checks = JSON.parse(json.lines[0] ?? '') as CheckResult[];
  return {...told, checks, written, tookMs: doctor.clock.nowMs()};
}

const tls = (part: object): Partial<DoctorMachine> => ({
  probeBroker: async () => ({
    ...{kind: 'tls', fault: undefined, nameFault: undefined},
    ...{validFromMs: (NOW - DAY_MS) as UnixMillis, validToMs: (NOW + 200 * DAY_MS) as UnixMillis},
    ...part,
  }),
});
const port = (part: object) => ({
  portFacts: () => ({exists: true, mayOpen: true, group: 'dialout', holder: undefined, ...part}),
});
const never = () => new Promise<never>(() => {});

/** What is wrong, the code of its check, its verdict, and a word of what it tells to do. */
const FAULTS: readonly (readonly [Partial<DoctorMachine>, string, 1 | 2, RegExp])[] = [
  [{nodeVersion: 'v18.19.0'}, 'doctor/node', 2, /install Node 20/],
  [
    {loadNative: name => (name === 'node-hid' ? 'no libusb' : undefined)},
    'doctor/module',
    2,
    /npm ci/,
  ],
  [{env: () => undefined}, 'doctor/config', 2, /config check/],
  [port({exists: false}), 'port/missing', 2, /scan serial/],
  [port({mayOpen: false}), 'port/denied', 2, /usermod -aG dialout/],
  [port({holder: 'ModemManager (process 9)'}), 'port/locked', 2, /end that program/],
  [
    {
      probeLine: async () => ({
        trouble: undefined,
        asked: 8,
        answered: 0,
        findings: [{kind: 'allGarbage'}],
      }),
    },
    'doctor/bus',
    2,
    /swap A and B/,
  ],
  [
    {probeLine: async () => ({trouble: undefined, asked: 8, answered: 7, findings: []})},
    'doctor/device',
    1,
    /scan bus/,
  ],
  [{diskFacts: () => ({sizeBytes: 100, freeBytes: 3})}, 'doctor/disk', 2, /free the disk/],
  [{diskFacts: () => ({sizeBytes: 100, freeBytes: 10})}, 'doctor/disk', 1, /free the disk/],
  [
    {
      readText: path => ({kind: 'text', text: path.endsWith('.yaml') ? SITE : 'x'}),
      databaseFault: () => 'row 7 missing from index',
    },
    'doctor/database',
    2,
    /keep a copy/,
  ],
  [{builtMs: NOW + 30 * DAY_MS}, 'doctor/clock', 2, /battery/],
  [{isClockSynchronised: async () => false}, 'doctor/clock-free', 1, /chrony/],
  [{resolveName: () => Promise.reject(new TypeError('ENOTFOUND'))}, 'doctor/dns', 2, /resolv.conf/],
  [
    {probeBroker: async () => ({kind: 'unreachable', why: 'ECONNREFUSED'})},
    'doctor/broker',
    2,
    /firewalls/,
  ],
  [
    tls({nameFault: "Host: broker.example. is not cert's CN"}),
    'doctor/broker-certificate',
    2,
    /name of the broker/,
  ],
  [tls({validToMs: NOW - 1}), 'doctor/broker-certificate', 2, /compare the time/],
  [tls({validToMs: NOW + 3 * DAY_MS}), 'doctor/broker-certificate', 1, /renew/],
  [tls({validFromMs: NOW + DAY_MS}), 'doctor/clock', 2, /set the time/],
  [tls({fault: 'SELF_SIGNED_CERT'}), 'doctor/broker-certificate', 2, /stands in between/],
  [{probeBroker: async () => ({kind: 'open'})}, 'doctor/broker-plain', 1, /TLS/],
  [{serviceFacts: async () => undefined}, 'doctor/watchdog', 1, /install the service/],
  [
    {serviceFacts: async () => ({state: 'active', watchdogUs: 0})},
    'doctor/watchdog',
    1,
    /WatchdogSec=60/,
  ],
  [{askDaemon: async () => PICTURE}, 'doctor/alarms', 1, /local page/],
  [{askDaemon: never}, 'doctor/late', 2, /try again/],
];

function rowsOfReadme(): readonly string[] {
  return [...readFileSync('README.md', 'utf8').matchAll(/^\| `([a-z]+\/[a-z-]+)` \|/gm)].map(
    ([, code = '']) => code,
  );
}

async function isTold(
  t: ExecutionContext,
  [part, code, exitCode, next]: (typeof FAULTS)[number],
): Promise<void> {
  const found = await seen(part);
  const check = found.checks.find(one => one.code === code);
  t.truthy(check, `${code}: ${found.lines.join('\n')}`);
  if (!check) return;
  t.is(check.verdict, exitCode === 2 ? 'FAIL' : 'WARN', code);
  t.regex(check.next, next);
  t.true(found.exitCode >= exitCode);
  const line = found.lines.find(text => text.endsWith(`[${code}]`)) ?? '';
  t.true(line.includes(check.cause) && line.includes(` -> ${check.next}`), line);
}

test('I-2 the doctor looks at Node, native modules, config, ports, bus, disk, SQLite, clock, DNS, broker TLS, identity and watchdog in under 30 s with the daemon down: a line a check with cause, next step and code, exit 0, 1 or 2, JSON, and a bundle without secrets and persons', async t => {
  const well = await seen();
  t.is(well.exitCode, 1, 'all is well but the daemon, which is down');
  t.deepEqual(
    well.checks.filter(({verdict}) => verdict !== 'OK').map(({code}) => code),
    ['doctor/daemon'],
  );
  t.is(well.lines.length, well.checks.length, 'one line a check');
  const running = await seen({askDaemon: async () => ({...PICTURE, alarms: [], devices: []})});
  t.is(running.exitCode, 0, running.lines.join('\n'));

  for (const fault of FAULTS) await isTold(t, fault);
  const codes = FAULTS.map(([, code]) => code);
  t.deepEqual(
    codes.filter(code => !rowsOfReadme().includes(code)),
    [],
    'every code has its row',
  );

  const stuck = await seen({
    ...{askDaemon: never, isClockSynchronised: never, resolveName: never, probeBroker: never},
    ...{serviceFacts: never, probeLine: never},
  });
  t.true(stuck.tookMs / 2 < 30_000, `${stuck.tookMs / 2} ms, though everything outside hangs`);
  t.is(stuck.exitCode, 2);

  const {written} = await seen({askDaemon: async () => PICTURE}, '/tmp/bundle.json');
  const text = written[0] ?? '';
  for (const secret of ['s3cret', 'fleet', KEY, '王强', '值班保安', 'wang']) {
    t.false(text.includes(secret), secret);
  }
  t.like(JSON.parse(text), {
    version: '1.2.3',
    config: {site: {id: 'lot-1'}},
    state: {site: {id: 'lot-1'}},
  });
});

test('a site file with problems ends in one failed check, beside those that need none', async t => {
  const {checks, exitCode} = await seen({readText: () => ({kind: 'unreadable', why: 'ENOENT'})});
  t.is(exitCode, 2);
  t.true(checks.some(({name, cause}) => name === 'config' && cause.includes('cannot be read')));
  t.true(checks.some(({name}) => name === 'node'));
});

test('a line with the daemon running is judged by what the daemon sees, and nobody else speaks on it', async t => {
  const {checks} = await seen({
    askDaemon: async () => PICTURE,
    probeLine: () => Promise.reject(new TypeError('must not be asked')),
  });
  t.true(checks.some(({name, cause}) => name === 'bus line-1' && cause === 'answers'));
});
