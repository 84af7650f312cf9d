import {readdirSync, readFileSync} from 'node:fs';
import test from 'ava';
import {READ_LINE_KINDS, READ_OWN_KINDS} from './device-kinds/read-kinds.js';
import {deviceSecrets} from './device-secrets.js';
import {codePosts, takenParts} from './device-use.js';
import {loadSiteConfig} from './load.js';

const INSTALL = 'edge/install';

/** A site file with these lines, devices by themselves and collectors. */
function siteOf({buses = '[]', devices = '[]', collectors = '[]'}): string {
  return [
    'site: {id: lot-1, name: Lot, timezone: Asia/Shanghai}',
    'profiles: [parkCard]',
    'database: ./lot-1.db',
    'contacts: [{name: guard, afterMs: 0}]',
    `buses: ${buses}`,
    `devices: ${devices}`,
    `collectors: ${collectors}`,
  ].join('\n');
}

function problemsOf(text: string): readonly string[] {
  const loaded = loadSiteConfig(text, 's');
  return loaded.ok ? [] : loaded.problems;
}

function bus(...devices: readonly string[]): string {
  return `[{id: line-1, link: {kind: serial, path: /dev/a}, devices: [${devices.join(', ')}]}]`;
}

const LOCK = '{id: L-1, kind: parking-lock, address: 5}';
const READER = '{id: R-1, kind: osdp-reader, address: 5, key: {env: R1}}';
const collector = (more: string, id = 'C1', lock = 'L-1') =>
  `{id: ${id}, zone: A, kind: plain, minCardSecurity: uid, bays: [{id: ${id}-1, lock: ${lock}}], ${more}}`;
const ON_READER = 'reader: {device: R-1}, display: R-1, button: {device: R-1, input: 2}';

test('every example of a site passes the check, and together they show each kind of reader and display', t => {
  const kinds = new Set<string>();
  for (const name of readdirSync(INSTALL).filter(file => file.endsWith('.yaml'))) {
    const loaded = loadSiteConfig(readFileSync(`${INSTALL}/${name}`, 'utf8'), name);
    if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
    const {buses, devices} = loaded.config;
    for (const {kind} of [...buses.flatMap(line => line.devices), ...devices]) kinds.add(kind);
  }
  const known = [...READ_LINE_KINDS, ...READ_OWN_KINDS].map(({shape}) => shape.kind.value);
  return t.deepEqual(
    known.filter(kind => !kinds.has(kind)),
    [],
  );
});

test('a site may consist of devices alone', t => {
  const devices = '[{id: S-1, kind: code-scanner, link: {kind: serial, path: /dev/s}}]';
  const loaded = loadSiteConfig(siteOf({devices}), 's');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  const [scanner] = loaded.config.devices;
  t.deepEqual(loaded.config.buses, []);
  return t.deepEqual(scanner, {
    id: 'S-1',
    kind: 'code-scanner',
    link: {kind: 'serial', path: '/dev/s', baudRate: 9600, parity: 'none'},
    family: 'generic',
    mode: 'sense',
    zones: 'gm65',
  });
});

test('a kind of device has the speed of its factory', t => {
  const link = '{kind: serial, path: /dev/p}';
  const devices = `[{id: P-1, kind: pn532, link: ${link}}, {id: F-1, kind: fingerprint, link: ${link.replace('p}', 'f}')}, password: {env: F}}]`;
  const loaded = loadSiteConfig(siteOf({devices}), 's');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  const speeds = loaded.config.devices.map(one =>
    'link' in one && 'baudRate' in one.link ? one.link.baudRate : undefined,
  );
  return t.deepEqual(speeds, [115_200, 57_600]);
});

test('one number in two protocols of a line is no clash, in one protocol it is', t => {
  t.deepEqual(problemsOf(siteOf({buses: bus(LOCK, READER)})), []);
  const second = '{id: R-2, kind: osdp-reader, address: 5}';
  const [problem = '', ...others] = problemsOf(siteOf({buses: bus(LOCK, READER, second)}));
  t.deepEqual(others, []);
  t.regex(problem, /devices\[2\]\.address: DUPLICATE_ADDRESS R-1 and R-2 both have address 5/);
});

