import {z} from 'zod';
import {LOT_PROFILES} from '../domain/policies/profiles.js';
import {choice, exactly, identifier, integer, listOf, secretReference, text} from './fields.js';
import {linkSchema} from './link-schema.js';

const sensorSchema = z
  .discriminatedUnion(
    'from',
    [
      exactly({from: z.literal('lock')}),
      exactly({
        from: z.literal('input'),
        device: identifier('Discrete-inputs unit that the sensor is wired to.'),
        input: integer(0, 31, 'Input of that unit.'),
      }),
      exactly({
        from: z.literal('ultrasonic'),
        device: identifier('Ultrasonic sensor over the bay.'),
      }),
      exactly({from: z.literal('none')}),
    ],
    {error: 'expected one of lock, input, ultrasonic, none'},
  )
  .describe(
    "How a car is seen: the lock's own register, a wired input, a distance sensor, or not at all: then its arm is never raised from here.",
  );

/** A bay, the lock that guards it and the sensor that watches it. */
export const baySchema = exactly({
  id: identifier('Name of the bay as people call it.'),
  lock: identifier('Parking lock of the bay.'),
  sensor: sensorSchema.default({from: 'lock'}),
  camera: identifier(
    'Plate camera that sees this bay and no other: a car that is not his who was let in is told as INTRUDER.',
  ).optional(),
  number: integer(1, 65_535, 'Under which a signed QR token can name it.').optional(),
});

const common = {
  id: identifier('Name of the collector.'),
  profile: choice(
    LOT_PROFILES,
    "By whose rules it opens bays; left out, the first of the site's profiles that has bays.",
  ).optional(),
  number: integer(1, 16, 'Its place in the mask of a signed QR token.').optional(),
  codes: listOf(identifier('A scanner, a keypad, or an osdp-reader with keys.'), 0, 8)
    .default([])
    .describe('What is shown or typed here opens bays of this collector.'),
  zone: text(8, 'Zone as shown to a driver who stands elsewhere.'),
  arrow: choice(['←', '→', '↑', '↓'], 'Where to walk, as other collectors show it.').default('→'),
  bays: listOf(baySchema, 1, 64).describe('Bays of this collector; each bay has exactly one.'),
};

const readerProfileSchema = z
  .union([
    choice(['rdm6300', 'rdm6300Tag'], 'All 40 bits, or the 32 of the tag alone.'),
    exactly({
      byteOrder: choice(['msb_first', 'lsb_first'], 'Order in which the number is sent.'),
      numberBits: integer(32, 40, 'Bits of the report, from its end, that are number.').default(40),
    }),
  ])
  .describe('How this make writes its 10 digits.');

const readerSchema = z
  .union([
    exactly({
      kind: z.literal('rdm6300', {error: 'expected rdm6300'}),
      link: linkSchema,
      profile: readerProfileSchema.default('rdm6300'),
    }),
    exactly({device: identifier('An osdp-reader or a pn532.')}),
  ])
  .describe('Reader of the cards: on a port of its own, or a device of the site.');

const buttonSchema = z
  .union([
    identifier('An emergency-button on a line, a loop-button or a milesight-button.'),
    exactly({
      device: identifier('An osdp-reader.'),
      input: integer(0, 31, 'Input of that reader, from 0.'),
    }),
  ])
  .describe('Call button: a device of its own, or one wired to an OSDP reader.');

/** Reader, display and call button of a group of bays. */
export const collectorSchema = z.discriminatedUnion(
  'kind',
  [
    exactly({
      ...common,
      kind: z.literal('plain'),
      reader: readerSchema,
      display: identifier('Display on a line, of any kind; or an osdp-reader with text.'),
      button: buttonSchema,
      minCardSecurity: z
        .enum(['uid', 'proof'], {
          error: 'expected uid, for bare card numbers, which anybody can copy, or proof',
        })
        .describe(
          "What a card must show: its bare number, with the owner's explicit consent, or its sector to a pn532 that has the key.",
        ),
    }),
    exactly({
      ...common,
      kind: z.literal('smart'),
      link: linkSchema,
      key: secretReference('Key of the sealed frames: 32 bytes in hex.'),
      minCardSecurity: choice(
        ['uid', 'proof'],
        'What a card must show: its bare number, or a proof under its own secret.',
      ).default('proof'),
    }),
  ],
  {error: 'expected one of plain, smart'},
);

export type BaySiteConfig = z.output<typeof baySchema>;
export type CollectorSiteConfig = z.output<typeof collectorSchema>;
export type PlainCollectorConfig = Extract<CollectorSiteConfig, {kind: 'plain'}>;
export type Rdm6300Config = Extract<PlainCollectorConfig['reader'], {kind: 'rdm6300'}>;
