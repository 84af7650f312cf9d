import test from 'ava';
import {toHex} from '../base/bytes.js';
import {encodeRequestPdu} from '../modbus/pdu.js';
import {encodeFrame} from '../modbus/rtu-frame.js';
import {
  decodeDistance,
  distanceRead,
  encodeDistance,
  triggerWrite,
  URM13_PROFILE,
  URM14_PROFILE,
} from './ultrasonic-profile.js';

test('the published frame that reads a URM14: 0C 03 0005 0001 9516', t => {
  const {factoryUnit} = URM14_PROFILE;
  const request = {kind: 'read', functionCode: 3, ...distanceRead(URM14_PROFILE)} as const;
  t.is(toHex(encodeFrame(factoryUnit, encodeRequestPdu(request))), '0c03000500019516');
});

test('a unit is 0.1 mm in a URM14 and 1 cm in a URM13; FFFF is no echo', t => {
  t.is(decodeDistance([23_456], URM14_PROFILE), 2345);
  t.is(decodeDistance([215], URM13_PROFILE), 2150);
  for (const profile of [URM13_PROFILE, URM14_PROFILE]) {
    t.is(decodeDistance([0xffff], profile), 'none');
    t.is(decodeDistance([], profile), undefined);
  }
});

test('a sensor answers what is read, and beyond its range nothing', t => {
  for (const profile of [URM13_PROFILE, URM14_PROFILE]) {
    t.is(decodeDistance([encodeDistance(2150, profile)], profile), 2150);
    t.is(encodeDistance('none', profile), 0xffff);
  }
  t.is(encodeDistance(9000, URM14_PROFILE), 0xffff);
});

test('a trigger sets triggered measuring and the trigger itself', t => {
  t.deepEqual(triggerWrite(URM14_PROFILE), {address: 8, value: 0x000c});
});
