import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {CommandMachine} from './command.js';
import {type Enrol, type EnrolmentResult, enrolSite} from './enroll.js';

const SITE = `
site: {id: lot-1, name: Lot, timezone: Asia/Shanghai}
profiles: [parkCard]
database: ./data/lot-1.db
contacts: [{name: Guard, afterMs: 0}]
`;
const CLOUD = 'http://cloud:8088';

function run(answer: EnrolmentResult, json = false, text = SITE, cloud = CLOUD) {
  const asked: string[] = [];
  const enrol: Enrol = (code, url, folder) => {
    asked.push(`${code} ${url} ${folder}`);
    return Promise.resolve(answer);
  };
  const machine: CommandMachine = {
    clock: new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))}),
    readText: () => ({kind: 'text', text}),
    env: () => undefined,
    request: () => Promise.reject(new TypeError('refused')),
  };
  const options = {cloud, config: '/site/site.yaml', json};
  return enrolSite('CODE', options, machine, enrol).then(result => ({...result, asked}));
}

const identity = {gateway: 'gw-1', tenant: 'demo', broker: 'mqtts://cloud:8883'};

test('enroll puts the identity beside the database and says what comes next', async t => {
  const {exitCode, lines, asked} = await run({kind: 'enrolled', identity});
  t.is(exitCode, 0);
  t.deepEqual(asked, [`CODE ${CLOUD} /site/data/identity`]);
  t.regex(lines.join('\n'), /enrolled as gw-1 of demo.*mqtts:\/\/cloud:8883.*within 10 s/s);
  const json = await run({kind: 'enrolled', identity}, true);
  t.deepEqual(JSON.parse(json.lines[0] ?? ''), {
    ...{kind: 'enrolled', ...identity},
    folder: '/site/data/identity',
  });
});

test('enroll says where the site file leads elsewhere', async t => {
  const own = `${SITE}cloud: {identity: /var/lib/identity}\n`;
  t.is(
    (await run({kind: 'enrolled', identity}, false, own)).asked[0],
    `CODE ${CLOUD} /var/lib/identity`,
  );
  const explicit = `${SITE}cloud: {broker: 'mqtt://b', tenant: demo, gateway: gw-1, publicKey: {env: K}}\n`;
  const {lines} = await run({kind: 'enrolled', identity}, false, explicit);
  t.regex(lines.at(-1) ?? '', /warning: .*remove its block cloud/);
});

test('each way in which enrolling fails has a sentence and exit code 1', async t => {
  const results: readonly [EnrolmentResult, RegExp][] = [
    [{kind: 'no_code'}, /18 letters and digits/],
    [{kind: 'unreachable', why: 'ECONNREFUSED'}, /not reached \(ECONNREFUSED\); try the same code/],
    [{kind: 'refused', code: 'enrollment_expired', title: 'The code is too old'}, /too old/],
    [{kind: 'forged', why: 'wrong proof'}, /not from the cloud .* nothing was stored/],
  ];
  for (const [result, sentence] of results) {
    const {exitCode, lines} = await run(result);
    t.is(exitCode, 1);
    t.regex(lines.join('\n'), sentence);
    t.is((await run(result, true)).exitCode, 1);
  }
  t.regex((await run({kind: 'no_code'}, false, SITE, 'cloud')).lines[0] ?? '', /no address/);
  t.is((await run({kind: 'no_code'}, false, 'site: 1')).exitCode, 1);
});
