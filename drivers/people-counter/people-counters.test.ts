import test from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import {VS133_MODEL, VS350_MODEL} from '../../protocols/milesight/channels.js';
import {encodeUplink} from '../../protocols/milesight/tlv.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {MilesightCounter as Twin} from '../../sim/devices/milesight-counter.js';
import type {MessageFeed, MessageFeedListener} from '../port/message-feed.js';
import {UplinkDesk, type UplinkForm} from '../port/uplink-desk.js';
import {BeamCounter} from './beam-counter.js';
import {DEFAULT_BEAM_RULES, NEW_BEAMS, stepBeams} from './beam-machine.js';
import {MilesightCounter, type MilesightCounterOptions} from './milesight-counter.js';

/** Breaks as [a, b, ms]; gives what was counted as `in-out confidence`. */
function beams(...breaks: readonly (readonly [number, number, number])[]): readonly string[] {
  let state = NEW_BEAMS;
  return breaks.flatMap(([a, b, atMs]) => {
    const step = stepBeams(state, {a, b, atMs});
    ({state} = step);
    return step.counted.map(one => `${one.in}-${one.out} ${one.confidence}`);
  });
}

test('A then B is in, B then A is out, both within 1.5 s', t => {
  t.deepEqual(beams([1, 0, 0], [0, 1, 1500]), ['1-0 0.95']);
  t.deepEqual(beams([0, 1, 0], [1, 0, 1500]), ['0-1 0.95']);
  t.deepEqual(beams([1, 0, 0], [0, 1, 1501]), []);
  t.deepEqual(beams([1, 0, 0], [0, 0, 1501], [0, 1, 1600], [1, 0, 2000]), ['0-1 0.95']);
});

test('both in one poll, or many breaks, are a guess', t => {
  t.deepEqual(beams([1, 1, 0], [1, 1, 1000]), ['1-0 0.3', '0-1 0.3']);
  t.deepEqual(beams([1, 0, 0], [1, 2, 300]), ['2-0 0.3']);
  t.deepEqual(beams([0, 1, 0], [1, 1, 300]), ['0-1 0.3']);
  t.deepEqual(beams([3, 0, 0], [0, 1, 300]), ['1-0 0.3']);
  t.deepEqual(beams([1, 0, 0], [1, 0, 300], [0, 1, 600]), ['1-0 0.95']);
  t.is(DEFAULT_BEAM_RULES.mostBreaks, 2);
});

test('a door hung the other way round, a restarted board, and silence after close', t => {
  const heard: string[] = [];
  const counter = new BeamCounter({
    id: asId<DeviceId>('N-1'),
    outerBeam: 'b',
    listener: {
      onCount: ({in: into, out, quality}) => heard.push(`${into}-${out} ${quality}`),
      onCounterFault: () => {},
      onHealth: health => heard.push(health),
    },
  });
  counter.onCountHealth('ok');
  t.is(counter.health, 'ok');
  counter.onBreaks({a: 65_535, b: 7}, 0);
  counter.onBreaks({a: 0, b: 7}, 200);
  counter.onBreaks({a: 0, b: 8}, 400);
  counter.onBreaks({a: 60_000, b: 0}, 600);
  counter.close();
  counter.onBreaks({a: 60_001, b: 0}, 800);
  counter.onCountHealth('offline');
  t.deepEqual(heard, ['ok', '0-0 good', '0-0 good', '0-1 good', '0-0 rebased']);
});

function milesight(options: Partial<MilesightCounterOptions> = {}) {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const heard: string[] = [];
  const counter = new MilesightCounter({
    id: asId<DeviceId>('N-2'),
    clock,
    model: VS133_MODEL,
    listener: {
      onCount: ({in: into, out, quality}) => heard.push(`${into}-${out} ${quality}`),
      onCounterFault: (fault, isStanding) => heard.push(`${isStanding ? '+' : '-'}${fault}`),
      onHealth: health => heard.push(health),
    },
    ...options,
  });
  return {clock, heard, counter};
}

