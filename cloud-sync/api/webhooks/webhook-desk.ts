import type {Clock, Entropy, Millis} from '../../../protocols/base/clock.js';
import {isoText} from '../../../protocols/base/iso-text.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {Caller} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {SecretBox} from '../store/secret-box.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import {targetFault} from './target-rules.js';
import {secretText} from './webhook-rules.js';
import type {MessageRow, WebhookRow, WebhookTable} from './webhook-table.js';

export interface WebhookDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly table: WebhookTable;
  readonly box: SecretBox;
  readonly audit: AuditLog;
}

/** Who asks, and whose webhooks he has: all of the tenant, or of these sites alone. */
export type WebhookOwner = Pick<Caller, 'id' | 'tenant' | 'sites'>;

export interface WebhookOrder {
  readonly url: string;
  readonly types: readonly string[];
  readonly site: string | null;
}

export interface WebhookChanges {
  readonly url?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly state?: 'active' | 'paused' | undefined;
}

const SECRET_BYTES = 32;
const MAX_WEBHOOKS = 50;
/** During a rotation both secrets sign. */
const ROTATION_MS: Millis = DAY_MS;

/** What a tenant may do with its webhooks. A secret is told once, when it is made. */
export class WebhookDesk {
  readonly #options: WebhookDeskOptions;

  constructor(options: WebhookDeskOptions) {
    this.#options = options;
  }

  /** It hears of what changes from now on. */
  async add(
    tx: CloudTransaction,
    owner: WebhookOwner,
    order: WebhookOrder,
  ): Promise<{readonly row: WebhookRow; readonly secret: string}> {
    const {clock, entropy, table, box} = this.#options;
    const {tenant, sites} = owner;
    assertTarget(order.url);
    if (!reaches({sites}, order.site)) {
      throw new Refusal('forbidden', {detail: 'this key reaches single sites only'});
    }
    if ((await table.list(tx, tenant)).length >= MAX_WEBHOOKS) {
      throw new Refusal('conflict', {detail: `a tenant has at most ${MAX_WEBHOOKS} webhooks`});
    }
    const {last} = await tx
      .selectFrom('change')
      .select(({fn}) => fn.max('no').as('last'))
      .where('tenant', '=', tenant)
      .executeTakeFirstOrThrow();
    const secret = this.#newSecret();
    const row: WebhookRow = {
      ...{id: entropy.ulid(), tenant, ...order, state: 'active', why: null},
      ...{secret: box.seal(secret), oldSecret: null, oldUntilWall: null, cursorNo: last ?? 0},
      ...{restUntilWall: 0, failingSinceWall: null, createdWall: clock.wallMs()},
    };
    await table.add(tx, row);
    await this.#writeDown(tx, owner, {action: 'create', id: row.id, detail: hostOf(row.url)});
    return {row, secret};
  }

  /** Active again after it was disabled, it starts with what failed last. */
  async change(
    tx: CloudTransaction,
    owner: WebhookOwner,
    id: string,
    {url, types, state}: WebhookChanges,
  ): Promise<WebhookRow> {
    const {table} = this.#options;
    await this.get(tx, owner, id);
    if (url !== undefined) assertTarget(url);
    const again = state === 'active' ? {why: null, failingSinceWall: null, restUntilWall: 0} : {};
    await table.change(tx, id, {
      ...(url !== undefined && {url}),
      ...(types !== undefined && {types}),
      ...(state !== undefined && {state}),
      ...again,
    });
    const fields = Object.entries({url, types, state}).filter(([, value]) => value !== undefined);
    const names = fields.map(([name]) => (name === 'state' ? `state ${state}` : name));
    await this.#writeDown(tx, owner, {action: 'update', id, detail: names.join(' ')});
    return this.get(tx, owner, id);
  }

