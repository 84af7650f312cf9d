import {z} from '@hono/zod-openapi';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {LAST_UNIX_MILLIS} from '../../../protocols/cloud/site-schemas.js';
import type {IsoWeekday} from '../../../protocols/site/windows.js';
import {type ListingRow, OFFERS} from './listing-table.js';
import type {Place, PublicBay, PublicLot} from './public-places.js';
import {liveBayBody, liveBaySchema, pointIdSchema, siteIdSchema} from './site-bodies.js';

const wallMs = z.int().min(0).max(LAST_UNIX_MILLIS);
const MAX_WINDOWS = 50;
const MAX_PRICE_FEN = 1_000_000_00;

const stretchSchema = z
  .strictObject({fromMs: wallMs, untilMs: wallMs})
  .refine(({fromMs, untilMs}) => fromMs < untilMs, {path: ['untilMs'], message: 'ends too early'});

const weekday = z.union([1, 2, 3, 4, 5, 6, 7].map(day => z.literal(day as IsoWeekday)));

const weeklySchema = z
  .strictObject({
    days: z.array(weekday).min(1).max(7).openapi({description: '1 is Monday'}),
    fromMinute: z.int().min(0).max(1439).openapi({description: 'Since local midnight'}),
    toMinute: z.int().min(0).max(1440).openapi({description: 'Not after `fromMinute`: next day'}),
  })
  .openapi('WeeklyWindow');

const openingsSchema = z
  .strictObject({
    single: z.array(stretchSchema).max(MAX_WINDOWS).default([]),
    weekly: z.array(weeklySchema).max(MAX_WINDOWS).default([]),
  })
  .refine(({single, weekly}) => single.length + weekly.length > 0, 'one window at least')
  .openapi('Openings');

const stayMs = z
  .int()
  .min(MINUTE_MS)
  .max(3660 * DAY_MS);
const fields = {
  openings: openingsSchema,
  priceFen: z.int().min(0).max(MAX_PRICE_FEN).openapi({description: 'Of an hour, or of a term'}),
  minStayMs: stayMs.nullable(),
  maxStayMs: stayMs.nullable(),
  termDays: z.int().min(1).max(3660).nullable().openapi({description: 'Of a lease'}),
  isPublic: z.boolean().openapi({description: 'Seen by anybody, without a key'}),
};

export const newListingSchema = z
  .strictObject({
    site: siteIdSchema,
    point: pointIdSchema,
    offer: z.enum(OFFERS).default('hourly'),
    lender: z.string().min(1).max(64).optional(),
    ownershipRef: z.string().trim().min(1).max(200),
    ...fields,
    minStayMs: fields.minStayMs.default(null),
    maxStayMs: fields.maxStayMs.default(null),
    termDays: fields.termDays.default(null),
    isPublic: fields.isPublic.default(false),
  })
  .refine(({offer, termDays}) => (offer === 'lease') === (termDays !== null), {
    path: ['termDays'],
    message: 'a lease has a term, hours have none',
  })
  .refine(({minStayMs, maxStayMs}) => (minStayMs ?? 0) <= (maxStayMs ?? LAST_UNIX_MILLIS), {
    path: ['maxStayMs'],
    message: 'shorter than the shortest stay',
  })
  .openapi('NewListing');

export const listingChangeSchema = z.strictObject(fields).partial().openapi('ListingChange');

const publicFields = {
  id: z.string(),
  site: z.string(),
  point: z.string(),
  offer: z.enum(OFFERS),
  ...fields,
  version: z.int(),
  changedMs: z.int(),
};

export const listingSchema = z
  .object({
    ...publicFields,
    lender: z.string().nullable(),
    ownershipRef: z.string(),
    state: z.enum(['live', 'withdrawn']),
    createdMs: z.int(),
  })
  .openapi('Listing');

/** Without who lends it. */
export const publicListingSchema = z.object(publicFields).openapi('PublicListing');

export const placeSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    address: z.string(),
    zone: z.string(),
    latE7: z.int().nullable(),
    lngE7: z.int().nullable(),
    distanceM: z.int(),
    freeBays: z.int(),
    priceFen: z.int().openapi({description: 'Of an hour, of the cheapest free bay'}),
    stale: z.boolean(),
    ageMs: z.int(),
  })
  .openapi('Place');

export const publicLotSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    zone: z.string(),
    version: z.string().openapi({description: 'Equal versions are equal tables'}),
    bays: z.array(
      z.object({
        bay: z.string(),
        guidance: z.string(),
        listing: z.string(),
        priceFen: z.int(),
        free: z.boolean(),
        live: liveBaySchema.omit({gateway: true, bay: true}).nullable(),
      }),
    ),
  })
  .openapi('PublicLot');

export function listingBody(listing: ListingRow) {
  const {lender, ownershipRef, state, createdWall} = listing;
  return {...publicListingBody(listing), lender, ownershipRef, state, createdMs: createdWall};
}

export function publicListingBody(listing: ListingRow) {
  const {id, site, point, offer, openings, priceFen, minStayMs, maxStayMs} = listing;
  const {termDays, isPublic, ver, changedWall} = listing;
  return {
    ...{id, site, point, offer, openings, priceFen, minStayMs, maxStayMs, termDays, isPublic},
    ...{version: ver, changedMs: changedWall},
  };
}

export function placeBody({site, isStale, ...place}: Place) {
  const {id, name, kind, address, zone, latE7, lngE7} = site;
  return {id, name, kind, address, zone, latE7, lngE7, ...place, stale: isStale};
}

export function publicLotBody({site, version, bays}: PublicLot) {
  return {id: site.id, name: site.name, zone: site.zone, version, bays: bays.map(publicBayBody)};
}

function publicBayBody({point, listing, live, isFree}: PublicBay) {
  const {gateway: _, bay: __, ...shownLive} = live ? liveBayBody(live) : NOBODY;
  return {
    ...{bay: point.id, guidance: point.guidance, listing: listing.id},
    ...{priceFen: listing.priceFen, free: isFree, live: live ? shownLive : null},
  };
}

const NOBODY = {gateway: '', bay: ''};
