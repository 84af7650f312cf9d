import {existsSync, readFileSync, rmSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import SqliteDatabase from 'better-sqlite3';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {encodeRdm6300} from '../../protocols/card/rdm6300.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {flipBit} from '../devices/sealed-end.js';
import {LINE_BAUD_RATE} from '../plan/site-plan.js';
import {PseudoTerminal} from '../wire/pseudo-terminal.js';
import type {World, WorldOptions} from '../world.js';
import {DiskGateway} from './disk-gateway.js';
import {withWorld} from './with-world.js';

const UID = asId<CardUid>('62E3086CED');

async function refusalOf(t: ExecutionContext, gateway: DiskGateway, siteFile?: string) {
  const outcome = await gateway.run(siteFile);
  if (outcome.kind === 'refused') return outcome.result;
  await outcome.close();
  return t.fail();
}

test('a broken site.yaml is refused with each problem and its place, and nothing is opened', async t => {
  const gateway = new DiskGateway(t);
  const torn = await refusalOf(t, gateway, `${gateway.siteFile()}\nstaff: [{id: wang`);
  t.is(torn.exitCode, 1);
  t.true(torn.lines.length > 0);
  for (const line of torn.lines) t.regex(line, /site\.yaml:\d+:\d+/);

  const wrong = gateway
    .siteFile()
    .replace('address: 1\n', 'address: 300\n')
    .replace('zone:', 'zoen:');
  const {exitCode, lines} = await refusalOf(t, gateway, wrong);
  t.is(exitCode, 1);
  t.true(
    lines.some(line =>
      /site\.yaml:\d+:\d+ buses\[0\]\.devices\[0\]\.address: expected 1-247, got 300/.test(line),
    ),
    lines.join('\n'),
  );
  t.true(
    lines.some(line => /zoen.*did you mean.*zone/.test(line)),
    lines.join('\n'),
  );

  for (const text of ['', '\u0000\u0001\u0002', '- 1', 'site: *nowhere', '{'.repeat(5000)]) {
    t.is((await refusalOf(t, gateway, text)).exitCode, 1, JSON.stringify(text.slice(0, 20)));
  }
  t.false(existsSync(gateway.path('lot.db')));
});

test('a database that is not ours is refused by name and keeps what it holds', async t => {
  const gateway = new DiskGateway(t);
  const path = gateway.path('lot.db');
  const refusal = async () => {
    const {exitCode, lines} = await refusalOf(t, gateway);
    t.is(exitCode, 1);
    return lines.join('\n');
  };

  gateway.write('lot.db', 'a letter to the owner of this car park\n'.repeat(100));
  const letter = readFileSync(path);
  t.regex(await refusal(), /lot\.db.*store\/not-ours/);
  t.deepEqual(readFileSync(path), letter);

  rmSync(path);
  const invoices = new SqliteDatabase(path);
  invoices.exec('CREATE TABLE invoice (no INTEGER PRIMARY KEY); INSERT INTO invoice VALUES (1)');
  invoices.close();
  const before = readFileSync(path);
  t.regex(await refusal(), /lot\.db belongs to another program.*store\/not-ours/);
  t.deepEqual(readFileSync(path), before);

  rmSync(path);
  const openNeighbour = () =>
    new SiteStore({
      path,
      site: 'lot-9',
      secretKey: new Uint8Array(32).fill(5),
      clock: gateway.clock,
      entropy: new SystemEntropy(gateway.clock),
      clockState: () => 'ok',
    });
  const neighbour = openNeighbour();
  const fact = {kind: 'epoch.new', body: {why: 'test'}} as const;
  neighbour.journal.append([fact], neighbour.stampNow());
  neighbour.close();
  t.regex(await refusal(), /belongs to site lot-9, not lot-1.*store\/not-ours/);
  const again = openNeighbour();
  t.teardown(() => again.close());
  t.is(again.outbox.head(), 1);
});

test('a locked and a missing port are told by name, the daemon stays up, and both work once they can', async t => {
  const gateway = new DiskGateway(t);
  const line = new PseudoTerminal(gateway.path('line'));
  t.teardown(() => line.close());
  const holder = createSerialLink({
    path: line.path,
    baudRate: LINE_BAUD_RATE,
    clock: gateway.clock,
    fraction: () => 0.5,
  });
  t.teardown(() => holder.close());
  await new Promise<void>(resolve => {
    holder.open({onUp: resolve, onBytes: () => {}, onDown: () => {}});
  });

  const site = await gateway.start(t);
  const {outbox} = site.daemon.store;
  const alarms = () => site.daemon.site.state().alarms.map(({kind, device}) => `${kind} ${device}`);
  await gateway.until(() => alarms().length >= 2);
  t.deepEqual(alarms().sort(), ['BUS_DOWN line-C1', 'DEVICE_OFFLINE C1.reader']);
  const told = gateway.logged.map(({why, text}) => String(why ?? text ?? ''));
  t.true(told.some(text => /\/line is held by another process.*port\/locked/.test(text)));
  t.true(told.some(text => /\/reader is not there.*port\/missing/.test(text)));
  t.is((await fetch(new URL('/api/state', site.pageUrl))).status, 200);

  await holder.close();
  const polls: number[] = [];
  line.onBytes(bytes => void polls.push(bytes.length));
  const reader = new PseudoTerminal(gateway.path('reader'));
  t.teardown(() => reader.close());
  await gateway.until(() => polls.length > 0);
  await gateway.until(() => {
    reader.send(encodeRdm6300(UID));
    return outbox.read(1, 1000).some(row => row.kind === 'attempt.opened');
  });
  t.false(alarms().includes('DEVICE_OFFLINE C1.reader'));
});

const POSTS: WorldOptions = {
  collectors: [
    {id: 'C1', bays: ['A-012'], travelMs: 1000, pollMs: 250},
    {id: 'C2', kind: 'smart', bays: ['B-017'], travelMs: 1000, pollMs: 250},
  ],
};

function told(world: World, code: string): readonly string[] {
  return world.logged
    .filter(entry => entry.event === 'device.trouble' && entry.code === code)
    .map(entry => String(entry.text));
}

async function opens(t: ExecutionContext, world: World, collector: string, bay: string) {
  await world.tap(collector, await world.office.cardFor([bay]));
  await world.advance(4000);
  t.is(world.site.lock(bay).arm, 'down');
  t.is(world.site.commandTimes(bay, 'lower').length, 1);
}

test('a truncated card frame is dropped and counted, asks for nothing, and the whole one after it opens', t =>
  withWorld(t, POSTS, async world => {
    const {reader} = world.site.plainPost('C1');
    const card = await world.office.cardFor(['A-012']);
    const frame = encodeRdm6300(card.uid);
    for (let length = 1; length < frame.length; length += 1) {
      reader.inject(frame.subarray(0, length));
      await world.advance(400);
    }
    for (let from = 1; from < frame.length; from += 1) {
      reader.inject(frame.subarray(from));
      await world.advance(400);
    }
    t.deepEqual(world.events('attempt.opened'), []);
    t.deepEqual(world.site.commandTimes('A-012', 'lower'), []);
    t.regex(told(world, 'reader/noise')[0] ?? '', /^C1\.reader: \d+ bytes dropped since start$/);
    await world.tap('C1', card);
    t.is(world.site.commandTimes('A-012', 'lower').length, 1);
  }));

test('1 MB of garbage on a reader line and on a sealed link is dropped and counted, and the next cards open', t =>
  withWorld(t, POSTS, async world => {
    const entropy = new SeededEntropy(7);
    const {reader} = world.site.plainPost('C1');
    const {collector} = world.site.smartPost('C2');
    for (let kilobyte = 0; kilobyte < 1024; kilobyte += 1) {
      const garbage = entropy.bytes(1024);
      reader.inject(garbage);
      world.end('C2').send(garbage);
      await world.advance(100);
    }
    await world.advance(5000);
    t.deepEqual(world.events('attempt.opened'), []);
    for (const [code, name] of [
      ['reader/noise', 'C1.reader'],
      ['collector/noise', 'C2'],
    ] as const) {
      const lines = told(world, code);
      t.true(lines.length >= 2 && lines.length <= 4, lines.join('\n'));
      const bytes = Number(/: (\d+) bytes dropped/.exec(lines.at(-1) ?? '')?.[1]);
      t.true(lines.at(-1)?.startsWith(name) && bytes > 500_000, lines.join('\n'));
    }
    t.true(collector.captured.length > 0);
    await opens(t, world, 'C1', 'A-012');
    await opens(t, world, 'C2', 'B-017');
    t.true(world.edge.site.state().bays.every(bay => bay.health === 'ok'));
  }));

test('a replayed collector frame is REPLAY, one with a flipped bit BAD_MAC: dropped, logged, and no lock moves', t =>
  withWorld(t, POSTS, async world => {
    const {collector} = world.site.smartPost('C2');
    await opens(t, world, 'C2', 'B-017');
    const frame = collector.captured.find(({kind}) => kind === 'card')?.frame ?? t.fail();
    const faults = () => world.events('seal.rejected').map(({body}) => body.fault);
    collector.inject(frame);
    await world.advance(1000);
    t.deepEqual(faults(), ['REPLAY']);
    const bits = [...Array(frame.length * 8).keys()].filter(
      bit => (bit >= 24 && bit < 128) || bit >= 160,
    );
    for (const bit of bits.filter(bit => bit % 41 === 0)) {
      const before = faults().length;
      collector.inject(flipBit(frame, bit));
      await world.advance(1000);
      t.deepEqual(faults().slice(before), ['BAD_MAC'], `bit ${bit}`);
    }
    t.is(world.events('attempt.opened').length, 1);
    t.is(world.site.commandTimes('B-017', 'lower').length, 1);
    await world.tap('C2', world.office.unknownCard());
    await world.advance(1000);
    t.is(world.events('attempt.opened').length, 2);
  }));
