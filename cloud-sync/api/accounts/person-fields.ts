import {maskEmail, maskIdNumber, maskName, maskPhone} from '../../../protocols/site/person-text.js';

/** Kinds of personal data: each has a data key of its own, and ends by a rule of its own. */
export const PERSON_KINDS = ['contact', 'identity', 'image', 'print'] as const;
export type PersonKind = (typeof PERSON_KINDS)[number];

interface FieldRule {
  readonly kind: PersonKind;
  /** May the row be found by the whole value? */
  readonly isIndexed: boolean;
  readonly mask: (value: string) => string;
}

const THERE = () => '****';

/** What is kept of a person. Images and prints are references into a media store, never the bytes. */
const FIELDS = {
  phone: {kind: 'contact', isIndexed: true, mask: maskPhone},
  name: {kind: 'contact', isIndexed: false, mask: maskName},
  email: {kind: 'contact', isIndexed: false, mask: maskEmail},
  id_type: {kind: 'identity', isIndexed: false, mask: value => value},
  id_number: {kind: 'identity', isIndexed: true, mask: maskIdNumber},
  id_image: {kind: 'image', isIndexed: false, mask: THERE},
  face_image: {kind: 'image', isIndexed: false, mask: THERE},
  evidence: {kind: 'image', isIndexed: false, mask: THERE},
  fingerprint: {kind: 'print', isIndexed: false, mask: THERE},
} as const satisfies Readonly<Record<string, FieldRule>>;

export type PersonField = keyof typeof FIELDS;
type Values = Readonly<Partial<Record<PersonField, string>>>;

export function ruleOf(field: PersonField): FieldRule {
  return FIELDS[field];
}

export function masksOf(values: Values): Values {
  const masked = Object.entries(values).map(([field, value]) => [
    field,
    FIELDS[field as PersonField].mask(value),
  ]);
  return Object.fromEntries(masked);
}

/** `陈** 138****5678`, of whatever there is of it. */
export function displayMask(masks: Values): string {
  return [masks.name, masks.phone].filter(part => part !== undefined).join(' ');
}