  async remove(tx: CloudTransaction, owner: WebhookOwner, id: string): Promise<void> {
    await this.get(tx, owner, id);
    await this.#options.table.remove(tx, id);
    await this.#writeDown(tx, owner, {action: 'delete', id});
  }

  /** The new secret; the one before signs too for a day. */
  async rotate(tx: CloudTransaction, owner: WebhookOwner, id: string): Promise<string> {
    const {clock, table, box} = this.#options;
    const row = await this.get(tx, owner, id);
    const secret = this.#newSecret();
    const oldUntilWall = clock.wallMs() + ROTATION_MS;
    await table.change(tx, id, {secret: box.seal(secret), oldSecret: row.secret, oldUntilWall});
    await this.#writeDown(tx, owner, {action: 'rotate_secret', id});
    return secret;
  }

  /** Send a message once more under its own id, whatever became of it. */
  async replay(
    tx: CloudTransaction,
    owner: WebhookOwner,
    {webhook, message: id}: {readonly webhook: string; readonly message: string},
  ): Promise<MessageRow> {
    const {clock, table} = this.#options;
    await this.get(tx, owner, webhook);
    const message = await table.message(tx, webhook, id);
    if (!message) throw new Refusal('not_found');
    const again = {state: 'pending' as const, nextWall: clock.wallMs(), doneWall: null};
    await table.setMessage(tx, id, {...again, attempts: message.attempts});
    await this.#writeDown(tx, owner, {action: 'replay', id: webhook, detail: id});
    return {...message, ...again};
  }

  /** A message that tells nothing, to try the way there. */
  async test(tx: CloudTransaction, owner: WebhookOwner, id: string): Promise<MessageRow> {
    const {clock, entropy, table} = this.#options;
    const row = await this.get(tx, owner, id);
    const wallMs = clock.wallMs();
    const type = 'webhook.test';
    const body = JSON.stringify({type, timestamp: isoText(wallMs), data: {webhook: row.id}});
    const message: MessageRow = {
      ...{id: entropy.ulid(), webhook: row.id, tenant: row.tenant, changeId: null, type, body},
      ...{state: 'pending', attempts: 0, nextWall: wallMs, createdWall: wallMs, doneWall: null},
    };
    await table.addMessage(tx, message);
    await this.#writeDown(tx, owner, {action: 'test', id, detail: message.id});
    return message;
  }

  /** One for the whole tenant is nothing to who has single sites. @throws Refusal `not_found` */
  async get(db: CloudReader, owner: WebhookOwner, id: string): Promise<WebhookRow> {
    const row = await this.#options.table.get(db, owner.tenant, id);
    if (!row || !reaches(owner, row.site)) throw new Refusal('not_found');
    return row;
  }

  async list(db: CloudReader, owner: WebhookOwner): Promise<readonly WebhookRow[]> {
    const rows = await this.#options.table.list(db, owner.tenant);
    return rows.filter(({site}) => reaches(owner, site));
  }

  #writeDown(
    tx: CloudTransaction,
    {tenant, id: actor}: WebhookOwner,
    done: {readonly action: string; readonly id: string; readonly detail?: string},
  ): Promise<void> {
    const {action, id: subjectId, detail} = done;
    const what = {action: `webhook.${action}`, subject: 'webhook', subjectId, detail};
    return this.#options.audit.note(tx, {tenant, actor, ...what});
  }

  #newSecret(): string {
    return secretText(this.#options.entropy.bytes(SECRET_BYTES));
  }
}

function reaches({sites}: Pick<Caller, 'sites'>, site: string | null): boolean {
  return sites === undefined || (site !== null && sites.has(site));
}

/** The path of an address may hold a secret of its owner. */
function hostOf(url: string): string {
  return new URL(url).host;
}

function assertTarget(url: string): void {
  const fault = targetFault(url);
  if (!fault) return;
  const detail = `expected https:// and a public host name, got ${fault}`;
  throw new Refusal('invalid', {errors: [{pointer: '#/url', detail}]});
}
