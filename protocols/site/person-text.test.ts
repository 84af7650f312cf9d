import test from 'ava';
import {maskIdNumber, maskName, maskPhone, normalisePhone} from './person-text.js';

test('one phone has one form, however it is typed', t => {
  const typed = [
    ...['13800005678', '138 0000 5678', '138-0000-5678', '+86 138 0000 5678', '86 13800005678'],
    ...['008613800005678', '+86-138-0000-5678', '１３８００００５６７８', ' (+86)13800005678'],
  ];
  for (const text of typed) t.is(normalisePhone(text), '+8613800005678', text);
  t.is(normalisePhone('+86 21 6123 4567'), '+862161234567');
  t.is(normalisePhone('+44 20 7946 0958'), '+442079460958');
});

test('what is no phone is none', t => {
  const typed = [
    ...[
      '',
      '1380000567',
      '138000056789',
      '12800005678',
      '02161234567',
      '+86 12800005678',
      '+0123456',
    ],
    ...['+1234567890123456', '13800005678;--', '138\u000000005678', 'phone', '+'],
  ];
  for (const text of typed) t.is(normalisePhone(text), undefined, text);
});

test('masks show what tells two people apart, and no more', t => {
  t.is(maskPhone('+8613800005678'), '138****5678');
  t.is(maskPhone('+442079460958'), '****958');
  t.is(maskPhone('+862161234567'), '****567');
  t.is(maskName(' 陈小明'), '陈**');
  t.is(maskName('Ann Miller'), 'A**');
  t.is(maskName('𠮷田'), '𠮷**');
  t.is(maskIdNumber('11010519491231002X'), '****002X');
});