test('an address that is left out clashes like one that is written', t => {
  const left = '{id: AA-1, kind: aa55-display}';
  const written = '{id: AA-2, kind: aa55-display, address: 0x64}';
  t.regex(
    problemsOf(siteOf({buses: bus(left, written)})).join('\n'),
    /DUPLICATE_ADDRESS AA-1 and AA-2 both have address 100 on line-1/,
  );
});

test('names are unique and links used once over lines and devices', t => {
  const devices =
    '[{id: L-1, kind: code-scanner, link: {kind: serial, path: /dev/a}}, {id: H-1, kind: hid-scanner, hid: {vendorId: 1, productId: 70000}}]';
  t.deepEqual(problemsOf(siteOf({buses: bus(LOCK), devices})), [
    's:6:16 devices[0].id: DUPLICATE_ID two devices are called L-1; the first is at s:5:73',
    's:6:68 devices[0].link.path: LINK_TWICE line-1 and L-1 both open /dev/a; line-1 does at s:5:49',
    's:6:137 devices[1].hid.productId: expected 0-65535, got 70000',
  ]);
});

test('an OSDP reader serves as reader, display and button, each part once', t => {
  const buses = bus(LOCK, '{id: L-2, kind: parking-lock, address: 6}', READER);
  const one = siteOf({buses, collectors: `[${collector(ON_READER)}]`});
  const loaded = loadSiteConfig(one, 's');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  t.deepEqual([...(takenParts(loaded.config).get('R-1') ?? [])], ['card', 'text', 'input 2']);
  t.deepEqual(deviceSecrets(loaded.config), [
    {reference: {env: 'R1'}, what: 'key of R-1', bytes: 16},
  ]);
  const both = `[${collector(ON_READER)}, ${collector(ON_READER.replace('input: 2', 'input: 1'), 'C2', 'L-2')}]`;
  const clashes = problemsOf(siteOf({buses, collectors: both})).map(text => text.split(': ')[1]);
  t.is(clashes.length, 2);
  t.regex(clashes[0] ?? '', /^DEVICE_TWICE R-1 card serves C1 and C2/);
  return t.regex(clashes[1] ?? '', /^DEVICE_TWICE R-1 text serves C1 and C2/);
});

test('a collector that names the wrong kind of device is told which kinds fit', t => {
  const more = 'reader: {device: L-1}, display: K-1, button: R-1';
  const keypad = '{id: K-1, kind: keypad, address: 9}';
  const problems = problemsOf(
    siteOf({buses: bus(LOCK, READER, keypad), collectors: `[${collector(more)}]`}),
  );
  const texts = problems.map(problem => problem.replace(/^s:\d+:\d+ collectors\[0\]\./, ''));
  t.regex(
    texts[2] ?? '',
    /^button: expected one of emergency-button, .*but R-1 is an osdp-reader$/,
  );
  t.deepEqual(texts.slice(0, 2), [
    'reader.device: expected one of osdp-reader, pn532, but L-1 is a parking-lock',
    'display: expected one of display, fk-display, aa55-display, dwin-display, osdp-reader, but K-1 is a keypad',
  ]);
});

test('of several forms that a value may have, the nearest one is judged', t => {
  const check = (reader: string, button = 'E-1') =>
    problemsOf(
      siteOf({
        buses: bus(
          LOCK,
          '{id: D-1, kind: display, address: 8}',
          '{id: E-1, kind: emergency-button, address: 9}',
        ),
        collectors: `[${collector(`reader: ${reader}, display: D-1, button: ${button}`)}]`,
      }),
    ).map(problem => problem.replace(/^s:\d+:\d+ collectors\[0\]\./, ''));
  t.deepEqual(check('{kind: rdm6300, link: {kind: serial, path: /dev/r}}'), []);
  t.deepEqual(
    check('{kind: rdm6300, link: {kind: serial, path: /dev/r}, profile: {byteOrder: lsb_first}}'),
    [],
  );
  t.deepEqual(check('{kind: rdm6300, link: {kind: serial, path: /dev/r, baudRate: 5}}'), [
    'reader.link.baudRate: expected 300-921600, got 5',
  ]);
  t.deepEqual(check('{kind: rfid, link: {kind: serial, path: /dev/r}}'), [
    'reader.kind: expected rdm6300, got "rfid"',
  ]);
  t.deepEqual(check('{device: 5}'), ['reader.device: expected a name, got 5']);
  t.deepEqual(
    check('{kind: rdm6300, link: {kind: serial, path: /dev/r}}', '{device: E-1, input: 99}'),
    [
      'button.device: expected an osdp-reader, but E-1 is an emergency-button',
      'button.input: expected 0-31, got 99',
    ],
  );
});

