import test from 'ava';
import {ParkingLock} from '../../sim/devices/parking-lock.js';
import type {Rs485Line} from '../../sim/wire/rs485-line.js';
import {FixedAnswer, RingingLine, type ScanRig, SwappedPair, scanned} from './scan-rig.js';

test('a sound line of 32 locks: everybody is listed once, nothing is wrong', async t => {
  const {exitCode, lines, printed} = await scanned(t, {locks: 32});
  t.is(exitCode, 0);
  t.is(printed.length, 32);
  t.regex(printed[6] ?? '', /^9600 Bd {2}unit 7 {2}values, \d+ ms$/);
  t.deepEqual(lines, ['9600 Bd: 32 answer']);
});

test('E17 swapped wires are reported as all garbage, not as 32 dead locks', async t => {
  const {exitCode, lines, printed} = await scanned(t, {
    locks: 32,
    prepare: line => {
      for (let unit = 1; unit <= 32; unit += 1) line.faults.setUnit(unit, {requestLoss: 1});
      line.attach(new SwappedPair());
    },
  });
  t.is(exitCode, 1);
  t.is(lines.length, 3);
  t.regex(lines[1] ?? '', /all garbage/);
  t.regex(lines[2] ?? '', /swap A and B/);
  t.true(printed.every(row => row.endsWith('garbled')));
});

test('E17 a line without terminator is reported as an error rate per address, every lock alive', async t => {
  const {exitCode, lines, printed} = await scanned(t, {
    locks: 32,
    prepare: line => line.faults.set({bitErrorRate: 0.001}),
  });
  t.is(exitCode, 1);
  t.is(printed.length, 32);
  const rates = lines.filter(line => /device \d+: \d+ % of its frames are broken/.test(line));
  t.true(rates.length > 16, lines.join('\n'));
  t.true(lines.some(line => line.includes('termination')));
});

test('a speed that nobody uses is silent, the right one is found', async t => {
  const {exitCode, lines} = await scanned(t, {locks: 3, request: {to: '4', baud: '19200,9600'}});
  t.is(exitCode, 0);
  t.is(lines[0], '19200 Bd: 0 answer');
  t.regex(lines[1] ?? '', /not one byte came back/);
  t.is(lines.at(-1), '9600 Bd: 3 answer');
});

test('two devices with one address are told from noise', async t => {
  const {exitCode, lines} = await scanned(t, {
    locks: 4,
    request: {to: '4'},
    prepare: (line, clock) => {
      line.attach(new ParkingLock({clock, unit: 2, turnaroundMs: 7, arm: 'down'}));
    },
  });
  t.is(exitCode, 1);
  t.regex(lines.join('\n'), /device 2: .*two devices bear this address/);
});

test('an adapter that hears itself is told, with devices and without', async t => {
  const echo = (line: Rs485Line) => line.faults.set({echo: true});
  const alone = await scanned(t, {locks: 0, prepare: echo});
  t.regex(alone.lines.join('\n'), /only our own bytes came back/);
  const {lines, exitCode} = await scanned(t, {locks: 2, request: {to: '2'}, prepare: echo});
  t.regex(lines.join('\n'), /the adapter hears its own sending/);
  t.is(exitCode, 0);
});

test('a port that does not open is said to be so, and asked to be looked at', async t => {
  const {exitCode, lines} = await scanned(t, {locks: 1, isAbsent: true});
  t.is(exitCode, 1);
  t.is(lines.length, 1);
  t.regex(lines[0] ?? '', /^9600 Bd: .*memory:line-1/);
});

test('json gives the same in one line; a person may stop the scan', async t => {
  const {lines} = await scanned(t, {locks: 2, request: {to: '2', json: true}});
  const [report] = JSON.parse(lines[0] ?? '');
  t.like(report, {baudRate: 9600, findings: []});
  t.is(report.rows.length, 2);
  const stopped = await scanned(t, {locks: 32, stopAfter: 5});
  t.true(stopped.printed.length < 6);
});

