import test from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import {asId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {MilesightButton} from './milesight-button.js';

/** As the maker publishes it: battery at 16 %, pressed for a short time. */
const PRESSED = '017510 FF2E01';
const REPORT_MS = 60_000;

test('every press of a radio button calls, before its battery is told; what is no uplink of it proves no life', async t => {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const heard: string[] = [];
  const button = new MilesightButton({
    ...{id: asId('E-9'), clock, reportMs: REPORT_MS},
    listener: {
      onPress: presses => void heard.push(`press ${presses}`),
      onLine: line => void heard.push(line),
      onHealth: health => void heard.push(health),
    },
  });
  const told = () => heard.splice(0);
  const send = (hex: string) => button.onUplink(fromHex(hex));
  for (const nonsense of ['', 'FF', 'FF2E', '03D248000000']) send(nonsense);
  t.deepEqual(told(), []);
  send(PRESSED);
  t.deepEqual(told(), ['press 1', 'ok', 'ok']);
  for (const how of ['FF2E02', 'FF2E03']) send(how);
  t.deepEqual(told(), ['press 1', 'press 1'], 'long and double');
  send('01750A');
  t.is(button.line, 'low_battery');
  send('017509');
  t.deepEqual(told(), ['low_battery'], 'told once');

  button.onFeed(false);
  button.onFeed(true);
  t.deepEqual(told(), ['offline'], 'only an uplink says that it is back');
  send('017564');
  t.deepEqual(told(), ['ok', 'ok']);
  await clock.advance(1.1 * REPORT_MS);
  t.deepEqual(told(), ['suspect']);
  await clock.advance(REPORT_MS);
  t.deepEqual(told(), ['offline']);
  button.close();
  send(PRESSED);
  button.onFeed(false);
  t.deepEqual(told(), []);
});
