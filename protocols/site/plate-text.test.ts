import test from 'ava';
import fc from 'fast-check';
import {matchPlate, normalisePlate, PLATE_CONFUSIONS, plateDistance} from './plate-text.js';

test('~P8 the booked plate matches, one character off is for a person, another plate is none', t => {
  const booked = ['粤B12345', '京A00001'];
  t.deepEqual(matchPlate('粤B12345', booked), {kind: 'exact', plate: '粤B12345'});
  t.deepEqual(matchPlate('粤B12346', booked), {kind: 'near', plates: ['粤B12345']});
  t.deepEqual(matchPlate('粤B1234', booked), {kind: 'near', plates: ['粤B12345']});
  t.deepEqual(matchPlate('粤B123456', booked), {kind: 'near', plates: ['粤B12345']});
  t.deepEqual(matchPlate('粤B12366', booked), {kind: 'none'});
  t.deepEqual(matchPlate('', ['', '粤']), {kind: 'none'});
});

test('an exact plate counts even where others are near', t => {
  t.deepEqual(matchPlate('粤B12345', ['粤B12346', '粤B12345']), {kind: 'exact', plate: '粤B12345'});
});

test('~E37 what cameras confuse is near and never the same', t => {
  for (const [left, right] of PLATE_CONFUSIONS) {
    t.is(plateDistance(`粤B${left}2345`, `粤B${right}2345`), 0.5);
    t.deepEqual(matchPlate(`粤B${left}2345`, [`粤B${right}2345`]), {
      kind: 'near',
      plates: [`粤B${right}2345`],
    });
  }
  t.is(matchPlate('奥BO1234', ['粤B01234']).kind, 'near');
  t.is(matchPlate('奥BO1Z34', ['粤B01234']).kind, 'none');
});

test('plates are compared without case, blanks, dots and width', t => {
  t.is(normalisePlate(' 粤b·12 345\t'), '粤B12345');
  t.is(normalisePlate('粤Ｂ１２３４５'), '粤B12345');
  t.is(normalisePlate('ab-12.cd'), 'AB12CD');
  t.is(normalisePlate('粤BO2345'), '粤BO2345');
});

test('what means "no plate" is no plate', t => {
  for (const text of ['_无_', '', '  ', '无', '无牌车', '_none_']) t.is(normalisePlate(text), '');
});

test('the distance is a distance', t => {
  const plate = fc.string({unit: fc.constantFrom('A', 'B', '8', '0', 'O', '粤'), maxLength: 8});
  fc.assert(
    fc.property(plate, plate, (left, right) => {
      const distance = plateDistance(left, right);
      t.is(distance, plateDistance(right, left));
      t.is(distance === 0, left === right);
      t.true(distance <= Math.max(left.length, right.length));
    }),
  );
});
