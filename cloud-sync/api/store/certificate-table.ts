import type {CloudReader, CloudTransaction} from './cloud-schema.js';

export interface CertificateRow {
  readonly serial: string;
  readonly gateway: string;
  readonly issuedWall: number;
  readonly notAfterWall: number;
  readonly seenWall: number | null;
  readonly revokedWall: number | null;
  readonly why: string | null;
}

const COLUMNS = [
  'serial',
  'gw as gateway',
  'issued_wall as issuedWall',
  'not_after_wall as notAfterWall',
  'seen_wall as seenWall',
  'revoked_wall as revokedWall',
  'why',
] as const;

/** Every certificate that was given out, and which of them are good no more. */
export class CertificateTable {
  async add(
    db: CloudReader,
    row: {
      readonly serial: string;
      readonly gateway: string;
      readonly issuedWall: number;
      readonly notAfterWall: number;
    },
  ): Promise<void> {
    const {serial, gateway: gw, issuedWall: issued_wall, notAfterWall: not_after_wall} = row;
    await db.insertInto('certificate').values({serial, gw, issued_wall, not_after_wall}).execute();
  }

  get(db: CloudReader, serial: string): Promise<CertificateRow | undefined> {
    const query = db.selectFrom('certificate').select(COLUMNS);
    return query.where('serial', '=', serial).executeTakeFirst();
  }

  /** Of one gateway, the newest first. */
  list(db: CloudReader, gateway: string): Promise<readonly CertificateRow[]> {
    return db
      .selectFrom('certificate')
      .select(COLUMNS)
      .where('gw', '=', gateway)
      .orderBy('issued_wall', 'desc')
      .limit(20)
      .execute();
  }

  /** Was one ever given to the gateway? */
  async wasGiven(db: CloudReader, gateway: string): Promise<boolean> {
    const query = db.selectFrom('certificate').select('serial').where('gw', '=', gateway);
    return (await query.limit(1).executeTakeFirst()) !== undefined;
  }

  /** Revoked ones that would otherwise still be good, for other brokers. */
  revoked(
    db: CloudReader,
    wallMs: number,
  ): Promise<readonly {readonly serial: string; readonly revokedWall: number}[]> {
    return db
      .selectFrom('certificate')
      .select(['serial', eb => eb.fn.coalesce('revoked_wall', eb.lit(0)).as('revokedWall')])
      .where('revoked_wall', 'is not', null)
      .where('not_after_wall', '>=', wallMs)
      .orderBy('serial')
      .execute();
  }

  /** A connection showed it; true when it is the first that did. */
  async markSeen(tx: CloudTransaction, serial: string, wallMs: number): Promise<boolean> {
    const {numUpdatedRows} = await tx
      .updateTable('certificate')
      .set({seen_wall: wallMs})
      .where('serial', '=', serial)
      .where('seen_wall', 'is', null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** Revoke what the gateway holds, but for the serial `except`, and of the rest only what was issued
   *  before `before`. Returns how many. */
  async revoke(
    tx: CloudTransaction,
    gateway: string,
    how: {
      readonly why: string;
      readonly wallMs: number;
      readonly except?: string;
      readonly before?: number;
    },
  ): Promise<number> {
    const {why, wallMs, except = '', before = Number.MAX_SAFE_INTEGER} = how;
    const {numUpdatedRows} = await tx
      .updateTable('certificate')
      .set({revoked_wall: wallMs, why})
      .where('gw', '=', gateway)
      .where('revoked_wall', 'is', null)
      .where('serial', '!=', except)
      .where('issued_wall', '<=', before)
      .executeTakeFirstOrThrow();
    return Number(numUpdatedRows);
  }
}
