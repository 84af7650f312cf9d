import {readFileSync} from 'node:fs';
import test from 'ava';
import {ConfigError} from '../../protocols/base/errors.js';
import {parkLease} from '../domain/policies/park-lease.js';
import {policyOf} from '../domain/policies/policies.js';
import {siteJsonSchema, siteJsonSchemaText} from './json-schema.js';
import {loadSiteConfig} from './load.js';
import {lotConfigOf} from './lot-config.js';
import {nearWord} from './near-word.js';
import {resolveKey, resolveSecret, type SecretReader} from './secrets.js';

const EXAMPLE = readFileSync('edge/install/example-car-park.yaml', 'utf8');

test('the lot sees bays, collectors and contacts of the example', t => {
  const loaded = loadSiteConfig(EXAMPLE, 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  const lot = lotConfigOf(loaded.config);
  t.is(lot.bays.length, 24);
  t.deepEqual({...lot.bays[8]} as unknown, {
    id: 'B-009',
    collector: 'C2',
    profile: 'parkCard',
    zone: 'B',
    lock: 'L-B-009',
    travelMs: 3000,
    canRaise: true,
  });
  t.deepEqual(
    lot.collectors.map(one => [one.id as string, one.arrow, one.minCardSecurity]),
    [
      ['C1', '←', 'uid'],
      ['C2', '→', 'proof'],
      ['C3', '↑', 'proof'],
    ],
  );
  return t.is(lot.contacts[1]?.name, '保安队长');
});

test('rules left out have the defaults of the requirements', t => {
  const loaded = loadSiteConfig(EXAMPLE.slice(0, EXAMPLE.indexOf('rules:')), 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  return t.deepEqual(lotConfigOf(loaded.config).rules, {
    unlock: {repeats: 5, intervalMs: 5000, confirmMs: 4500, retryHardFault: false},
    verify: {repeats: 5, intervalMs: 1000, retryFinal: false},
    swipe: {maxFailures: 3, memoryMs: 120_000},
    debounceMs: 3000,
    raiseAfterVacantMs: 30_000,
    enterWithinMs: 180_000,
    rereadTimeoutMs: 800,
    idleScreenMs: 10_000,
    freshForMs: 24 * 3_600_000,
    buttonWindowMs: 5000,
    falseCalls: {count: 3, withinMs: 600_000},
    sealFaultsPerMin: 5,
    codes: {
      wrongTries: 5,
      lockMs: 90_000,
      longestMs: 3_600_000,
      triesPerDay: 30,
      slowMs: 600_000,
    },
    commissioning: 'all',
    updateWindow: {fromMinute: 120, toMinute: 300},
    whenDiskFull: 'fail_closed',
    startBackoffMaxMs: 60_000,
  });
});

type SchemaNode = {readonly [key: string]: SchemaNode | undefined} & {readonly type?: unknown};

/** Every property of the schema that is a plain value, with its path. */
function leaves(node: SchemaNode, path: string): readonly (readonly [string, SchemaNode])[] {
  const found: (readonly [string, SchemaNode])[] = [];
  for (const branch of [...((node.oneOf ?? node.anyOf ?? []) as unknown as SchemaNode[])]) {
    found.push(...leaves(branch, path));
  }
  if (node.items) found.push(...leaves(node.items, `${path}[]`));
  for (const [name, field] of Object.entries(node.properties ?? {})) {
    if (field) found.push(...leaves(field as SchemaNode, `${path}.${name}`));
  }
  if (typeof node.type === 'string' && node.type !== 'object' && node.type !== 'array') {
    found.push([path, node]);
  }
  return found;
}

test('every field of the published schema has a sentence, numbers also bounds', t => {
  const fields = leaves(siteJsonSchema() as unknown as SchemaNode, '').filter(
    ([, node]) => node.const === undefined,
  );
  t.true(fields.length > 40);
  for (const [path, node] of fields) {
    t.truthy(node.description, `${path} has no description`);
    if (node.type === 'integer') {
      t.is(typeof node.minimum, 'number', path);
      t.is(typeof node.maximum, 'number', path);
    }
  }
});

test('the published schema names the unit of a duration and forbids other keys', t => {
  const schema = siteJsonSchema() as unknown as SchemaNode;
  const rules = schema.properties?.rules;
  t.is(rules?.properties?.debounceMs?.unit as unknown, 'ms');
  t.is(rules?.properties?.debounceMs?.default as unknown, 3000);
  t.is(schema.additionalProperties as unknown, false);
  t.deepEqual(JSON.parse(siteJsonSchemaText()), siteJsonSchema());
});

test('the example of a leased lot has 40 bays under keys and QR codes, each with a number for tokens', t => {
  const yaml = readFileSync('edge/install/example-leased-lot.yaml', 'utf8');
  const loaded = loadSiteConfig(yaml, 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  const {bays, collectors} = lotConfigOf(loaded.config);
  t.is(new Set(bays.map(({number}) => number)).size, 40);
  t.deepEqual(new Set([...bays, ...collectors].map(one => policyOf(one))), new Set([parkLease]));
  return t.true(loaded.config.collectors.every(({codes}) => codes.length === 2));
});

test('the example of a bathhouse has 20 stalls on two lines, half with Xintai meters on a line of their own, half with pulse meters', t => {
  const yaml = readFileSync('edge/install/example-bathhouse.yaml', 'utf8');
  const loaded = loadSiteConfig(yaml, 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  const {buses, devices, bath} = loaded.config;
  const kinds = new Map(
    [...buses.flatMap(bus => bus.devices), ...devices].map(one => [one.id, one.kind]),
  );
  const meters = (bath?.stalls ?? []).map(({meter}) => kinds.get(meter));
  const speeds = buses.map(({link}) => 'baudRate' in link && link.baudRate);
  t.deepEqual(
    speeds,
    [38_400, 38_400, 9600],
    'fast enough for ten displays, and for Xintai meters',
  );
  const held = buses.map(bus => new Set(bus.devices.map(({kind}) => kind)));
  const displays = buses.map(bus => bus.devices.filter(({kind}) => kind === 'display').length);
  t.deepEqual(displays, [10, 10, 0]);
  t.deepEqual(held[2], new Set(['water-meter']));
  t.is(meters.filter(kind => kind === 'water-meter').length, 10);
  t.is(meters.filter(kind => kind === 'pulse-meter').length, 10);
  const {collectors} = lotConfigOf(loaded.config);
  return t.deepEqual([collectors.length, policyOf(collectors[0] as never).name], [20, 'bath']);
});

test('a row of a bath names stalls that there are, each behind one valve', t => {
  const yaml = readFileSync('edge/install/example-bathhouse.yaml', 'utf8');
  const spoilt = yaml
    .replace('stalls: [S-11, S-12', 'stalls: [S-01, S-99')
    .replace('valve: V-2', 'valve: M-20');
  const loaded = loadSiteConfig(spoilt, 'site.yaml');
  const problems = loaded.ok ? '' : loaded.problems.join('\n');
  t.regex(problems, /rows\[1\]\.stalls\[0\]: S-01 is behind another valve already/);
  t.regex(problems, /rows\[1\]\.stalls\[1\]: expected the name of a stall of the bath/);
  t.regex(problems, /rows\[1\]\.valve: expected a row-valve, but M-20 is a pulse-meter/);
});

test('the schema next to the example is the one that the code publishes', t => {
  t.deepEqual(JSON.parse(readFileSync('edge/install/site.schema.json', 'utf8')), siteJsonSchema());
});

const KEY_HEX = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const READER: SecretReader = {
  readFile: path => ({'c2.key': ` ${KEY_HEX}\n`, 'bad.key': `${KEY_HEX}00`})[path],
  env: name => ({C2_KEY: KEY_HEX.toUpperCase(), EMPTY: ' '})[name],
};

test('a key comes from a file or the environment', t => {
  const expected = Uint8Array.from({length: 32}, (_, index) => index);
  t.deepEqual(resolveKey({file: 'c2.key'}, 'key of C2', READER), expected);
  t.deepEqual(resolveKey({env: 'C2_KEY'}, 'key of C2', READER), expected);
  t.is(resolveSecret({file: 'c2.key'}, 'key of C2', READER), KEY_HEX);
});

test('a missing or misshapen key is named, its content never', t => {
  const missing = t.throws(() => resolveKey({env: 'EMPTY'}, 'key of C2', READER), {
    instanceOf: ConfigError,
  });
  t.is(
    missing.message,
    'key of C2: environment variable EMPTY holds nothing [config/secret-missing]',
  );
  const shape = t.throws(() => resolveKey({file: 'bad.key'}, 'key of C2', READER), {
    instanceOf: ConfigError,
  });
  t.is(shape.code, 'config/secret-shape');
  t.false(shape.message.includes('0001'));
});

test('the near word is found only when it is near', t => {
  t.is(nearWord('adress', ['id', 'address', 'kind']), 'address');
  t.is(nearWord('BaudRate', ['baudRate', 'path']), 'baudRate');
  t.is(nearWord('colour', ['id', 'lock', 'sensor']), undefined);
});
