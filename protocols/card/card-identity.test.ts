import test from 'ava';
import fc from 'fast-check';
import {
  type CardNumber,
  canonicalUid,
  carriedBits,
  READER_PROFILES,
  type ReaderProfile,
  reportOf,
  reverseBytes,
} from './card-identity.js';
import {teachIn} from './teach-in.js';

const hexOf = (bytes: number) =>
  fc.uint8Array({minLength: bytes, maxLength: bytes}).map(array =>
    Array.from(array, byte => byte.toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase(),
  );

function numberOf(report: string, profile: ReaderProfile): CardNumber {
  const identity = canonicalUid(report, profile);
  if (identity.kind === 'misfit') throw new TypeError(identity.why);
  return identity;
}

/*
 * The key fob of the RDM6300 vectors: read as 100086F444, printed "0008844356 134,62532".
 * 0x0086F444 = 8844356; 0x86 = 134, 0xF444 = 62532.
 */
const FOB = '100086F444';

test('the fob as read, as printed and as a 26-bit reader has it', t => {
  t.is(numberOf(FOB, READER_PROFILES.rdm6300).uid, FOB);
  t.is(numberOf(FOB, READER_PROFILES.rdm6300Tag).uid, '0086F444');
  t.is(numberOf('0008844356', READER_PROFILES.decimal10).uid, '0086F444');
  t.is(numberOf('8844356', READER_PROFILES.decimal10).uid, '0086F444');
  t.is(numberOf('134,62532', READER_PROFILES.printedFacility).uid, '86F444');
  t.is(numberOf('86f444', READER_PROFILES.wiegand26).uid, '86F444');
  t.is(reportOf(FOB, READER_PROFILES.decimal10), '0008844356');
  t.is(reportOf(FOB, READER_PROFILES.printedFacility), '134,62532');
  t.is(reportOf(FOB, READER_PROFILES.wiegand26), '86F444');
  t.is(numberOf('44F48600', READER_PROFILES.hex4Reversed).uid, '0086F444');
});

test('a 26-bit reader carries 24 bits and says so; 34 bits carry a whole number', t => {
  const short = numberOf('86F444', READER_PROFILES.wiegand26);
  t.true(short.truncated);
  t.is(short.warning, 'A 26-bit reader carries 24 bits of a card number: two cards may share one.');
  t.true(numberOf('134,62532', READER_PROFILES.printedFacility).truncated);
  const whole = numberOf('0086F444', READER_PROFILES.wiegand34);
  t.false(whole.truncated);
  t.is(whole.warning, undefined);
  t.is(reportOf('0186F444', READER_PROFILES.wiegand26), '86F444');
  t.is(reportOf('0286F444', READER_PROFILES.wiegand26), '86F444');
});

test('digits carry as many whole bytes as fit', t => {
  const decimal = (digits: number) =>
    carriedBits({byteOrder: 'msb_first', radix: 'decimal', digits});
  t.deepEqual([8, 10, 13, 17].map(decimal), [24, 32, 40, 56]);
});

test('what is no number of the profile is told in words', t => {
  const whyOf = (report: string, profile: ReaderProfile) => {
    const identity = canonicalUid(report, profile);
    return identity.kind === 'misfit' ? identity.why : identity.uid;
  };
  t.is(whyOf('', READER_PROFILES.hex4), '"" is not a hex number of at most 8 digits');
  t.regex(whyOf('0A0B0C0D0E', READER_PROFILES.hex4), /at most 8 digits/);
  t.regex(whyOf('12A', READER_PROFILES.decimal10), /not a decimal number/);
  t.is(
    whyOf('4294967296', READER_PROFILES.decimal10),
    '"4294967296" is more than 32 bits can carry',
  );
  t.regex(whyOf('256,1', READER_PROFILES.printedFacility), /such as 134,62532/);
  t.regex(whyOf('1,65536', READER_PROFILES.printedFacility), /such as/);
  t.regex(whyOf('0008844356', READER_PROFILES.printedFacility), /such as/);
  t.regex(whyOf('2000000', READER_PROFILES.wiegand26), /at most 6 digits/);
});

test('reversing twice is the number again', t => {
  fc.assert(
    fc.property(fc.nat(10).chain(hexOf), uid => {
      t.is(reverseBytes(reverseBytes(uid)), uid);
      t.is(reverseBytes(uid).length, uid.length);
    }),
  );
});

const whole: readonly [ReaderProfile, number][] = [
  [READER_PROFILES.rdm6300, 5],
  [READER_PROFILES.hex4, 4],
  [READER_PROFILES.hex4Reversed, 4],
  [READER_PROFILES.hex7, 7],
  [READER_PROFILES.decimal10, 4],
  [READER_PROFILES.decimal10Reversed, 4],
  [READER_PROFILES.wiegand34, 4],
];

test('every number comes back whole through every profile that carries it', t => {
  for (const [profile, bytes] of whole) {
    fc.assert(
      fc.property(hexOf(bytes), uid => {
        const identity = numberOf(reportOf(uid, profile), profile);
        t.deepEqual([identity.uid, identity.truncated], [uid, false]);
      }),
    );
  }
});

test('two cards that differ only above the carried bits are one to a 26-bit reader', t => {
  fc.assert(
    fc.property(hexOf(1), hexOf(1), hexOf(3), (left, right, rest) => {
      const profile = READER_PROFILES.wiegand26;
      t.is(reportOf(left + rest, profile), reportOf(right + rest, profile));
      t.true(numberOf(reportOf(left + rest, profile), profile).truncated);
    }),
  );
});

test('teach-in names reversal, decimal, facility and truncation in words', t => {
  const said = (reference: string, report: string) => teachIn(reference, report).sentence;
  t.is(said('04A1B2C3', '04a1b2c3'), 'This reader gives the number as it is, in hex.');
  t.is(
    said('04A1B2C3', 'C3B2A104'),
    'This reader gives the number with the bytes reversed, in hex.',
  );
  t.is(said('0086F444', '0008844356'), 'This reader gives the number as it is, in decimal.');
  t.is(
    said('04A1B2C3', '3283263748'),
    'This reader gives the number with the bytes reversed, in decimal.',
  );
  t.is(
    said('1186F444', '134,62532'),
    'This reader gives the number as it is, in facility and number, but only the last 3 of 4 bytes: two cards may share it.',
  );
  t.is(
    said('04A1B2C3', 'B2A104'),
    'This reader gives the number with the bytes reversed, in hex, but only the first 3 of 4 bytes: two cards may share it.',
  );
});

test('teach-in with the printed number: what the reader has more is cut off', t => {
  const printed = numberOf('0008844356', READER_PROFILES.decimal10).uid;
  const learned = teachIn(printed, FOB);
  t.true(learned.kind === 'found' && !learned.truncated);
  if (learned.kind !== 'found') return;
  t.is(numberOf(FOB, learned.profile).uid, printed);
  t.is(numberOf('1000ABCDEF', learned.profile).uid, '00ABCDEF');
});

test('teach-in owns up to what it cannot tell', t => {
  t.is(teachIn('04111104', '04111104').kind, 'ambiguous');
  t.is(teachIn('04A1B2C3', '04A1B2C4').kind, 'unknown');
  t.is(teachIn('04A1B2C3', 'hello').kind, 'unknown');
  t.is(teachIn('04A1B2C3', 'B2C3').kind, 'unknown');
  t.regex(teachIn('04A1B2C3', '04A1B2C4').sentence, /is it the same card/);
});

test('teach-in finds the way in which any reader reports any card', t => {
  const taught: readonly [ReaderProfile, number][] = [
    ...whole,
    [READER_PROFILES.wiegand26, 4],
    [{...READER_PROFILES.wiegand26, byteOrder: 'lsb_first', carries: 'first'}, 4],
    [{...READER_PROFILES.hex4, byteOrder: 'lsb_first', carries: 'last'}, 7],
  ];
  for (const [profile, bytes] of taught) {
    fc.assert(
      fc.property(hexOf(bytes), hexOf(bytes), (uid, other) => {
        const learned = teachIn(uid, reportOf(uid, profile));
        if (learned.kind === 'ambiguous') return;
        if (learned.kind === 'unknown') throw new TypeError(uid);
        // What was learned from one card holds for the next.
        const report = reportOf(other, profile);
        const known = numberOf(report, learned.profile).uid;
        t.is(known, numberOf(reportOf(other, learned.profile), learned.profile).uid);
        t.is(reportOf(other, learned.profile), report);
      }),
    );
  }
});

test('~E45 one fob has one number, whichever reader of whichever lot reads it', t => {
  const uids = [
    numberOf('0086F444', READER_PROFILES.wiegand34),
    numberOf(FOB, READER_PROFILES.rdm6300Tag),
    numberOf('0008844356', READER_PROFILES.decimal10),
    numberOf('44F48600', READER_PROFILES.hex4Reversed),
  ].map(({uid}) => uid);
  t.deepEqual([...new Set(uids)], ['0086F444']);
});
