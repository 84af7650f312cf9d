import {readFileSync} from 'node:fs';
import test from 'ava';
import {loadSiteConfig} from './load.js';
import {lotConfigOf} from './lot-config.js';

const EXAMPLE = readFileSync('edge/install/example-car-park.yaml', 'utf8');

/** A site with one lock, one smart collector and the given replacements of whole lines. */
function smallSite(changes: Readonly<Record<string, string>> = {}): string {
  const lines = {
    site: 'site: {id: lot-1, name: Lot, timezone: Asia/Shanghai}',
    profiles: 'profiles: [parkCard]',
    database: 'database: ./lot-1.db',
    buses: 'buses:',
    line: '  - {id: line-1, link: {kind: serial, path: /dev/a}, devices: [',
    lock: '      {id: L-1, kind: parking-lock, address: 1},',
    input: '      {id: S-1, kind: discrete-inputs, address: 40}]}',
    collectors: 'collectors:',
    collector:
      '  - {id: C1, zone: A, kind: smart, link: {kind: serial, path: /dev/b}, key: {env: K},',
    bay: '     bays: [{id: A-001, lock: L-1}]}',
    contacts: 'contacts: [{name: guard, afterMs: 0}]',
    ...changes,
  };
  return Object.values(lines).join('\n');
}

function problemsOf(text: string): readonly string[] {
  const loaded = loadSiteConfig(text, 'site.yaml');
  return loaded.ok ? [] : loaded.problems;
}

test('~P6 three collectors with eight locks each load', t => {
  const loaded = loadSiteConfig(EXAMPLE, 'example-car-park.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  t.deepEqual(
    loaded.config.collectors.map(({id, bays}) => [id, bays.length]),
    [
      ['C1', 8],
      ['C2', 8],
      ['C3', 8],
    ],
  );
  return t.pass();
});

test('~P6 a bay given to two collectors is refused, naming both', t => {
  const text = EXAMPLE.replace('{ id: B-009,', '{ id: B-03,').replace(
    '{ id: C-017,',
    '{ id: B-03,',
  );
  const problems = problemsOf(text);
  t.is(problems.length, 1);
  t.regex(
    problems[0] ?? '',
    /^site\.yaml:95:15 collectors\[2\]\.bays\[0\]\.id: BAY_TWICE bay B-03 is given to C2 and to C3; C2 has it at site\.yaml:79:15$/,
  );
});

test('~P6 one address twice on a line is refused, naming both devices', t => {
  const lock =
    '      {id: L-1, kind: parking-lock, address: 1}, {id: L-2, kind: parking-lock, address: 1},';
  t.deepEqual(problemsOf(smallSite({lock})), [
    'site.yaml:6:89 buses[0].devices[1].address: DUPLICATE_ADDRESS L-1 and L-2 both have address 1 on line-1; L-1 is at site.yaml:6:46',
  ]);
});

/** Lines of a site whose lock L-1 hangs on channel 1 of a board, with more locks after it. */
function boardLine(first: string, ...more: readonly string[]): Readonly<Record<string, string>> {
  const lock = (words: string) => `      {kind: board-lock, ${words}},`;
  return {
    lock: [`id: L-1, model: winnsen, board: 1, lock: 1, ${first}`, ...more].map(lock).join('\n'),
    bay: '     bays: [{id: A-001, lock: L-1, sensor: {from: input, device: S-1, input: 0}}]}',
  };
}

test('~P14 a lock on a board loads with its defaults, and without a raise channel only hands raise it', t => {
  const load = (words: string) => {
    const loaded = loadSiteConfig(smallSite(boardLine(words)), 'site.yaml');
    return loaded.ok ? loaded.config : t.fail(loaded.problems.join('\n'));
  };
  const config = load('raiseLock: 2, statusMeansOpen: false');
  if (typeof config !== 'object') return;
  t.like(config.buses[0]?.devices[0], {
    raiseLock: 2,
    openReplyMs: 1000,
    travelMs: 3000,
    pollMs: 500,
    leastPollMs: 200,
  });
  t.true(lotConfigOf(config).bays[0]?.canRaise);
  const byHand = load('travelMs: 2000, statusMeansOpen: true');
  if (typeof byHand === 'object') {
    t.like(lotConfigOf(byHand).bays[0], {canRaise: false, travelMs: 2000});
  }
});

