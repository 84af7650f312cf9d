import {getConnInfo} from '@hono/node-server/conninfo';
import type {Context} from 'hono';
import type {z} from 'zod';
import {enrolmentRequestSchema} from '../../../protocols/cloud/enrolment.js';
import {isTopicSegment} from '../../../protocols/cloud/topics.js';
import type {CertificateDesk} from '../identity/certificate-desk.js';
import type {EnrolmentDesk} from '../identity/enrolment-desk.js';
import type {Api} from './api.js';
import {invalid, problem} from './problem.js';

export interface IdentityRoutes {
  readonly enrolment: EnrolmentDesk;
  readonly certificates: CertificateDesk;
}

/** What gateways ask that have no key of the interface: the code is their proof. */
export function addEnrolment(app: Api, {enrolment}: IdentityRoutes): void {
  app.post('/v1/enroll', async context => {
    const checked = enrolmentRequestSchema.safeParse(parsed(await context.req.text()));
    if (!checked.success) return invalid(context, checked.error as z.ZodError);
    const reply = await enrolment.enrol(checked.data, addressOf(context));
    if (reply.kind === 'granted') return context.json(reply.answer);
    const {status, code, title} = reply;
    return problem(context, {status, code, title});
  });
}

/** Codes and certificates, for people. */
export function addIdentities(app: Api, {enrolment, certificates}: IdentityRoutes): void {
  const named = (context: Context, act: (gateway: string) => Promise<object>) => {
    const gateway = context.req.param('gw') ?? '';
    return isTopicSegment(gateway)
      ? act(gateway).then(body => context.json(body))
      : context.notFound();
  };
  app.post('/v1/gateways/:gw/enrollment-codes', context =>
    named(context, async gateway => ({gateway, ...(await enrolment.makeCode(gateway))})),
  );
  app.get('/v1/gateways/:gw/enrollment-codes', context =>
    named(context, async gateway => ({codes: await enrolment.codes(gateway)})),
  );
  app.get('/v1/gateways/:gw/certificates', context =>
    named(context, async gateway => ({certificates: await certificates.list(gateway)})),
  );
  app.delete('/v1/gateways/:gw/certificate', context =>
    named(context, async gateway => ({revoked: await certificates.revoke(gateway, 'revoked')})),
  );
  app.get('/v1/certificates/ca', context => context.text(certificates.authority));
  app.get('/v1/certificates/revoked', async context =>
    context.text(await certificates.revocationList()),
  );
}

/** Of the other end of the socket: what a header says of it anybody can write. */
function addressOf(context: Context): string {
  const {incoming, address}: {incoming?: unknown; address?: string} = context.env ?? {};
  return (incoming ? getConnInfo(context).remote.address : address) ?? 'unknown';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
