import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {PseudoTerminal} from '../../sim/wire/pseudo-terminal.js';
import {TcpFarEnd} from '../../sim/wire/tcp-far-end.js';
import type {ByteLink, FarEnd} from './byte-link.js';
import {createMemoryPair} from './memory-link.js';
import {createSerialLink} from './serial-port.js';
import {createTcpLink} from './tcp-link.js';

/** One link with its far side, and the way to let time pass until something is true. */
interface Bench {
  readonly link: ByteLink;
  readonly far: FarEnd;
  until(condition: () => boolean): Promise<void>;
}

const LIMIT_MS = 10_000;
/** No jitter: the first reopening comes after 1 s. */
const fraction = () => 0.5;

async function untilReal(condition: () => boolean): Promise<void> {
  const clock = new SystemClock();
  const untilMs = clock.nowMs() + LIMIT_MS;
  while (!condition() && clock.nowMs() < untilMs) await clock.sleep(5);
}

const CARRIERS: Readonly<Record<string, (t: ExecutionContext) => Bench | Promise<Bench>>> = {
  memory: t => {
    const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
    const {link, far} = createMemoryPair({clock, name: 'line'});
    t.teardown(() => link.close());
    return {link, far, until: condition => clock.until(condition, LIMIT_MS)};
  },
  tcp: async t => {
    const far = await TcpFarEnd.listen();
    const {host, port} = far;
    const link = createTcpLink({host, port, clock: new SystemClock(), fraction});
    t.teardown(() => link.close());
    t.teardown(() => far.close());
    return {link, far, until: untilReal};
  },
  serial: t => {
    const folder = mkdtempSync(join(tmpdir(), 'byte-link-'));
    const far = new PseudoTerminal(join(folder, 'port'));
    const clock = new SystemClock();
    const link = createSerialLink({path: far.path, baudRate: 9600, clock, fraction});
    t.teardown(async () => {
      await link.close();
      await far.close();
      rmSync(folder, {recursive: true});
    });
    return {link, far, until: untilReal};
  },
};

function listen(bench: Bench) {
  const events: string[] = [];
  const received: number[] = [];
  const written: number[] = [];
  bench.far.onBytes(bytes => written.push(...bytes));
  bench.link.open({
    onUp: () => events.push('up'),
    onDown: reason => events.push(`down ${reason.code}`),
    onBytes: bytes => received.push(...bytes),
  });
  return {events, received, written, isUp: () => bench.until(() => bench.link.isUp)};
}

for (const [carrier, make] of Object.entries(CARRIERS)) {
  test(`${carrier}: all 256 values pass both ways, in order`, async t => {
    const bench = await make(t);
    const {received, written, isUp} = listen(bench);
    await isUp();
    const values = Uint8Array.from({length: 256}, (_, index) => index);
    t.true(bench.link.write(values.slice(0, 100)));
    t.true(bench.link.write(values.slice(100)));
    await bench.until(() => written.length >= 256);
    bench.far.send(values);
    await bench.until(() => received.length >= 256);
    t.deepEqual(written, [...values]);
    t.deepEqual(received, [...values]);
  });

  test(`${carrier}: nothing is written before up, nor is it sent later`, async t => {
    const bench = await make(t);
    const {written, isUp} = listen(bench);
    t.false(bench.link.write(Uint8Array.of(1)));
    await isUp();
    t.true(bench.link.write(Uint8Array.of(2)));
    await bench.until(() => written.length > 0);
    t.deepEqual(written, [2]);
  });

  test(`${carrier}: a pulled plug is one loss; after the replug it carries again, and no old command fires`, async t => {
    const bench = await make(t);
    const {events, received, written, isUp} = listen(bench);
    await isUp();
    bench.link.write(Uint8Array.of(1));
    await bench.until(() => written.length === 1);
    bench.far.unplug();
    await bench.until(() => !bench.link.isUp);
    t.false(bench.link.write(Uint8Array.of(2)));
    bench.far.replug();
    await bench.until(() => bench.link.isUp);
    t.true(bench.link.write(Uint8Array.of(3)));
    await bench.until(() => written.length === 2);
    bench.far.send(Uint8Array.of(9));
    await bench.until(() => received.length === 1);
    t.deepEqual(events, ['up', 'down port/lost', 'up']);
    t.deepEqual(written, [1, 3]);
    t.deepEqual(received, [9]);
  });

  test(`${carrier}: an owner that hears only silence gets a fresh carrier`, async t => {
    const bench = await make(t);
    const {events, written, isUp} = listen(bench);
    await isUp();
    bench.link.reopen('silence');
    t.false(bench.link.isUp);
    await bench.until(() => bench.link.isUp);
    t.true(bench.link.write(Uint8Array.of(7)));
    await bench.until(() => written.length === 1);
    t.deepEqual(events, ['up', 'down port/lost', 'up']);
  });

  test(`${carrier}: nothing is heard after close`, async t => {
    const bench = await make(t);
    const {events, received, isUp} = listen(bench);
    await isUp();
    await bench.link.close();
    bench.far.send(Uint8Array.of(1));
    t.false(bench.link.isUp);
    t.false(bench.link.write(Uint8Array.of(1)));
    await bench.link.close();
    t.deepEqual(events, ['up']);
    t.deepEqual(received, []);
  });
}
