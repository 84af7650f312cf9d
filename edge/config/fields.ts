import {z} from 'zod';

const ID = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** Whole number within `min..max`; the message says both bounds, whichever was broken. */
export function integer(min: number, max: number, sentence: string, unit?: string) {
  const error = `expected ${min}-${max}`;
  return z
    .int({error})
    .min(min, {error})
    .max(max, {error})
    .meta(unit === undefined ? {description: sentence} : {description: sentence, unit});
}

/** Duration in whole milliseconds. */
export function duration(min: number, max: number, sentence: string) {
  return integer(min, max, sentence, 'ms');
}

/** Name by which other parts of the file refer to something. */
export function identifier(sentence: string) {
  return z
    .string({error: 'expected a name'})
    .regex(ID, {error: 'expected a letter, then letters, digits, - or _, 32 at most'})
    .describe(sentence);
}

export function text(max: number, sentence: string) {
  const error = `expected text of 1-${max} characters`;
  return z.string({error}).min(1, {error}).max(max, {error}).describe(sentence);
}

export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  sentence: string,
) {
  return z.enum(words, {error: `expected one of ${words.join(', ')}`}).describe(sentence);
}

export function flag(sentence: string) {
  return z.boolean({error: 'expected true or false'}).describe(sentence);
}

/**
 * Object that takes no other keys. An `unrecognized_keys` issue does not say which keys are known, so
 * its message carries them, for `load.ts` to suggest the nearest one.
 */
export function exactly<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: issue =>
      issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : 'expected a mapping',
  });
}

type Kind = z.ZodObject<{readonly kind: z.ZodLiteral<string>} & z.core.$ZodLooseShape>;

/** One of several mappings, told apart by their `kind`. */
export function kindOf<const Kinds extends readonly [Kind, ...Kind[]]>(kinds: Kinds) {
  const names = kinds.map(({shape}) => shape.kind.value);
  return z.discriminatedUnion('kind', kinds, {error: `expected one of ${names.join(', ')}`});
}

/** List whose elements a person reads one by one. */
export function listOf<Item extends z.ZodType>(item: Item, min: number, max: number) {
  const error = `expected a list of ${min}-${max} entries`;
  return z.array(item, {error}).min(min, {error}).max(max, {error});
}

/** A secret never stands in the file: it names a file or an environment variable that holds it. */
export function secretReference(sentence: string) {
  return z
    .union(
      [
        z.strictObject({file: z.string().min(1).describe('Path, relative to the site file.')}),
        z.strictObject({env: z.string().min(1).describe('Name of an environment variable.')}),
      ],
      {error: SECRET_EXPECTATION},
    )
    .describe(sentence);
}

/** A problem with this text never quotes what stands in the file. */
export const SECRET_EXPECTATION = 'expected {file: PATH} or {env: NAME}';
