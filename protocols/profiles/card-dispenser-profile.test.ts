import test from 'ava';
import fc from 'fast-check';
import {
  decodeDispenserRegisters,
  dispenserCommandOf,
  dispenserCommandWrite,
  encodeDispenserRegisters,
} from './card-dispenser-profile.js';

test('a feed and a swallow are two words with a sequence number of 16 bits', t => {
  t.deepEqual(dispenserCommandWrite('feed', 7), {address: 0, values: [1, 7]});
  t.deepEqual(dispenserCommandWrite('swallow', 0x1_0002), {address: 0, values: [2, 2]});
  t.is(dispenserCommandOf(1), 'feed');
  t.is(dispenserCommandOf(2), 'swallow');
  t.is(dispenserCommandOf(0), undefined);
});

test('every status bit has its place', t => {
  const read = (status: number) => decodeDispenserRegisters([status, 20, 3, 4, 5, 6]);
  const none = {
    isReady: false,
    isEmpty: false,
    isLow: false,
    isJammed: false,
    isDoubleFeed: false,
    isCardAtMouth: false,
    stock: 20,
    sequence: 3,
    fedCount: 4,
    takenCount: 5,
    swallowedCount: 6,
  };
  t.deepEqual(read(0), none);
  t.deepEqual(read(0b000001), {...none, isReady: true});
  t.deepEqual(read(0b000010), {...none, isEmpty: true});
  t.deepEqual(read(0b000100), {...none, isLow: true});
  t.deepEqual(read(0b001000), {...none, isJammed: true});
  t.deepEqual(read(0b010000), {...none, isDoubleFeed: true});
  t.deepEqual(read(0b100000), {...none, isCardAtMouth: true});
  t.is(decodeDispenserRegisters([0, 0, 0]), undefined);
});

test('what a dispenser says is read as it was said', t => {
  const bit = fc.boolean();
  const word = fc.integer({min: 0, max: 0xffff});
  const registers = fc.record({
    isReady: bit,
    isEmpty: bit,
    isLow: bit,
    isJammed: bit,
    isDoubleFeed: bit,
    isCardAtMouth: bit,
    stock: word,
    sequence: word,
    fedCount: word,
    takenCount: word,
    swallowedCount: word,
  });
  const property = fc.property(registers, said => {
    t.deepEqual(decodeDispenserRegisters(encodeDispenserRegisters(said)), said);
  });
  t.notThrows(() => fc.assert(property));
});
