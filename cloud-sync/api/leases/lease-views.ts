import {z} from '@hono/zod-openapi';
import type {AgreementRow, AgreementText, LeaseRow} from './agreement-table.js';
import {LANGUAGES} from './agreement-table.js';
import {type LeaseData, readLease} from './lease-data.js';

const fen = z.int().openapi({description: 'Whole fen'});
const wall = z.int().openapi({description: 'Milliseconds since 1970'});
const consent = z.object({by: z.string(), atMs: wall}).nullable();

export const textSchema = z
  .object({
    version: z.int(),
    language: z.enum(LANGUAGES),
    text: z.string(),
    depositFen: fen,
    lenderPercent: z.int(),
    overtimePercent: z.int(),
    createdMs: wall,
  })
  .openapi('AgreementText');

export const agreementSchema = z
  .object({
    id: z.string(),
    lease: z.string(),
    site: z.string(),
    tenant: z.string().openapi({description: 'The member who takes the bay'}),
    lender: z.string().nullable().openapi({description: 'Null: the lot itself'}),
    state: z.enum(['proposed', 'agreed', 'refused', 'lapsed', 'withdrawn']),
    textVersion: z.int(),
    text: z.string().openapi({description: 'As both are shown it'}),
    textSha256: z.string().openapi({description: 'Of `text` in UTF-8: what a consent repeats'}),
    consents: z.object({tenant: consent, lender: consent}),
    proposedMs: wall,
  })
  .openapi('Agreement');

export const leaseSchema = z
  .object({
    id: z.string(),
    site: z.string(),
    point: z.string(),
    tenant: z.string(),
    lender: z.string().nullable(),
    state: z.string(),
    fromMs: wall,
    untilMs: wall,
    depositFen: fen,
    terms: z.array(
      z.object({
        fromMs: wall,
        untilMs: wall,
        priceFen: fen.openapi({description: 'Of one whole term'}),
        termMs: z.int(),
        amountFen: fen.openapi({description: 'Of this time, held until the lease ends'}),
      }),
    ),
    offer: z
      .object({agreement: z.string(), untilMs: wall, lapsesMs: wall})
      .nullable()
      .openapi({description: 'What both are asked to agree on, or have not paid yet'}),
    overtimeMs: z.number(),
    chargedFen: fen,
    owedFen: fen,
    note: z.string().nullable(),
  })
  .openapi('Lease');

export function textView(row: AgreementText): z.infer<typeof textSchema> {
  const {ver: version, createdWall: createdMs, ...same} = row;
  return {version, createdMs, ...same};
}

export function agreementView(row: AgreementRow): z.infer<typeof agreementSchema> {
  const {id, order: lease, site, holder: tenant, lender, state, consents, body: text} = row;
  return {
    ...{id, lease, site, tenant, lender, state, consents, text},
    ...{textVersion: row.textVer, textSha256: row.sha256, proposedMs: row.proposedWall},
  };
}

export function leaseView(row: Omit<LeaseRow, 'lender'>): z.infer<typeof leaseSchema> {
  const {id, site, holder: tenant, state} = row;
  const data: LeaseData = readLease(JSON.parse(row.data));
  const {point, lender, fromMs, untilMs, depositFen, offer, note} = data;
  return {
    ...{id, site, point, tenant, lender, state, fromMs, untilMs, depositFen, note},
    terms: data.terms.map(term => ({
      ...{fromMs: term.fromMs, untilMs: term.untilMs, amountFen: term.heldFen},
      ...{priceFen: term.rate.priceFen, termMs: term.rate.termMs},
    })),
    offer: offer && {
      ...{agreement: offer.agreement, untilMs: offer.term.untilMs, lapsesMs: offer.lapsesMs},
    },
    ...{overtimeMs: data.overtimeMs, chargedFen: data.chargedFen, owedFen: data.owedFen},
  };
}
