import {createRoute, z} from '@hono/zod-openapi';
import {LOST_CARD_FEN} from '../../../protocols/site/stay-rules.js';
import {type Api, addOperation, needing, onceHeaders, REFUSALS, shown} from '../http/api.js';
import {type Caller, maySee} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {Ledger} from '../ledger/ledger.js';
import type {MoneyMove} from '../ledger/money-move.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {CredentialTable} from './credential-table.js';
import {credentialBody, credentialSchema} from './right-bodies.js';
import {contextOf} from './right-routes.js';
import type {RightsDesk} from './rights-desk.js';
import type {ShownCredential} from './shown-credential.js';

export interface LostCardOptions {
  readonly writer: RequestWriter;
  readonly credentials: CredentialTable;
  readonly desk: RightsDesk;
  readonly ledger: Ledger;
  readonly audit: AuditLog;
  readonly isOnline: (gateway: string) => boolean;
  readonly onGateways: (gateways: readonly string[]) => void;
}

const lost = createRoute({
  ...{method: 'post', path: '/v1/credentials/{credential}/lost', tags: ['credentials']},
  summary: 'A card is lost: it opens nothing any more, and is charged; what else one has goes on',
  ...needing('own:write'),
  request: {
    params: z.object({credential: z.string().regex(/^[0-9A-Z]{26}$/)}),
    headers: onceHeaders,
  },
  responses: {...REFUSALS, 200: shown(credentialSchema, 'Revoked, at every gateway')},
});

/** Cards that are lost; the QR code of a right takes over from them. @see requirements E46 */
export function addLostCards(api: Api, options: LostCardOptions): void {
  const {writer, credentials, desk, audit, onGateways} = options;
  addOperation(api, lost, context => {
    const caller: Caller | undefined = context.get('caller');
    if (!caller) throw new Refusal('unauthorized');
    const {credential: id} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      const known = await credentials.get(tx, caller.tenant, id);
      const card = known && mayLose(caller, known) ? await credentials.lock(tx, id) : undefined;
      if (!card) throw new Refusal('not_found');
      if (card.state === 'revoked') throw new Refusal('revoked');
      const gateways = await desk.revokeCredential(tx, card);
      await charge(tx, options, card);
      const {tenant, id: actor} = caller;
      const subject = {subject: 'credential', subjectId: id};
      await audit.note(tx, {tenant, actor, action: 'credential.lost', ...subject});
      const now = (await credentials.get(tx, tenant, id)) ?? card;
      const body = credentialBody(now, await contextOf(tx, options, [id]));
      return {status: 200, body, after: () => onGateways(gateways)};
    });
  });
}

/** A card of his own, or of a site that he looks after. */
function mayLose(caller: Caller, {kind, holder, site}: ShownCredential): boolean {
  const isHis = holder === caller.member;
  return kind === 'card' && (isHis || (caller.scopes.has('grants:write') && maySee(caller, site)));
}

/** Who has not so much owes it. */
async function charge(
  tx: CloudTransaction,
  {ledger}: LostCardOptions,
  {id, tenant, holder}: ShownCredential,
): Promise<void> {
  const to = [{account: 'house:revenue', amountFen: LOST_CARD_FEN}] as const;
  const feeFrom = (from: `member:${string}` | 'house:receivable'): MoneyMove => ({
    ...({move: 'transfer', key: `lost/${id}`, from} as const),
    ...{to, reason: 'a card was lost'},
  });
  const about = {orderId: null};
  const why = await ledger.move(tx, tenant, feeFrom(`member:${holder}`), about);
  if (why !== undefined) await ledger.move(tx, tenant, feeFrom('house:receivable'), about);
}
