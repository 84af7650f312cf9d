import test from 'ava';
import {
  decodeTemperature,
  REFERENCE_TEMPERATURE_PROFILE,
  URM_TEMPERATURE_PROFILE,
} from './temperature-profile.js';

const read = (word: number) => decodeTemperature([word], REFERENCE_TEMPERATURE_PROFILE);

test('tenths of a degree, signed, become thousandths', t => {
  t.is(read(423), 42_300);
  t.is(read(0), 0);
  t.is(read(0xff9c), -10_000);
  t.is(decodeTemperature([251], URM_TEMPERATURE_PROFILE), 25_100);
  t.is(URM_TEMPERATURE_PROFILE.register, 6);
});

test('no probe and what no probe can say are no temperature', t => {
  t.is(read(0xffff), 'none');
  t.is(read(1251), 'none');
  t.is(read(0x8000), 'none');
  t.is(read(1250), 125_000);
  t.is(decodeTemperature([], REFERENCE_TEMPERATURE_PROFILE), undefined);
});
