import test from 'ava';
import {checkIdNumber, type IdType} from './id-number.js';

const RIGHT: readonly (readonly [IdType, string, string])[] = [
  ['resident_id', '11010519491231002X', '11010519491231002X'],
  ['resident_id', ' 110105 19491231 002x', '11010519491231002X'],
  ['resident_id', '440524188001010014', '440524188001010014'],
  ['resident_id', '34052419800101001X', '34052419800101001X'],
  ['residence_permit', '810000199408230021', '810000199408230021'],
  ['residence_permit', '830000199201300022', '830000199201300022'],
  ['foreign_permanent', '932682198501010017', '932682198501010017'],
  ['foreign_permanent', 'chn110119810101', 'CHN110119810101'],
  ['passport', 'e12345678', 'E12345678'],
  ['travel_permit', 'H1234567800', 'H1234567800'],
];

const WRONG: readonly (readonly [IdType, string, string])[] = [
  ['resident_id', '110105194912310021', 'CHECK_DIGIT'],
  ['resident_id', '110105491231002', 'OLD_NUMBER'],
  ['resident_id', '810000199408230021', 'SHAPE'],
  ['residence_permit', '11010519491231002X', 'SHAPE'],
  ['residence_permit', '840000199408230021', 'SHAPE'],
  ['resident_id', '110105194902300021', 'BIRTH_DATE'],
  ['resident_id', '110105194913310021', 'BIRTH_DATE'],
  ['resident_id', '1101051949123100', 'SHAPE'],
  ['resident_id', '', 'SHAPE'],
  ['foreign_permanent', '932682198501010016', 'CHECK_DIGIT'],
  ['passport', 'E1', 'SHAPE'],
  ['passport', 'E12345678; DROP', 'SHAPE'],
];

test('numbers on papers pass in the form in which they are kept', t => {
  for (const [type, typed, number] of RIGHT) {
    t.deepEqual(checkIdNumber(type, typed), {kind: 'ok', number}, typed);
  }
});

test('a number that cannot be is refused with the reason', t => {
  for (const [type, typed, why] of WRONG) {
    t.deepEqual(checkIdNumber(type, typed), {kind: 'wrong', why} as never, typed);
  }
});

test('every single wrong digit of a resident number is found', t => {
  const number = '34052419800101001X';
  for (const [at, digit] of [...number].entries()) {
    for (const other of '0123456789X') {
      const typed = `${number.slice(0, at)}${other}${number.slice(at + 1)}`;
      t.is(checkIdNumber('resident_id', typed).kind, other === digit ? 'ok' : 'wrong', typed);
    }
  }
});
