import {createRoute, z} from '@hono/zod-openapi';
import {enrolmentAnswerSchema, enrolmentRequestSchema} from '../../../protocols/cloud/enrolment.js';
import type {CertificateDesk} from '../identity/certificate-desk.js';
import type {EnrolmentDesk} from '../identity/enrolment-desk.js';
import {
  type Api,
  addOperation,
  callerWith,
  jsonBody,
  needing,
  REFUSALS,
  refused,
  shown,
} from './api.js';
import {problem} from './problem.js';
import {addressOf} from './request-limits.js';

export interface IdentityRoutes {
  readonly enrolment: EnrolmentDesk;
  readonly certificates: CertificateDesk;
}

const TAGS = {tags: ['identity']};
const READING = {...TAGS, ...needing('gateways:read')};
const WRITING = {...TAGS, ...needing('gateways:write')};
const params = z.object({gw: z.string()});
const wall = z.int().openapi({description: 'Milliseconds since 1970'});
const text = (description: string) => ({
  description,
  content: {'text/plain': {schema: z.string()}},
});

const enroll = createRoute({
  ...{method: 'post', path: '/v1/enroll', summary: 'Become a gateway; the code is the proof'},
  ...TAGS,
  request: {body: jsonBody(enrolmentRequestSchema)},
  responses: {
    ...REFUSALS,
    200: shown(enrolmentAnswerSchema, 'Everything that a gateway needs, under the code'),
    410: refused('The code is too old'),
  },
});

/** What gateways ask that have no key of the interface: the code is their proof. */
export function addEnrolment(app: Api, {enrolment}: IdentityRoutes): void {
  addOperation(app, enroll, async context => {
    const address = addressOf(context) ?? 'unknown';
    const reply = await enrolment.enrol(context.req.valid('json'), address);
    if (reply.kind === 'granted') return context.json(reply.answer);
    const {status, code, title} = reply;
    return problem(context, {status, code, title});
  });
}

const makeCode = createRoute({
  ...{method: 'post', path: '/v1/gateways/{gw}/enrollment-codes', summary: 'A code, good once'},
  ...WRITING,
  request: {params},
  responses: {
    ...REFUSALS,
    200: shown(z.object({gateway: z.string(), code: z.string(), expiresMs: wall}), 'Shown once'),
  },
});

const codeView = z.object({
  id: z.string(),
  state: z.enum(['open', 'used', 'expired', 'locked']),
  createdMs: wall,
  expiresMs: wall,
  wrongTries: z.int(),
});
const codes = createRoute({
  ...{method: 'get', path: '/v1/gateways/{gw}/enrollment-codes', summary: 'The last 20 codes'},
  ...READING,
  request: {params},
  responses: {...REFUSALS, 200: shown(z.object({codes: z.array(codeView)}), 'The newest first')},
});

const certificateView = z.object({
  serial: z.string(),
  gateway: z.string(),
  issuedWall: wall,
  notAfterWall: wall,
  seenWall: wall.nullable(),
  revokedWall: wall.nullable(),
  why: z.string().nullable(),
});
const given = createRoute({
  ...{method: 'get', path: '/v1/gateways/{gw}/certificates', summary: 'What was given out'},
  ...READING,
  request: {params},
  responses: {...REFUSALS, 200: shown(z.object({certificates: z.array(certificateView)}), 'All')},
});

const takeAway = createRoute({
  ...{method: 'delete', path: '/v1/gateways/{gw}/certificate', summary: 'Take the identity away'},
  ...WRITING,
  request: {params},
  responses: {...REFUSALS, 200: shown(z.object({revoked: z.int()}), 'How many were good')},
});

const authority = createRoute({
  ...{method: 'get', path: '/v1/certificates/ca', summary: 'Certificate of the authority'},
  ...READING,
  responses: {...REFUSALS, 200: text('PEM')},
});

const revoked = createRoute({
  ...{method: 'get', path: '/v1/certificates/revoked', summary: 'Revocation list'},
  ...READING,
  responses: {...REFUSALS, 200: text('PEM')},
});

/** Codes and certificates, for people. Who may see the gateway was found out before. */
export function addIdentities(app: Api, {enrolment, certificates}: IdentityRoutes): void {
  addOperation(app, makeCode, async context => {
    const {gw: gateway} = context.req.valid('param');
    return context.json({gateway, ...(await enrolment.makeCode(gateway))});
  });
  addOperation(app, codes, async context =>
    context.json({codes: await enrolment.codes(context.req.valid('param').gw)}),
  );
  addOperation(app, given, async context =>
    context.json({certificates: await certificates.list(context.req.valid('param').gw)}),
  );
  addOperation(app, takeAway, async context => {
    const {gw} = context.req.valid('param');
    return context.json({revoked: await certificates.revoke(gw, 'revoked')});
  });
  addOperation(app, authority, context => {
    callerWith(context, 'gateways:read');
    return context.text(certificates.authority);
  });
  addOperation(app, revoked, async context => {
    callerWith(context, 'gateways:read');
    return context.text(await certificates.revocationList());
  });
}
