import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface AnswerKey {
  readonly tenant: string;
  readonly caller: string;
  readonly key: string;
}

export interface AnswerRow {
  readonly fingerprint: string;
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

const UNANSWERED = 0;

/** Answers that were given under an Idempotency-Key. */
export class AnswerTable {
  /** False when the key is taken. */
  async claim(
    tx: CloudTransaction,
    {createdWall, ...asked}: AnswerKey & {fingerprint: string; createdWall: number},
  ): Promise<boolean> {
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('answer')
      .values({...asked, status: UNANSWERED, body: '', created_wall: createdWall})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  get(db: CloudReader, {tenant, caller, key}: AnswerKey): Promise<AnswerRow | undefined> {
    return db
      .selectFrom('answer')
      .select(['fingerprint', 'status', 'body'])
      .where('tenant', '=', tenant)
      .where('caller', '=', caller)
      .where('key', '=', key)
      .where('status', '>', UNANSWERED)
      .executeTakeFirst();
  }

  async settle(
    tx: CloudTransaction,
    {tenant, caller, key}: AnswerKey,
    {status, body}: {readonly status: number; readonly body: object},
  ): Promise<void> {
    await tx
      .updateTable('answer')
      .set({status, body: JSON.stringify(body)})
      .where('tenant', '=', tenant)
      .where('caller', '=', caller)
      .where('key', '=', key)
      .execute();
  }

  async prune(db: CloudReader, beforeWallMs: number): Promise<void> {
    await db.deleteFrom('answer').where('created_wall', '<', beforeWallMs).execute();
  }
}