test('a board lock without its polarity, and what its model has not, are told with their places', t => {
  t.deepEqual(problemsOf(smallSite(boardLine('raiseLock: 2'))), [
    'site.yaml:6:7 buses[0].devices[0].statusMeansOpen: expected true or false, got nothing',
  ]);
  const seat = (text: string) =>
    problemsOf(
      smallSite(boardLine('statusMeansOpen: true', `id: L-2, statusMeansOpen: true, ${text}`)),
    );
  t.deepEqual(seat('model: kr-cu16, board: 16, lock: 17'), [
    'site.yaml:7:81 buses[0].devices[1].board: expected 0-15 of a kr-cu16, got 16',
    'site.yaml:7:91 buses[0].devices[1].lock: expected 1-16 of a kr-cu16, got 17',
  ]);
  t.deepEqual(seat('model: winnsen, board: 0, lock: 3, raiseLock: 25'), [
    'site.yaml:7:81 buses[0].devices[1].board: expected 1-99 of a winnsen, got 0',
    'site.yaml:7:104 buses[0].devices[1].raiseLock: expected 1-24 of a winnsen, got 25',
  ]);
  t.regex(
    seat('model: board-8a80, board: 1, lock: 3, raiseLock: 3')[0] ?? '',
    /raiseLock: expected another channel than the one that lowers, got 3$/,
  );
  t.regex(seat('model: 8a80, board: 1, lock: 3')[0] ?? '', /expected one of board-8a80, kr-cu16/);
});

test('~P6 one channel of a board twice on a line is refused, naming both; other boards and models are others', t => {
  const beside = (text: string) =>
    problemsOf(
      smallSite(
        boardLine('raiseLock: 2, statusMeansOpen: true', `id: L-2, statusMeansOpen: true, ${text}`),
      ),
    );
  t.deepEqual(beside('model: winnsen, board: 1, lock: 3'), []);
  t.deepEqual(beside('model: winnsen, board: 2, lock: 1'), []);
  t.deepEqual(beside('model: board-8a80, board: 1, lock: 1'), []);
  t.deepEqual(beside('model: winnsen, board: 1, lock: 1'), [
    'site.yaml:7:90 buses[0].devices[1].lock: DUPLICATE_ADDRESS L-1 and L-2 both have address winnsen board 1 lock 1 on line-1; L-1 is at site.yaml:6:67',
  ]);
  t.regex(
    beside('model: winnsen, board: 1, lock: 3, raiseLock: 2')[0] ?? '',
    /raiseLock: DUPLICATE_ADDRESS L-1 and L-2 both have address winnsen board 1 lock 2 on line-1/,
  );
});

test('~P6 locks behind a collector share its address, each with a base of its own', t => {
  const locks = (base: number) =>
    problemsOf(
      smallSite({
        lock: `      {id: L-1, kind: parking-lock, address: 5, base: 100},\n      {id: L-2, kind: parking-lock, address: 5, base: ${base}},`,
      }),
    );
  t.deepEqual(locks(110), []);
  t.deepEqual(locks(0), []);
  t.deepEqual(locks(100), [
    'site.yaml:7:46 buses[0].devices[1].address: DUPLICATE_ADDRESS L-1 and L-2 both have address 5 base 100 on line-1; L-1 is at site.yaml:6:46',
  ]);
});

test('a bay whose lock is on a board says what else sees a car', t => {
  const blind = (bay: string) =>
    problemsOf(smallSite({...boardLine('raiseLock: 2, statusMeansOpen: true'), bay}));
  const text = 'expected a sensor from input or none, since L-1 is on a board and has no detector';
  t.deepEqual(blind('     bays: [{id: A-001, lock: L-1}]}'), [
    `site.yaml:10:31 collectors[0].bays[0].lock: ${text}`,
  ]);
  t.deepEqual(blind('     bays: [{id: A-001, lock: L-1, sensor: {from: lock}}]}'), [
    `site.yaml:10:51 collectors[0].bays[0].sensor.from: ${text}`,
  ]);
  t.deepEqual(blind('     bays: [{id: A-001, lock: L-1, sensor: {from: none}}]}'), []);
});

