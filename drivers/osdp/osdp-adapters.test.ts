import test from 'ava';
import {LED_COLOURS} from '../../protocols/osdp/commands.js';
import {encodeWiegand} from '../../protocols/osdp/wiegand.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {OsdpReader} from '../../sim/devices/osdp-reader.js';
import {ScriptedFrameBus} from '../lifecycle/scripted-frame-bus.js';
import {toAscii} from './ascii.js';
import {OsdpCallButton} from './osdp-call-button.js';
import {OsdpCardReader} from './osdp-card-reader.js';
import {OsdpDisplay} from './osdp-display.js';
import {OsdpUnit} from './osdp-unit.js';

const KEY = new Uint8Array(16).fill(7);
const id = asId<DeviceId>('R-1');

function makeRig() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const entropy = new SeededEntropy(3);
  const twin = new OsdpReader({clock, entropy, address: 5, key: KEY});
  const bus = new ScriptedFrameBus(
    clock,
    request => twin.receive(request, clock.nowMs())[0]?.bytes,
  );
  const random = (length: number) => entropy.bytes(length);
  const reader = new OsdpUnit({id, bus, clock, random, address: 5, keys: [KEY]});
  const told: string[] = [];
  /** Poll every 100 ms for so long. */
  const run = async (forMs: number) => {
    for (let ms = 0; ms < forMs; ms += 100) {
      bus.sweep();
      await clock.advance(100);
    }
  };
  return {clock, twin, bus, reader, told, run};
}

test('a reader as card reader: once a card, gone 300 ms after the last report', async t => {
  const {clock, twin, reader, told, run} = makeRig();
  const field = new OsdpCardReader({
    ...{id, reader, clock},
    listener: {
      onCard: ({uid}) => told.push(`card ${uid}`),
      onCardGone: uid => told.push(`gone ${uid}`),
      onReadError: error => told.push(error),
      onLink: up => told.push(up ? 'up' : 'down'),
    },
  });
  await run(1000);
  twin.presentCard(32, Uint8Array.of(4, 5, 6, 7));
  await run(100);
  t.is<string | undefined, string>(field.present, '04050607');
  twin.presentCard(32, Uint8Array.of(4, 5, 6, 7));
  await run(1000);
  t.is(field.present, undefined);
  twin.presentCard(32, Uint8Array.of(4, 5, 6, 7));
  twin.presentCard(32, Uint8Array.of(8, 5, 6, 7));
  await run(1000);
  const once = ['card 04050607', 'gone 04050607'];
  const mixed = ['card 04050607', 'two_cards', 'gone 04050607'];
  t.deepEqual(told, ['up', ...once, ...mixed]);
  told.length = 0;
  twin.presentCard(32, Uint8Array.of(4, 5, 6, 7));
  await run(100);
  twin.ail({isSilent: true});
  await run(10_000);
  t.deepEqual(told, [...once, 'down']);
  await field.close();
  reader.close();
  clock.assertIdle();
});

test('a reader as card reader: the data of a Wiegand card as its number', async t => {
  const {clock, twin, reader, told, run} = makeRig();
  const listener = {
    onCard: ({uid}: {uid: string}) => told.push(uid),
    ...{onCardGone: () => {}, onReadError: () => {}, onLink: () => {}},
  };
  const field = new OsdpCardReader({id, reader, clock, listener, number: 'data'});
  const second = new OsdpCardReader({id, reader, clock, listener, readerNo: 1});
  await run(1000);
  twin.presentCard(26, encodeWiegand(26, 1, 2));
  await run(500);
  twin.presentCard(24, Uint8Array.of(1, 2, 3));
  await run(500);
  t.deepEqual(told, ['010002', '010203']);
  t.is(field.discardedBytes, 0);
  await field.close();
  await second.close();
  reader.close();
  clock.assertIdle();
});

test('a reader as display: two rows, padded, the last screen alone, again after a loss', async t => {
  const {clock, twin, reader, told, run} = makeRig();
  const listener = {onHealth: (health: string) => told.push(health)};
  const display = new OsdpDisplay({id, reader, clock, listener});
  display.show({lines: ['too early', ''], tone: 'neutral'});
  await run(3000);
  display.show({lines: ['Bay A-012', 'thirty characters are too many'], tone: 'good'});
  display.show({lines: ['Café 12:30', '请停车 A-7'], tone: 'good'});
  await run(500);
  t.is(twin.body.row(1), 'Cafe 12:30      ');
  t.is(twin.body.row(2), '??? A-7         ');
  t.false(twin.body.texts.some(({text}) => text.startsWith('Bay')));
  const shown = twin.body.texts.length;
  twin.ail({isSilent: true});
  await run(12_000);
  twin.ail({isSilent: false});
  await run(10_000);
  t.is(twin.body.texts.length, shown + 2);
  t.deepEqual([told[0], told.at(-1)], ['ok', 'ok']);
  display.close();
  reader.close();
  clock.assertIdle();
});

test('a reader as call button: presses, a broken loop, sounder and lamp', async t => {
  const {clock, twin, reader, told, run} = makeRig();
  const button = new OsdpCallButton({
    ...{id, reader, clock, input: 2},
    listener: {
      onPress: presses => told.push(`press ${presses}`),
      onLine: line => told.push(`line ${line}`),
      onHealth: health => told.push(health),
    },
  });
  await run(1000);
  t.is(button.line, 'ok');
  twin.setInput(2, true);
  twin.setInput(2, false);
  twin.setInput(1, true);
  twin.setInput(2, true);
  await run(1000);
  twin.body.setInput(2, 2);
  await run(500);
  t.deepEqual(told, ['ok', 'line ok', 'press 1', 'press 1', 'line open']);
  button.signal({buzzer: true, lamp: true});
  await run(500);
  t.like(twin.body.buzzes.at(-1), {tone: 2, count: 0});
  t.is(twin.body.leds.get(0)?.permOnColour, LED_COLOURS.red);
  button.signal({buzzer: false, lamp: false});
  await run(500);
  t.like(twin.body.buzzes.at(-1), {tone: 1});
  t.is(twin.body.leds.get(0)?.permOnColour, LED_COLOURS.black);
  button.close();
  reader.close();
  clock.assertIdle();
});

test('a text becomes what a reader can show', t => {
  t.is(toAscii('A-012 ~'), 'A-012 ~');
  t.is(toAscii('Grüße, Ørsted…'), 'Grusse, Orsted...');
  t.is(toAscii('ＡＢ１：请'), 'AB1:?');
  t.is(toAscii('a\tb'), 'a?b');
});