test('~A10 a plain collector may ask for a proof only where a pn532 opens the sectors of its cards', t => {
  const problemsWith = (reader: string, pn532: string) =>
    problemsOf(
      siteOf({
        buses: bus(LOCK, READER),
        devices: `[{id: P-1, kind: pn532, link: {kind: serial, path: /dev/p}${pn532}}]`,
        collectors: `[${collector(
          `reader: ${reader}, display: R-1, button: {device: R-1, input: 2}`,
        ).replace('minCardSecurity: uid', 'minCardSecurity: proof')}]`,
      }),
    );
  const sector = ', sector: {sector: 2, siteKey: {env: S}}';
  t.deepEqual(problemsWith('{device: P-1}', sector), []);
  const vain =
    /^s:7:\d+ collectors\[0\]\.minCardSecurity: expected uid, since this reader hears bare/;
  for (const [reader, more] of [
    ['{device: P-1}', ''],
    ['{device: R-1}', sector],
    ['{kind: rdm6300, link: {kind: serial, path: /dev/r}}', sector],
  ] as const) {
    const [problem = '', ...others] = problemsWith(reader, more);
    t.regex(problem, vain);
    t.deepEqual(others, []);
  }
});

const SCANNER = '{id: S-1, kind: code-scanner, link: {kind: serial, path: /dev/s}}';
const ON_POST =
  'reader: {kind: rdm6300, link: {kind: serial, path: /dev/r}}, display: D-1, button: E-1';
const POST = [
  LOCK,
  '{id: D-1, kind: display, address: 6}',
  '{id: E-1, kind: emergency-button, address: 7}',
  '{id: K-1, kind: keypad, address: 8}',
];

test('a collector names the scanners and keypads whose codes it judges, and each serves one', t => {
  const site = (codes: string, more = '') =>
    siteOf({
      buses: bus(...POST),
      devices: `[${SCANNER}]`,
      collectors: `[${collector(`${ON_POST}, codes: ${codes}${more}`)}]`,
    });
  t.deepEqual(problemsOf(site('[S-1, K-1]')), []);
  const loaded = loadSiteConfig(site('[S-1, K-1]'), 's');
  t.deepEqual(loaded.ok && [...codePosts(loaded.config)], [
    ['S-1', 'C1'],
    ['K-1', 'C1'],
  ]);
  t.regex(problemsOf(site('[S-2]'))[0] ?? '', /UNKNOWN_DEVICE .* S-2; did you mean S-1\?/);
  t.regex(problemsOf(site('[D-1]'))[0] ?? '', /expected one of code-scanner, .* D-1 is a display/);
  t.regex(problemsOf(site('[S-1, S-1]'))[0] ?? '', /DEVICE_TWICE S-1 serves C1/);
});

test('numbers that tokens name are given once: of collectors, of bays and of keys', t => {
  const two = (first: string, second: string) =>
    siteOf({
      buses: bus(...POST, '{id: L-2, kind: parking-lock, address: 15}'),
      collectors: `[{id: C1, zone: A, kind: plain, minCardSecurity: uid, ${first}, ${ON_POST}, bays: [{id: A-1, lock: L-1, ${second}}, {id: A-2, lock: L-2, number: 7}]}]`,
    });
  t.deepEqual(problemsOf(two('number: 7', 'number: 8')), []);
  t.regex(
    problemsOf(two('number: 7', 'number: 7'))[0] ?? '',
    /NUMBER_TWICE A-1 and A-2 are both bay 7/,
  );
  const key = 'ab'.repeat(32);
  const keys = `tokenKeys: [{kid: 1, publicKey: '${key}'}, {kid: 1, publicKey: '${key}'}]`;
  t.regex(problemsOf(`${siteOf({})}\n${keys}`)[0] ?? '', /NUMBER_TWICE/);
  const short = `tokenKeys: [{kid: 1, publicKey: 'ab'}]`;
  t.regex(problemsOf(`${siteOf({})}\n${short}`)[0] ?? '', /expected 64 hex digits/);
});
