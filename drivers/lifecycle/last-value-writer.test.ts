import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {LastValueWriter} from './last-value-writer.js';

function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const sent: string[] = [];
  const device = {taken: true};
  const writer = new LastValueWriter<string>({
    name: 'display D-1',
    clock,
    settleMs: 30,
    retryMs: 1000,
    refreshMs: 30_000,
    send: async value => {
      sent.push(`${value} @${clock.nowMs()}`);
      await clock.sleep(50);
      return device.taken;
    },
  });
  return {clock, sent, device, writer};
}

test('merges quick changes, sends the last one, refreshes it every 30 s', async t => {
  const {clock, sent, writer} = setup();
  writer.set('checking');
  await clock.advance(10);
  writer.set('opening');
  await clock.advance(61_000);
  t.deepEqual(sent, ['opening @40', 'opening @30090', 'opening @60140']);
  writer.close();
  clock.assertIdle();
});

test('retries after 1 s until taken', async t => {
  const {clock, sent, device, writer} = setup();
  device.taken = false;
  writer.set('open');
  await clock.advance(1500);
  device.taken = true;
  await clock.advance(3000);
  t.deepEqual(sent, ['open @30', 'open @1080', 'open @2130']);
  writer.close();
});

test('waits for a device that is gone and tells it the newest value on return', async t => {
  const {clock, sent, writer} = setup();
  writer.set('idle');
  await clock.advance(100);
  writer.follow('offline');
  writer.set('open');
  await clock.advance(60_000);
  writer.resend();
  writer.follow('suspect');
  await clock.advance(100);
  t.is(sent.length, 1);
  writer.follow('ok');
  await clock.advance(100);
  t.deepEqual(sent, ['idle @30', 'open @60230']);
  writer.follow('ok');
  await clock.advance(100);
  t.is(sent.length, 2, 'what it holds is not sent again');
  writer.resend();
  await clock.advance(100);
  t.is(sent.length, 3, 'what it forgot is');
  writer.close();
  writer.set('late');
  clock.assertIdle();
});
