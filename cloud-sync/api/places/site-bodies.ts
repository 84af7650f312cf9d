import {z} from '@hono/zod-openapi';
import {admissionAt} from '../../../protocols/site/lot-kind.js';
import {POINT_KINDS, type PointRow, SITE_KINDS, type SiteRow} from '../tenancy/site-table.js';
import type {BayMoment} from './bay-history.js';
import type {LiveBay} from './live-bays.js';
import {isZone} from './zones.js';

export const siteIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/)
  .openapi({description: 'As the site file of its gateways says', example: 'lot-1'});
/** As people call it; any letters. */
export const pointIdSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}/]+$/u)
  .openapi({example: 'A-012'});
const gatewayName = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
const words = z.string().max(200);

const siteFields = {
  name: z.string().trim().min(1).max(100),
  kind: z.enum(SITE_KINDS),
  zone: z.string().max(64).refine(isZone, 'no IANA time zone').openapi({example: 'Asia/Shanghai'}),
  address: words,
  latE7: z.int().min(-900_000_000).max(900_000_000).nullable(),
  lngE7: z.int().min(-1_800_000_000).max(1_800_000_000).nullable(),
};

export const newSiteSchema = z
  .strictObject({
    id: siteIdSchema.optional().openapi({
      description:
        'As the site file of its gateways says; one namespace for all tenants of this cloud, so a ' +
        'name may be taken by somebody you do not know. Left out: one is made that nobody has',
    }),
    ...siteFields,
    address: words.default(''),
    latE7: siteFields.latE7.default(null),
    lngE7: siteFields.lngE7.default(null),
  })
  .refine(({latE7, lngE7}) => (latE7 === null) === (lngE7 === null), {
    path: ['lngE7'],
    message: 'latitude and longitude belong together',
  })
  .openapi('NewSite');

export const siteChangeSchema = z
  .strictObject({...siteFields, state: z.enum(['active', 'suspended'])})
  .partial()
  .openapi('SiteChange');

export const siteSchema = z
  .object({
    id: z.string(),
    ...siteFields,
    zone: z.string(),
    state: z.enum(['active', 'suspended']),
    outsiders: z
      .enum(['ordinary', 'refused'])
      .openapi({description: 'What a car without a booking finds at the barrier'}),
    version: z.int(),
    createdMs: z.int(),
  })
  .openapi('Site');

const pointFields = {
  parent: pointIdSchema.nullable().openapi({description: 'Of a vehicle: the bay it stands in'}),
  gateway: gatewayName.nullable(),
  guidance: words,
  capacity: z.int().min(1).max(10_000),
  owner: z.string().min(1).max(64).nullable().openapi({description: 'Member; null: the lot'}),
  number: z
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .openapi({description: 'Under which a signed QR token can name it, as in the site file'}),
};

export const newPointSchema = z
  .strictObject({
    id: pointIdSchema,
    kind: z.enum(POINT_KINDS),
    parent: pointFields.parent.default(null),
    gateway: pointFields.gateway.default(null),
    guidance: words.default(''),
    capacity: pointFields.capacity.default(1),
    owner: pointFields.owner.default(null),
    number: pointFields.number.default(null),
  })
  .openapi('NewPoint');

export const pointChangeSchema = z
  .strictObject({...pointFields, saleState: z.enum(['open', 'withdrawn', 'suspended'])})
  .partial()
  .openapi('PointChange');

export const pointSchema = z
  .object({
    site: z.string(),
    id: z.string(),
    kind: z.enum(POINT_KINDS),
    ...pointFields,
    parent: z.string().nullable(),
    saleState: z.enum(['open', 'withdrawn', 'suspended']),
    version: z.int(),
  })
  .openapi('Point');

export const liveBaySchema = z
  .object({
    bay: z.string(),
    gateway: z.string(),
    arm: z.string(),
    occupancy: z.string(),
    online: z.boolean(),
    saleable: z.boolean(),
    changedMs: z.int(),
    stale: z.boolean().openapi({description: 'The gateway is not heard of: it may be otherwise'}),
    ageMs: z.int().openapi({description: 'Since the gateway was heard of last'}),
  })
  .openapi('LiveBay');

export const bayMomentSchema = z
  .object({
    id: z.string(),
    arm: z.string(),
    occupancy: z.string(),
    online: z.boolean(),
    saleable: z.boolean(),
    fromMs: z.int(),
    clk: z.string(),
  })
  .openapi('BayMoment');

export function siteBody({tenant: _, ver, createdWall, ...site}: SiteRow) {
  const isHome = site.kind === 'residential';
  const outsiders = admissionAt(isHome ? 'residential' : 'public', false);
  return {...site, outsiders, version: ver, createdMs: createdWall};
}

export function pointBody({ver, ...point}: PointRow) {
  return {...point, version: ver};
}

export function liveBayBody({site: _, changedWall, isStale, ...bay}: LiveBay) {
  return {...bay, changedMs: changedWall, stale: isStale};
}

export function momentBody({gateway, epochNo, seq, wall, ...moment}: BayMoment) {
  return {id: `${gateway}/${epochNo}/${seq}`, ...moment, fromMs: wall};
}
