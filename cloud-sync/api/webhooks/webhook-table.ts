import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface WebhookRow {
  readonly id: string;
  readonly tenant: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly site: string | null;
  readonly state: 'active' | 'paused' | 'disabled';
  readonly why: string | null;
  /** Sealed. */
  readonly secret: string;
  readonly oldSecret: string | null;
  readonly oldUntilWall: number | null;
  readonly cursorNo: number;
  readonly restUntilWall: number;
  readonly failingSinceWall: number | null;
  readonly createdWall: number;
}

export interface MessageRow {
  readonly id: string;
  readonly webhook: string;
  readonly tenant: string;
  readonly changeId: string | null;
  readonly type: string;
  readonly body: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly nextWall: number;
  readonly createdWall: number;
  readonly doneWall: number | null;
}

export interface AttemptRow {
  readonly no: number;
  readonly atWall: number;
  readonly status: number | null;
  readonly tookMs: number;
  readonly why: string | null;
}

/** A place for which messages lie there. */
export interface WaitingRow {
  readonly webhook: string;
  readonly tenant: string;
  /** When the first of them may go. */
  readonly dueWall: number;
  readonly isFailing: boolean;
}

const WEBHOOK = [
  ...['id', 'tenant', 'url', 'types', 'site', 'state', 'why', 'secret'],
  ...['old_secret as oldSecret', 'old_until_wall as oldUntilWall', 'cursor_no as cursorNo'],
  ...['rest_until_wall as restUntilWall', 'failing_since_wall as failingSinceWall'],
  'created_wall as createdWall',
] as const;
const MESSAGE = [
  ...['id', 'webhook', 'tenant', 'change_id as changeId', 'type', 'body', 'state', 'attempts'],
  ...['next_wall as nextWall', 'created_wall as createdWall', 'done_wall as doneWall'],
] as const;

type WebhookChanges = Partial<
  Pick<
    WebhookRow,
    | 'url'
    | 'types'
    | 'state'
    | 'why'
    | 'secret'
    | 'oldSecret'
    | 'oldUntilWall'
    | 'cursorNo'
    | 'restUntilWall'
    | 'failingSinceWall'
  >
>;

/** Webhooks, their messages, and every attempt. */
export class WebhookTable {
  async add(db: CloudReader, row: WebhookRow): Promise<void> {
    const {id, tenant, url, types, site, state, why, secret} = row;
    await db
      .insertInto('webhook')
      .values({
        ...{id, tenant, url, types: JSON.stringify(types), site, state, why, secret},
        ...{old_secret: row.oldSecret, old_until_wall: row.oldUntilWall, cursor_no: row.cursorNo},
        ...{rest_until_wall: row.restUntilWall, failing_since_wall: row.failingSinceWall},
        created_wall: row.createdWall,
      })
      .execute();
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<WebhookRow | undefined> {
    const query = db.selectFrom('webhook').select(WEBHOOK).where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && rowOf(row);
  }

  async list(db: CloudReader, tenant: string): Promise<readonly WebhookRow[]> {
    const query = db.selectFrom('webhook').select(WEBHOOK).where('tenant', '=', tenant);
    return (await query.orderBy('id').execute()).map(rowOf);
  }

  /** The webhook, which no other transaction changes before the end of this one. */
  async lock(tx: CloudTransaction, id: string): Promise<WebhookRow | undefined> {
    const query = tx.updateTable('webhook').set(({ref}) => ({cursor_no: ref('cursor_no')}));
    const row = await query.where('id', '=', id).returning(WEBHOOK).executeTakeFirst();
    return row && rowOf(row);
  }

  async change(db: CloudReader, id: string, changes: WebhookChanges): Promise<void> {
    const {url, types, state, why, secret} = changes;
    await db
      .updateTable('webhook')
      .set({
        ...{url, types: types && JSON.stringify(types), state, why, secret},
        ...{old_secret: changes.oldSecret, old_until_wall: changes.oldUntilWall},
        ...{cursor_no: changes.cursorNo, rest_until_wall: changes.restUntilWall},
        failing_since_wall: changes.failingSinceWall,
      })
      .where('id', '=', id)
      .execute();
  }

  /** With all its messages. */
  async remove(tx: CloudTransaction, id: string): Promise<void> {
    const own = tx.selectFrom('webhook_message').select('id').where('webhook', '=', id);
    await tx.deleteFrom('webhook_attempt').where('message', 'in', own).execute();
    await tx.deleteFrom('webhook_message').where('webhook', '=', id).execute();
    await tx.deleteFrom('webhook').where('id', '=', id).execute();
  }

  async addMessage(db: CloudReader, message: MessageRow): Promise<void> {
    const {changeId, nextWall, createdWall, doneWall, ...same} = message;
    await db
      .insertInto('webhook_message')
      .values({
        ...{...same, change_id: changeId, next_wall: nextWall},
        ...{created_wall: createdWall, done_wall: doneWall},
      })
      .execute();
  }

  async message(db: CloudReader, webhook: string, id: string): Promise<MessageRow | undefined> {
    const query = db.selectFrom('webhook_message').select(MESSAGE).where('id', '=', id);
    const row = await query.where('webhook', '=', webhook).executeTakeFirst();
    return row as MessageRow | undefined;
  }

  /** The newest first. */
  async messages(
    db: CloudReader,
    webhook: string,
    {before, limit}: {readonly before: string | undefined; readonly limit: number},
  ): Promise<readonly MessageRow[]> {
    let query = db.selectFrom('webhook_message').select(MESSAGE).where('webhook', '=', webhook);
    if (before !== undefined) query = query.where('id', '<', before);
    const rows = await query.orderBy('id', 'desc').limit(limit).execute();
    return rows as unknown as readonly MessageRow[];
  }

  attempts(db: CloudReader, message: string): Promise<readonly AttemptRow[]> {
    return db
      .selectFrom('webhook_attempt')
      .select(['no', 'at_wall as atWall', 'status', 'took_ms as tookMs', 'why'])
      .where('message', '=', message)
      .orderBy('no')
      .execute();
  }

  /** Those for whom changes lie there that are not queued yet. */
  async behind(db: CloudReader): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('webhook')
      .select('id')
      .where('state', '=', 'active')
      .where(({exists, selectFrom}) =>
        exists(
          selectFrom('change')
            .select('change.id')
            .whereRef('change.tenant', '=', 'webhook.tenant')
            .whereRef('change.no', '>', 'webhook.cursor_no'),
        ),
      )
      .orderBy('id')
      .execute();
    return rows.map(({id}) => id);
  }

