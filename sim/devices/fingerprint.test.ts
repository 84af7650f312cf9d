import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {Fingerprint} from './fingerprint.js';

// Commands as in device notes 4.8; answers by the tables of the ZFM-20 manual, 5.4.
const HEAD = 'EF01FFFFFFFF01';
const PASSWORD = `${HEAD}0007 13 00000000 001B`;
const IMAGE = `${HEAD}0003 01 0005`;
const FEATURES = `${HEAD}0004 02 01 0008`;
const answer = (rest: string) => [`ef01ffffffff07${rest}`];

async function build() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const twin = new Fingerprint({clock});
  const ask = (hex: string) => twin.receive(fromHex(hex)).map(({bytes}) => toHex(bytes));
  const early = ask(PASSWORD);
  await clock.advance(400);
  return {twin, ask, early};
}

test('it listens only when it has started, and to nothing before its password', async t => {
  const {twin, ask, early} = await build();
  t.deepEqual(early, []);
  t.deepEqual(ask(IMAGE), answer('000321002b'));
  t.deepEqual(ask(PASSWORD), answer('000300000a'));
  t.deepEqual(ask(IMAGE), answer('000302000c'));
  twin.restart();
  t.deepEqual(ask(IMAGE), []);
});

test('a finger gives an image and features, a wet one a mess, and the first no page yet', async t => {
  const {twin, ask} = await build();
  ask(PASSWORD);
  t.deepEqual(ask(FEATURES), answer('000315001f'));
  twin.place({name: 'thumb', isWet: true});
  t.deepEqual(ask(IMAGE), answer('000300000a'));
  t.deepEqual(ask(FEATURES), answer('0003060010'));
  twin.place({name: 'thumb'});
  ask(IMAGE);
  t.deepEqual(ask(FEATURES), answer('000300000a'));
  t.deepEqual(ask(`${HEAD}0003 05 0009`), answer('00030a0014'));
  t.deepEqual(ask(`${HEAD}0006 07 02 0000 0010`), answer('00030c0016'));
  t.deepEqual(ask(`${HEAD}0003 99 009D`), answer('000301000b'));
  t.deepEqual(ask('00'), []);
});
