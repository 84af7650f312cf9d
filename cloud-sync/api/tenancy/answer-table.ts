import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';

export interface AnswerKey {
  readonly tenant: string;
  readonly caller: string;
  readonly key: string;
}

type Asked = Readonly<Record<keyof AnswerKey, string>>;

export interface AnswerRow {
  readonly fingerprint: string;
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

const UNANSWERED = 0;

/** Answers that were given under an Idempotency-Key. */
export class AnswerTable {
  readonly #claim = new FixedQuery(
    (db, asked: Asked & {readonly fingerprint: string; readonly createdWall: number}) =>
      db
        .insertInto('answer')
        .values({
          ...{tenant: asked.tenant, caller: asked.caller, key: asked.key},
          ...{fingerprint: asked.fingerprint, status: UNANSWERED, body: ''},
          created_wall: asked.createdWall,
        })
        .onConflict(clash => clash.doNothing()),
  );
  readonly #settle = new FixedQuery(
    (db, answer: Asked & {readonly status: number; readonly body: string}) =>
      db
        .updateTable('answer')
        .set({status: answer.status, body: answer.body})
        .where('tenant', '=', answer.tenant)
        .where('caller', '=', answer.caller)
        .where('key', '=', answer.key),
  );

  /** False when the key is taken. */
  async claim(
    tx: CloudTransaction,
    {createdWall, ...asked}: AnswerKey & {fingerprint: string; createdWall: number},
  ): Promise<boolean> {
    const {tenant, caller, key, fingerprint} = asked;
    const row = {tenant, caller, key, fingerprint, createdWall};
    const {numAffectedRows} = await this.#claim.run(tx, row);
    return (numAffectedRows ?? 0n) > 0n;
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
    await this.#settle.send(tx, {tenant, caller, key, status, body: JSON.stringify(body)});
  }

  async prune(db: CloudReader, beforeWallMs: number): Promise<void> {
    await db.deleteFrom('answer').where('created_wall', '<', beforeWallMs).execute();
  }
}