test('a loop button names two free inputs of an input board', t => {
  const loop = (text: string) =>
    problemsOf(
      smallSite({
        contacts: `devices: [{id: E-9, kind: loop-button, ${text}}]\ncontacts: [{name: guard, afterMs: 0}]`,
      }),
    );
  t.deepEqual(loop('inputs: S-1, first: 4, second: 5'), []);
  t.regex(
    loop('inputs: S-1, first: 4, second: 4')[0] ?? '',
    /devices\[0\]\.second: DEVICE_TWICE S-1 input 4 serves E-9 and E-9; E-9 takes it at site/,
  );
  t.regex(
    loop('inputs: L-1, first: 4, second: 5')[0] ?? '',
    /devices\[0\]\.first: expected a discrete-inputs, but L-1 is a parking-lock/,
  );
});

test('sounder, lamp and counter of a loop button are parts of boards that nobody else may take', t => {
  const boards =
    '{id: R-1, kind: relay-board, profile: waveshareIo8ch, address: 2}, {id: N-1, kind: counting-inputs, address: 3},';
  const problems = (parts: string, more = '') =>
    problemsOf(
      smallSite({
        lock: `      {id: L-1, kind: parking-lock, address: 1}, ${boards}`,
        contacts: `devices: [{id: E-9, kind: loop-button, inputs: S-1, first: 4, second: 5, ${parts}}${more}]\ncontacts: [{name: guard, afterMs: 0}]`,
      }),
    );
  const sounder = 'sounder: {device: R-1, output: 0}';
  const counter = 'counter: {device: N-1, input: 2}';
  t.deepEqual(problems(`${sounder}, lamp: {device: R-1, output: 1}, ${counter}`), []);
  t.regex(
    problems(`${sounder}, lamp: {device: R-1, output: 0}`)[0] ?? '',
    /devices\[0\]\.lamp\.output: DEVICE_TWICE R-1 output 0 serves E-9 and E-9/,
  );
  t.regex(
    problems(sounder, ', {id: siren-1, kind: siren, relays: R-1, output: 0}')[0] ?? '',
    /devices\[1\]\.output: DEVICE_TWICE R-1 output 0 serves E-9 and siren-1/,
  );
  t.regex(
    problems('lamp: {device: R-1, output: 8}')[0] ?? '',
    /lamp\.output: expected an output of R-1, which has outputs 0-7, got 8/,
  );
  t.regex(
    problems('counter: {device: S-1, input: 2}')[0] ?? '',
    /counter\.device: expected a counting-inputs, but S-1 is a discrete-inputs/,
  );
});

test('~X3 an unknown profile is refused, and one that is only planned says so', t => {
  const [unknown, planned] = problemsOf(smallSite({profiles: 'profiles: [parkCar, stay]'}));
  t.is(
    unknown,
    'site.yaml:2:12 profiles[0]: unknown profile; known are: parkCard, parkLease, bath, stay, unlockService, got "parkCar"',
  );
  t.is(
    planned,
    'site.yaml:2:21 profiles[1]: profile is not built in this version; built are: parkCard, parkLease, bath, got "stay"',
  );
});

test('a collector works under a profile that the site names, and each that has bays has a collector', t => {
  const leased = smallSite({profiles: 'profiles: [parkLease]'});
  const loaded = loadSiteConfig(leased, 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join());
  t.like(lotConfigOf(loaded.config), {
    collectors: [{profile: 'parkLease'}],
    bays: [{profile: 'parkLease'}],
  });
  t.deepEqual(problemsOf(smallSite().replace('kind: smart,', 'kind: smart, profile: parkLease,')), [
    'site.yaml:9:45 collectors[0].profile: expected a profile of the site, which are: parkCard',
  ]);
  return t.deepEqual(problemsOf(smallSite({profiles: 'profiles: [parkCard, parkLease]'})), [
    'site.yaml:2:22 profiles[1]: no collector works under parkLease',
  ]);
});

