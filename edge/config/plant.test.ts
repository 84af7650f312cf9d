import {readFileSync} from 'node:fs';
import test from 'ava';
import {deviceSecrets} from './device-secrets.js';
import {loadSiteConfig} from './load.js';
import {firePanelsOf} from './lot-config.js';

const EXAMPLE = readFileSync('edge/install/example-plant.yaml', 'utf8');

/** What is wrong with the example after `text` was put in the place of `instead`. */
function problemsWith(instead: string, text: string): readonly string[] {
  if (!EXAMPLE.includes(instead)) throw new Error(`the example has no ${instead}`);
  const loaded = loadSiteConfig(EXAMPLE.replace(instead, text), 'site.yaml');
  return loaded.ok ? [] : loaded.problems;
}

test('the example of the plant is sound and has what was left out', t => {
  const loaded = loadSiteConfig(EXAMPLE, 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  const {devices, buses} = loaded.config;
  t.like(
    devices.find(({id}) => id === 'cam-1'),
    {link: {kind: 'tcp', port: 8131}},
  );
  t.like(
    devices.find(({id}) => id === 'tap-1'),
    {litres: 1, openPulseMs: 100},
  );
  t.like(
    buses.flatMap(bus => bus.devices).find(({id}) => id === 'bath-1'),
    {profile: 'xintai', pollMs: 1000},
  );
  return t.deepEqual(
    deviceSecrets(loaded.config).map(({what}) => what),
    ['password of people-2 at its broker'],
  );
});

test('an output or an input that serves two is refused, naming both', t => {
  t.regex(
    problemsWith('output: 4 }', 'output: 0 }')[0] ?? '',
    /devices\[2\]\.output: DEVICE_TWICE R-1 output 0 serves gate-1 and siren-1; gate-1 takes it at/,
  );
  t.regex(
    problemsWith('outer: 1,', 'outer: 0,')[0] ?? '',
    /devices\[4\]\.outer: DEVICE_TWICE N-1 input 0 serves tap-1 and people-1/,
  );
  t.regex(
    problemsWith('closedLimit: { input: 1 }', 'closedLimit: { input: 0 }')[0] ?? '',
    /closedLimit\.input: DEVICE_TWICE I-1 input 0 serves gate-1 and gate-1/,
  );
});

test('a part that its board has not is refused, and so is a pulse that nobody times', t => {
  t.deepEqual(problemsWith('output: 4 }', 'output: 8 }'), [
    'site.yaml:54:54 devices[2].output: expected an output of R-1, which has outputs 0-7, got 8',
  ]);
  const pulses = problemsWith('profile: waveshareRelay8ch', 'profile: waveshareIo8ch');
  t.is(pulses.length, 6);
  t.true(
    pulses.every(text => text.endsWith('expected a board that times pulses, and R-1 does not')),
  );
});

test('a fire panel opens all there is to open, and what it names must be there', t => {
  const loaded = loadSiteConfig(EXAMPLE, 'site.yaml');
  if (!loaded.ok) return t.fail(loaded.problems.join('\n'));
  t.deepEqual(firePanelsOf(loaded.config), [
    {panel: 'fire-1', opens: ['gate-1', 'door-1'], stops: []},
  ] as never);
  const panel = 'activeWhen: open } }\n';
  const [opens, stops, ...more] = problemsWith(
    panel,
    'activeWhen: open }, opens: [gate-1, siren-1], stops: [X-01] }\n',
  );
  t.regex(opens ?? '', /opens\[1\]: no barrier or door-strike is called siren-1$/);
  t.regex(stops ?? '', /stops\[0\]: no stall is called X-01$/);
  return t.deepEqual(more, []);
});

test('a board that nobody has is told once, and one of another kind is named', t => {
  const [unknown, ...more] = problemsWith(
    'relays: R-1\n    outputs: { open: 0',
    'relays: R-11\n    outputs: { open: 0',
  );
  t.regex(
    unknown ?? '',
    /devices\[0\]\.relays: UNKNOWN_DEVICE no line has a device R-11; did you mean R-1\?/,
  );
  t.deepEqual(more, []);
  t.regex(
    problemsWith(
      'sensor: { from: ultrasonic, device: U-1 }',
      'sensor: { from: ultrasonic, device: I-1 }',
    )[0] ?? '',
    /expected an? ultrasonic, but I-1 is a discrete-inputs/,
  );
});

test('a password of a broker never stands in the file', t => {
  const [problem = ''] = problemsWith('password: { file: ./broker.key }', 'password: hunter2');
  t.regex(problem, /feed\.password: expected \{file: PATH\} or \{env: NAME\}/);
  t.false(problem.includes('hunter2'));
});
