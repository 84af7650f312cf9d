import {createRoute, z} from '@hono/zod-openapi';
import type {Clock} from '../../../protocols/base/clock.js';
import {type Api, addOperation, jsonBody, REFUSALS, shown} from '../http/api.js';
import type {RateLimit} from '../http/rate-limit.js';
import {Refusal} from '../http/refusals.js';
import {assertSeldom} from '../places/public-routes.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {AnswerCodes} from './answer-codes.js';
import {answerPage} from './answer-page.js';
import type {CallDesk} from './call-desk.js';
import {CALL_STATES} from './call-machine.js';
import type {CallNotice, CallNoticeTable} from './call-notice-table.js';
import type {CallTable} from './call-table.js';
import type {ContactTable} from './contact-table.js';
import type {NoticeTests} from './notice-tests.js';

export interface AnswerRouteOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly codes: AnswerCodes;
  readonly notices: CallNoticeTable;
  readonly contacts: ContactTable;
  readonly calls: CallTable;
  readonly desk: CallDesk;
  readonly tests: NoticeTests;
  readonly audit: AuditLog;
  readonly limit: RateLimit;
  /** After the commit: the gateway should hear who took it. */
  readonly onTaken: () => void;
}

const answer = createRoute({
  ...{method: 'post', path: '/v1/public/notice-answers', tags: ['public']},
  summary: 'Answer a notice by its code: take the call, or prove that it came; without a key',
  request: {body: jsonBody(z.strictObject({code: z.string().min(1).max(40)}))},
  responses: {
    ...REFUSALS,
    200: shown(
      z
        .object({
          kind: z.enum(['call', 'test', 'other']),
          taken: z.boolean().openapi({description: 'The call is yours; false: of somebody else'}),
          state: z.enum(CALL_STATES).nullable(),
          takenBy: z.string().nullable(),
        })
        .openapi('NoticeAnswer'),
      'Answered; the same again changes nothing',
    ),
  },
});

/** Whom notices were sent answers them. Only a POST does: a mail scanner that follows links takes no call. */
export function addAnswers(api: Api, options: AnswerRouteOptions): void {
  const {store, codes, limit, onTaken} = options;
  addOperation(api, answer, async context => {
    assertSeldom(context, limit);
    const code = codes.read(context.req.valid('json').code);
    const answered = await store.transaction(tx => answeredBy(tx, options, code));
    if (answered.kind === 'call') onTaken();
    return context.json(answered);
  });
  api.get('/a/:code', context => {
    const {html, headers} = answerPage(context.req.param('code'));
    return context.body(html, 200, headers);
  });
}

interface Answered {
  readonly kind: 'call' | 'test' | 'other';
  readonly taken: boolean;
  readonly state: (typeof CALL_STATES)[number] | null;
  readonly takenBy: string | null;
}

/** @throws Refusal `not_found` */
async function answeredBy(
  tx: CloudTransaction,
  options: AnswerRouteOptions,
  code: string,
): Promise<Answered> {
  const {codes, notices} = options;
  const notice = await notices.byMark(tx, codes.markOf(code));
  if (!notice) throw new Refusal('not_found');
  if (notice.call !== null) return takeCall(tx, options, {...notice, call: notice.call});
  const isFirst = await notices.answer(tx, notice.id, options.clock.wallMs());
  const {data, site} = notice;
  const isTest = data.kind === 'test';
  if (isTest && isFirst) await options.tests.answered(tx, site, data.isPath);
  return {kind: isTest ? 'test' : 'other', taken: false, state: null, takenBy: null};
}

async function takeCall(
  tx: CloudTransaction,
  {clock, calls, contacts, desk, notices, audit}: AnswerRouteOptions,
  notice: CallNotice & {readonly call: string},
): Promise<Answered> {
  const {call: id, tenant} = notice;
  const contact = await contacts.get(tx, tenant, notice.contact);
  // Whoever was removed takes nothing any more.
  const taker = contact && {member: contact.member, label: contact.label};
  const taken = taker && (await desk.take(tx, id, taker));
  await notices.answer(tx, notice.id, clock.wallMs());
  if (taken && contact) {
    const about = {subject: 'call', subjectId: id, detail: contact.id};
    await audit.note(tx, {tenant, actor: contact.member, action: 'call.acknowledge', ...about});
  }
  const row = taken ?? (await calls.get(tx, id));
  const isHis = contact !== undefined && row?.ackedMember === contact.member;
  const {stand} = row ?? {};
  return {
    ...{kind: 'call', taken: isHis, state: stand?.state ?? null},
    takenBy: row?.ackedBy ?? null,
  };
}