  /** For whom something lies there, and from when on it may go, the longest waiting first. */
  async waiting(db: CloudReader): Promise<readonly WaitingRow[]> {
    const rows = await db
      .selectFrom('webhook')
      .select(['id', 'tenant', 'rest_until_wall', 'failing_since_wall'])
      .select(({selectFrom}) =>
        selectFrom('webhook_message')
          .select(({fn}) => fn.min('next_wall').as('next'))
          .whereRef('webhook_message.webhook', '=', 'webhook.id')
          .where('webhook_message.state', '=', 'pending')
          .as('next'),
      )
      .where('state', '=', 'active')
      .execute();
    return rows
      .flatMap(({id: webhook, tenant, next, rest_until_wall, failing_since_wall}) => {
        if (next === null) return [];
        const dueWall = Math.max(next, rest_until_wall);
        return [{webhook, tenant, dueWall, isFailing: failing_since_wall !== null}];
      })
      .sort((a, b) => a.dueWall - b.dueWall);
  }

  /** What is to be sent to one of them at `wallMs`, the oldest first. */
  async due(
    db: CloudReader,
    webhook: string,
    {wallMs, limit}: {readonly wallMs: number; readonly limit: number},
  ): Promise<readonly MessageRow[]> {
    const query = db.selectFrom('webhook_message').select(MESSAGE).where('webhook', '=', webhook);
    const due = query.where('state', '=', 'pending').where('next_wall', '<=', wallMs);
    const rows = await due.orderBy('next_wall').orderBy('id').limit(limit).execute();
    return rows as unknown as readonly MessageRow[];
  }

  /** Take a message in hand until `untilWall`; false when another worker has. */
  async claim(db: CloudReader, message: MessageRow, untilWall: number): Promise<boolean> {
    const {numUpdatedRows} = await db
      .updateTable('webhook_message')
      .set({next_wall: untilWall})
      .where('id', '=', message.id)
      .where('state', '=', 'pending')
      .where('next_wall', '=', message.nextWall)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async addAttempt(tx: CloudTransaction, message: string, attempt: AttemptRow): Promise<void> {
    const {no, status, why, atWall: at_wall, tookMs: took_ms} = attempt;
    await tx
      .insertInto('webhook_attempt')
      .values({message, no, at_wall, status, took_ms, why})
      .onConflict(clash => clash.doNothing())
      .execute();
  }

  async setMessage(
    db: CloudReader,
    id: string,
    {
      state,
      attempts,
      nextWall,
      doneWall,
    }: Pick<MessageRow, 'state' | 'attempts' | 'nextWall' | 'doneWall'>,
  ): Promise<void> {
    const columns = {state, attempts, next_wall: nextWall, done_wall: doneWall};
    await db.updateTable('webhook_message').set(columns).where('id', '=', id).execute();
  }

  /** Of what ended before `wallMs` nobody asks any more. */
  async prune(tx: CloudTransaction, wallMs: number): Promise<void> {
    const old = tx.selectFrom('webhook_message').select('id').where('done_wall', '<', wallMs);
    await tx.deleteFrom('webhook_attempt').where('message', 'in', old).execute();
    await tx.deleteFrom('webhook_message').where('done_wall', '<', wallMs).execute();
  }
}

function rowOf(raw: object): WebhookRow {
  const row = raw as Omit<WebhookRow, 'types'> & {readonly types: string};
  return {...row, types: JSON.parse(row.types) as readonly string[]};
}
