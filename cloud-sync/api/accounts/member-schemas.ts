import {z} from '@hono/zod-openapi';
import {checkIdNumber, ID_TYPES} from '../../../protocols/site/id-number.js';
import {normalisePhone} from '../../../protocols/site/person-text.js';
import {ROLES} from '../http/caller.js';
import {MEMBER_ROLES, MEMBER_STATUSES, type MemberRow} from './member-table.js';
import {MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS} from './password.js';
import {PERSON_KINDS, type PersonField} from './person-fields.js';

const MAX_NAME_CHARS = 64;
const MAX_REASON_CHARS = 200;
const MAX_REFERENCE_CHARS = 512;

export const wall = z.int().openapi({description: 'Milliseconds since 1970'});
export const tenantName = z.string().min(1).max(64);
const siteId = z.string().min(1).max(64);

/** As people type it; what comes out is `+8613800005678`. */
export const phoneText = z
  .string()
  .max(40)
  .transform((typed, context) => {
    const phone = normalisePhone(typed);
    if (phone !== undefined) return phone;
    context.addIssue({code: 'custom', message: 'is no phone number'});
    return z.NEVER;
  })
  .openapi({type: 'string', example: '138 0000 5678'});
const personName = z
  .string()
  .trim()
  .min(1)
  .max(MAX_NAME_CHARS)
  .regex(/^\P{Cc}+$/u);
export const reasonText = z.string().trim().min(3).max(MAX_REASON_CHARS).openapi({
  description: 'Why; kept for good beside who and when',
  example: 'guest reports a theft',
});
export const passwordText = z
  .string()
  .min(MIN_PASSWORD_CHARS)
  .max(MAX_PASSWORD_CHARS)
  .openapi({format: 'password'});

const memberRoles = z.array(z.enum(MEMBER_ROLES)).min(1).max(MEMBER_ROLES.length);

export const registerSchema = z
  .strictObject({
    phone: phoneText,
    name: personName.optional(),
    roles: memberRoles,
    site: siteId.nullable().optional(),
  })
  .openapi('NewMember');

export const editSchema = z
  .strictObject({
    phone: phoneText.optional(),
    name: personName.nullable().optional(),
    roles: memberRoles.optional(),
    site: siteId.nullable().optional(),
  })
  .openapi('MemberEdit');

const masks = z.record(z.string(), z.string()).openapi({
  description: 'What others may see of what is kept',
  example: {name: '陈**', phone: '138****5678'},
});

export const memberSchema = z
  .object({
    id: z.string(),
    site: z.string().nullable(),
    roles: z.array(z.enum(MEMBER_ROLES)),
    status: z.enum(MEMBER_STATUSES),
    displayMask: z.string().openapi({example: '陈** 138****5678'}),
    version: z.int(),
    createdMs: wall,
    changedMs: wall,
    eraseDueMs: wall.nullable(),
  })
  .openapi('Member');
export const maskedMemberSchema = memberSchema.extend({person: masks}).openapi('MaskedMember');

export function memberView(row: MemberRow): z.infer<typeof memberSchema> {
  const {id, site, roles, status, displayMask, ver, createdWall, changedWall, eraseDueWall} = row;
  return {
    ...{id, site, roles: [...roles], status, displayMask, version: ver, createdMs: createdWall},
    ...{changedMs: changedWall, eraseDueMs: eraseDueWall},
  };
}

const reference = z
  .string()
  .min(1)
  .max(MAX_REFERENCE_CHARS)
  .regex(/^\P{Cc}+$/u)
  .openapi({description: 'Where it lies in the media store; never the picture itself'});

const idDocument = z
  .strictObject({type: z.enum(ID_TYPES), number: z.string().max(40)})
  .transform((paper, context) => {
    const checked = checkIdNumber(paper.type, paper.number);
    if (checked.kind === 'ok') return {type: paper.type, number: checked.number};
    context.addIssue({code: 'custom', path: ['number'], message: checked.why});
    return z.NEVER;
  });

/** What to keep of a person besides phone and name. `email`: where notices reach him. */
export const personPutSchema = z
  .strictObject({
    email: z.email().max(200).optional(),
    idDocument: idDocument.optional(),
    idImage: reference.optional(),
    faceImage: reference.optional(),
    evidence: reference.optional(),
    fingerprint: reference.optional(),
  })
  .refine(values => Object.keys(values).length > 0, 'names nothing')
  .openapi('PersonData');

export function fieldsOf(
  put: z.infer<typeof personPutSchema>,
): Readonly<Partial<Record<PersonField, string>>> {
  const {email, idDocument: paper, idImage, faceImage, evidence, fingerprint} = put;
  return {
    ...(email !== undefined && {email}),
    ...(paper && {id_type: paper.type, id_number: paper.number}),
    ...(idImage !== undefined && {id_image: idImage}),
    ...(faceImage !== undefined && {face_image: faceImage}),
    ...(evidence !== undefined && {evidence}),
    ...(fingerprint !== undefined && {fingerprint}),
  };
}

/** How fields are called outside. */
export const FIELD_NAMES = {
  phone: 'phone',
  name: 'name',
  email: 'email',
  idType: 'id_type',
  idNumber: 'id_number',
  idImage: 'id_image',
  faceImage: 'face_image',
  evidence: 'evidence',
  fingerprint: 'fingerprint',
} as const satisfies Readonly<Record<string, PersonField>>;
export type FieldName = keyof typeof FIELD_NAMES;
export const FIELD_NAME_LIST = Object.keys(FIELD_NAMES) as [FieldName, ...FieldName[]];

export function namedFields(
  values: Readonly<Partial<Record<PersonField, string>>>,
): Record<string, string> {
  const named = FIELD_NAME_LIST.map(name => [name, values[FIELD_NAMES[name]]] as const);
  return Object.fromEntries(
    named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export const accessSchema = z
  .strictObject({
    roles: z.array(z.enum(ROLES)).min(1).max(ROLES.length),
    sites: z
      .array(siteId)
      .min(1)
      .max(200)
      .nullable()
      .openapi({description: 'The only sites that he may see; null: all of the tenant'}),
  })
  .openapi('Access');

export const retentionSchema = z
  .object({rules: z.array(z.object({kind: z.enum(PERSON_KINDS), days: z.int().nullable()}))})
  .openapi('Retention');
