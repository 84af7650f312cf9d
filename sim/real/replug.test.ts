import test from 'ava';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {decodeRequest} from '../../protocols/modbus/rtu-frame.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {TcpFarEnd} from '../wire/tcp-far-end.js';
import type {MasterWeight} from './master-messages.js';
import {assertFlat, MasterProcess} from './master-process.js';
import {until} from './peer-process.js';
import {SocatPlug} from './socat.js';

const UNIT = 7;
const CYCLES = 100;
const WARM_UP = 20;

test('a port that socat takes away and gives back 100 times: polls come back each time, no order fires late, memory stays flat', async t => {
  const clock = new SystemClock();
  const farEnd = await TcpFarEnd.listen();
  t.teardown(() => farEnd.close());
  const line = new Rs485Line({
    ...{clock, entropy: new SystemEntropy(clock), farEnd, baudRate: 9600, pacing: 'bytes'},
  });
  t.teardown(() => line.close());
  const lock = new ParkingLock({clock, unit: UNIT, travelMs: 100});
  line.attach(lock);
  const plug = new SocatPlug(t, farEnd.port);
  plug.plug();
  const master = new MasterProcess(t, UNIT, {kind: 'serial', path: plug.path});
  await master.polled();

  // Of a poll that was on its way when the port went, a few bytes may be left: they are nobody's order.
  const orders = () =>
    line.log.entries.filter(({direction, bytes}) => {
      const decoded = direction === 'toDevices' ? decodeRequest(bytes) : undefined;
      return decoded?.kind === 'frame' && decoded.frame.request.kind !== 'read';
    });
  const weights: MasterWeight[] = [];
  const startMs = clock.nowMs();
  for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
    await plug.pull();
    // One while the loss may not have been seen yet, one when it has: neither may ever arrive.
    const early = master.lower();
    await master.lost();
    t.is(await master.lower(), 'not_sent');
    t.regex(await early, /^(not_sent|unanswered)$/);
    await until('the line is free', () => !farEnd.hasClient);
    plug.plug();
    await master.polled();
    const {pending, queueAgeMs} = await master.look();
    t.is(pending, 0);
    t.true(queueAgeMs < 1000, `nothing waits for ever: ${queueAgeMs} ms`);
    t.deepEqual(orders(), [], `replug ${cycle}`);
    if (cycle % WARM_UP === 0) weights.push(await master.weigh());
  }
  const cycleMs = (clock.nowMs() - startMs) / CYCLES;
  t.log(`${CYCLES} replugs, ${Math.round(cycleMs)} ms each`);
  assertFlat(t, weights);

  t.is(await master.lower(), 'acknowledged');
  t.deepEqual(
    lock.commands.map(({command}) => command),
    ['lower'],
  );
});
