import test from 'ava';
import {CuttingConverter} from './cutting-converter.js';
import type {MasterWeight} from './master-messages.js';
import {assertFlat, MasterProcess} from './master-process.js';

const UNIT = 7;
const CUTS = 50;
const WARM_UP = 10;
const READING_BYTES = 17;
const ORDER_BYTES = 8;

test('a converter that drops the connection within a reply 50 times: no half is credited, polls come back, memory stays flat', async t => {
  const converter = await CuttingConverter.listen(t, UNIT);
  const master = new MasterProcess(t, UNIT, {kind: 'tcp', port: converter.port});
  await master.polled();

  const weights: MasterWeight[] = [];
  let orders = 0;
  for (let cut = 1; cut <= CUTS; cut += 1) {
    const keepsRest = cut % 2 === 0;
    if (cut % 5 === 0) {
      const severed = converter.cut({of: 'order', bytes: 1 + (cut % (ORDER_BYTES - 1)), keepsRest});
      t.is(await master.lower(), 'unanswered', 'half an echo is no acknowledgement');
      await severed;
      orders += 1;
    } else {
      await converter.cut({of: 'reading', bytes: 1 + (cut % (READING_BYTES - 1)), keepsRest});
    }
    await master.polled();
    const {pending, queueAgeMs} = await master.look();
    t.is(pending, 0);
    t.true(queueAgeMs < 1000, `nothing waits for ever: ${queueAgeMs} ms`);
    t.is(converter.orders, orders, 'an order goes out once');
    if (cut % WARM_UP === 0) weights.push(await master.weigh());
  }
  assertFlat(t, weights);

  const {cycles} = master;
  t.log(`${cycles.length} readings credited, ${converter.halved.size} cut`);
  t.is(converter.halved.size, CUTS - orders);
  t.deepEqual(
    cycles.filter(number => converter.halved.has(number) || !converter.whole.has(number)),
    [],
  );
  t.true(cycles.every((number, index) => number > (cycles[index - 1] ?? 0)));
  t.is(await master.lower(), 'acknowledged');
  t.is(converter.orders, orders + 1);
});