test('what cannot be scanned is refused, all reasons at once', async t => {
  const request = {from: '0', to: '300', baud: '9600,fast', language: 'fr'};
  const {exitCode, lines} = await scanned(t, {locks: 0, request});
  t.is(exitCode, 1);
  t.deepEqual(lines, [
    '--from: expected 1-247, got 0',
    '--to: expected 1-247, got 300',
    '--baud: expected speeds of 300-921600 separated by commas, got 9600,fast',
    '--language: expected en or zh-CN, got fr',
  ]);
  const upside = await scanned(t, {locks: 0, request: {from: '9', to: '3'}});
  t.deepEqual(upside.lines, ['--to: expected at least 9, got 3']);
});

test('the same findings in Chinese', async t => {
  const {lines} = await scanned(t, {locks: 0, request: {to: '2', language: 'zh-CN'}});
  t.regex(lines.join('\n'), /没有收到任何字节/);
});

test('I-4 no byte, own echo, bad CRC, another address, an exception and a line that fails with load are told in plain words with the next step, in English and Chinese', async t => {
  const others = (
    line: Rs485Line,
    clock: ConstructorParameters<typeof ParkingLock>[0]['clock'],
  ) => {
    for (const unit of [2, 3, 4]) line.attach(new ParkingLock({clock, unit}));
  };
  const table: readonly {
    readonly rig: ScanRig;
    readonly en: readonly [RegExp, RegExp];
    readonly zh: readonly [RegExp, RegExp];
  }[] = [
    {
      rig: {locks: 0},
      en: [/not one byte came back/, /power.*right port.*speed.*A and B/],
      zh: [/没有收到任何字节/, /电源.*端口.*波特率.*A、B/],
    },
    {
      rig: {locks: 0, prepare: line => line.faults.set({echo: true})},
      en: [/only our own bytes came back/, /echo: true/],
      zh: [/只收到自己发出的字节/, /echo: true/],
    },
    {
      rig: {locks: 0, prepare: line => line.attach(new SwappedPair())},
      en: [/all garbage/, /speeds and parities, swap A and B, and fit 120 ohm/],
      zh: [/全是乱码/, /波特率和校验位，对调 A、B 线.*120 欧姆/],
    },
    {
      rig: {
        locks: 0,
        prepare: (line, clock) => {
          others(line, clock);
          line.attach(new FixedAnswer(1, 9, '03 02 00 01'));
        },
      },
      en: [/device 9 answered when device 1 was asked/, /came late, or an address is set twice/],
      zh: [/询问设备 1 时，应答的是设备 9/, /应答迟到，或地址重复/],
    },
    {
      rig: {
        locks: 0,
        prepare: (line, clock) => {
          others(line, clock);
          line.attach(new FixedAnswer(1, 1, '83 02'));
        },
      },
      en: [/device 1 is alive and refuses the register \(exception 2\)/, /choose the profile/],
      zh: [/设备 1 在线，但拒绝该寄存器（异常码 2）/, /选择与型号相符/],
    },
    {
      rig: {locks: 4, prepare: line => line.attach(new RingingLine())},
      en: [
        /\d+ % of the frames break when all devices talk in turn/,
        /termination.*bias resistors/,
      ],
      zh: [/全部设备轮流通信时有 \d+ % 的帧损坏/, /终端电阻.*偏置电阻/],
    },
  ];
  for (const {rig, en, zh} of table) {
    for (const [language, [found, next]] of [
      ['en', en],
      ['zh-CN', zh],
    ] as const) {
      const {lines} = await scanned(t, {...rig, request: {to: '4', language}});
      const at = lines.findIndex(line => found.test(line));
      t.true(at > 0, `${found}: ${lines.join(' | ')}`);
      t.regex(lines[at + 1] ?? '', next);
    }
  }
});