test('differences of totals over a lost uplink, a wrap and a reset', async t => {
  const {clock, heard, counter} = milesight();
  const totals = {in: 4_294_967_294, out: 10};
  const twin = new Twin({clock, send: payload => counter.onUplink(payload), totals});
  await clock.advance(300_000);
  twin.pass('in', 3);
  twin.isUnplugged = true;
  await clock.advance(300_000);
  twin.isUnplugged = false;
  twin.pass('out');
  await clock.advance(300_000);
  twin.reset();
  await clock.advance(300_000);
  t.deepEqual(
    heard.filter(one => one.includes('-')),
    ['0-0 good', '3-1 good', '0-0 rebased'],
  );
  twin.cover(true);
  twin.cover(false);
  t.deepEqual(heard.slice(-4), ['+covered', '0-0 good', '-covered', '0-0 good']);
  twin.close();
  counter.close();
  clock.assertIdle();
});

test('one missed report is suspect, two are offline, the next is ok', async t => {
  const {clock, heard, counter} = milesight({reportMs: 100_000});
  const report = encodeUplink([['03D2', 1]], VS133_MODEL);
  counter.onUplink(report);
  await clock.advance(111_000);
  await clock.advance(100_000);
  t.is(counter.health, 'offline');
  counter.onUplink(report);
  counter.onUplink(fromHex('9999'));
  t.deepEqual(
    heard.filter(one => !one.includes('-')),
    ['ok', 'suspect', 'offline', 'ok'],
  );
  counter.close();
  counter.onUplink(report);
  t.is(clock.pending.length, 0);
});

test('lines that lead in are summed, a swapped sensor is turned, a low battery is told', t => {
  const {heard, counter} = milesight({model: VS350_MODEL, swapped: true});
  counter.onUplink(fromHex('04CC12001600 017564'));
  counter.onUplink(fromHex('04CC13001800 017509'));
  t.deepEqual(heard, ['ok', '0-0 good', '+low_battery', '2-1 good']);
  counter.close();

  const two = milesight({lines: [1, 4]});
  two.counter.onUplink(fromHex('03D201000000 0CD201000000'));
  two.counter.onUplink(fromHex('03D202000000 0CD205000000'));
  t.is(two.heard.at(-1), '5-0 good');
  two.counter.close();
});

class FakeFeed implements MessageFeed {
  readonly name = 'fake';
  isUp = true;
  topics: readonly string[] = [];
  listener: MessageFeedListener | undefined;

  open(topics: readonly string[], listener: MessageFeedListener): void {
    this.topics = topics;
    this.listener = listener;
  }

  publish(): boolean {
    return false;
  }

  close(): Promise<void> {
    this.listener = undefined;
    return Promise.resolve();
  }
}

test('uplinks come wrapped as their gateway wraps them; anything else on the broker is passed over', async t => {
  const forms: readonly (readonly [UplinkForm | undefined, string | Uint8Array])[] = [
    [undefined, '{"data":"BMwSABYA"}'],
    [{field: 'payload', encoding: 'hex'}, '{"payload":"04CC12001600"}'],
    ['bytes', fromHex('04CC12001600')],
  ];
  for (const [form, message] of forms) {
    const {heard, counter} = milesight({model: VS350_MODEL});
    const feed = new FakeFeed();
    const devices = new Map([['up/1', counter]]);
    const desk = new UplinkDesk({feed, devices, ...(form ? {form} : {})});
    t.deepEqual(feed.topics, ['up/1']);
    const send = (text: string | Uint8Array, topic = 'up/1') =>
      feed.listener?.onMessage(
        topic,
        typeof text === 'string' ? new TextEncoder().encode(text) : text,
      );
    if (form !== 'bytes') {
      for (const text of [
        '{',
        'null',
        '{}',
        '{"data":7}',
        '{"data":"?","payload":"?"}',
        ' '.repeat(70_000),
      ]) {
        send(text);
      }
    }
    send(message, 'up/2');
    t.deepEqual(heard, []);
    feed.listener?.onUp();
    send(message);
    t.deepEqual(heard, ['ok', '0-0 good']);
    feed.listener?.onDown(new Error('gone') as never);
    t.is(heard.at(-1), 'offline');
    await desk.close();
  }
});