test('an alias without its anchor, or in a circle, is an error with its place', t => {
  const [lost, ...others] = problemsOf('page: &a {port: 8080}\nsite: *nowhere\n');
  t.regex(lost ?? '', /^site\.yaml:2:7 yaml: .*nowhere/);
  t.deepEqual(others, []);
  t.regex(problemsOf('site: &a {id: *a}\n')[0] ?? '', /^site\.yaml:1:15 yaml: /);
});

test('a small site loads with every default', t => {
  const loaded = loadSiteConfig(smallSite(), 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  const {config} = loaded;
  t.is(config.site.language, 'zh-CN');
  t.deepEqual(config.page, {host: '127.0.0.1', port: 8080});
  t.is(config.cloud, undefined);
  t.is(config.databaseMaxMb, 512);
  t.deepEqual(config.collectors[0]?.bays[0]?.sensor, {from: 'lock'});
  t.is(config.collectors[0]?.minCardSecurity, 'proof');
  return t.deepEqual(config.staff, []);
});

test('the loaded value is frozen to its depth', t => {
  const loaded = loadSiteConfig(smallSite(), 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  t.true(Object.isFrozen(loaded.config));
  return t.true(Object.isFrozen(loaded.config.rules.unlock));
});

test('a value out of range says place, path, range and value', t => {
  const lock = '      {id: L-1, kind: parking-lock, address: 300},';
  t.deepEqual(problemsOf(smallSite({lock})), [
    'site.yaml:6:46 buses[0].devices[0].address: expected 1-247, got 300',
  ]);
});

test('all errors show at once, in file order, shapes and clashes alike', t => {
  const problems = problemsOf(
    smallSite({
      site: 'site: {id: lot-1, name: Lot, timezone: Mars/Base}',
      lock: '      {id: L-1, kind: parking-lock, address: 0}, {id: L-1, kind: parking-lock, address: 2},',
      bay: '     bays: [{id: A-001, lock: L-2}, {id: A-001, lock: S-1}]}',
    }),
  );
  t.deepEqual(
    problems.map(problem => problem.replace(/^site.yaml:/, '')),
    [
      '1:40 site.timezone: expected a zone such as Asia/Shanghai, got "Mars/Base"',
      '6:46 buses[0].devices[0].address: expected 1-247, got 0',
      '6:55 buses[0].devices[1].id: DUPLICATE_ID two devices are called L-1; the first is at site.yaml:6:12',
      '10:31 collectors[0].bays[0].lock: UNKNOWN_DEVICE no line has a device L-2; did you mean L-1?',
      '10:42 collectors[0].bays[1].id: BAY_TWICE bay A-001 is given to C1 and to C1; C1 has it at site.yaml:10:18',
      '10:55 collectors[0].bays[1].lock: expected one of parking-lock, board-lock, but S-1 is a discrete-inputs',
    ],
  );
});

test('an unknown key is shown at the key, with the key that was meant', t => {
  const bay = '     bays: [{id: A-001, lcok: L-1, lock: L-1, colour: red}], minCardSecurty: uid}';
  t.deepEqual(problemsOf(smallSite({bay})), [
    'site.yaml:10:25 collectors[0].bays[0].lcok: unknown key; did you mean lock?',
    'site.yaml:10:47 collectors[0].bays[0].colour: unknown key; known are: id, lock, sensor, camera, number',
    'site.yaml:10:62 collectors[0].minCardSecurty: unknown key; did you mean minCardSecurity?',
  ]);
});

test('a missing field is shown at the thing that lacks it', t => {
  t.deepEqual(problemsOf(smallSite({lock: '      {id: L-1, kind: parking-lock},'})), [
    'site.yaml:6:7 buses[0].devices[0].address: expected 1-247, got nothing',
  ]);
});

test('a kind that does not exist lists those that do', t => {
  const input = '      {id: S-1, kind: toaster, address: 40}]}';
  const [problem = '', ...others] = problemsOf(smallSite({input}));
  t.deepEqual(others, []);
  t.regex(
    problem,
    /^site\.yaml:7:23 buses\[0\]\.devices\[1\]\.kind: expected one of parking-lock, .*, osdp-reader, .*, got "toaster"$/,
  );
});

test('a broker port that no socket can have is refused before it ends the daemon', t => {
  const cloud = (broker: string) =>
    `cloud: {broker: '${broker}', tenant: demo, gateway: gw-1, publicKey: {file: ./cloud.pub}}`;
  t.deepEqual(problemsOf(smallSite({cloud: cloud('mqtt://cloud.example:1883')})), []);
  const problems = problemsOf(smallSite({cloud: cloud('mqtt://cloud.example:99999')}));
  t.is(problems.length, 1);
  t.regex(problems[0] ?? '', /cloud\.broker: expected a port up to 65535 behind the host/);
});

test('two links on one port are refused, naming both', t => {
  const collector =
    '  - {id: C1, zone: A, kind: smart, link: {kind: serial, path: /dev/a}, key: {env: K},';
  t.deepEqual(problemsOf(smallSite({collector})), [
    'site.yaml:9:63 collectors[0].link.path: LINK_TWICE line-1 and C1 both open /dev/a; line-1 does at site.yaml:5:45',
  ]);
});

test('two converters on one host differ by port', t => {
  const line = '  - {id: line-1, link: {kind: tcp, host: h, port: 4001}, devices: [';
  const collector =
    '  - {id: C1, zone: A, kind: smart, link: {kind: tcp, host: h, port: 4002}, key: {env: K},';
  t.deepEqual(problemsOf(smallSite({line, collector})), []);
  const [problem] = problemsOf(smallSite({line, collector: collector.replace('4002', '4001')}));
  t.regex(problem ?? '', /LINK_TWICE line-1 and C1 both open h:4001/);
});

test('a lock or an input that serves two bays is refused, naming both', t => {
  const bay =
    '     bays: [{id: A-001, lock: L-1, sensor: {from: input, device: S-1, input: 0}}, {id: A-002, lock: L-1, sensor: {from: input, device: S-1, input: 0}}]}';
  const texts = problemsOf(smallSite({bay})).map(problem => problem.split(': ')[1]);
  t.regex(texts[0] ?? '', /^DEVICE_TWICE L-1 serves A-001 and A-002; A-001 takes it at site/);
  t.regex(texts[1] ?? '', /^DEVICE_TWICE S-1 input 0 serves A-001 and A-002/);
});

test('a plain collector needs consent to bare card numbers', t => {
  const text = EXAMPLE.replace('    minCardSecurity: uid\n', '');
  t.regex(
    problemsOf(text)[0] ?? '',
    /collectors\[0\]\.minCardSecurity: expected uid, for bare card numbers, which anybody can copy, or proof/,
  );
});

test('a key written into the file is refused and never repeated', t => {
  const key = '00112233445566778899aabbccddeeff';
  const collector = `  - {id: C1, zone: A, kind: smart, link: {kind: serial, path: /dev/b}, key: '${key}',`;
  const [problem] = problemsOf(smallSite({collector}));
  t.is(
    problem,
    'site.yaml:9:77 collectors[0].key: expected {file: PATH} or {env: NAME}, got something else, not shown',
  );
});

test('contacts are told one after the other', t => {
  const contacts = 'contacts: [{name: a, afterMs: 60000}, {name: b, afterMs: 60000}]';
  t.deepEqual(problemsOf(smallSite({contacts})), [
    'site.yaml:11:58 contacts[1].afterMs: expected more than the 60000 of the contact before, got 60000',
  ]);
});

test('broken YAML is refused with its place', t => {
  const problems = problemsOf('site: {id: lot-1\nprofiles: [parkCard]\n');
  t.true(problems.length > 0);
  for (const problem of problems) t.regex(problem, /^site\.yaml:\d+:\d+ yaml: /);
  t.regex(
    problemsOf('site: {}\nsite: {}\n')[0] ?? '',
    /^site\.yaml:2:1 yaml: Map keys must be unique/,
  );
});

test('an empty file is a problem, not a crash', t => {
  t.deepEqual(problemsOf(''), ['site.yaml:1:1 site file: expected a mapping, got null']);
});
