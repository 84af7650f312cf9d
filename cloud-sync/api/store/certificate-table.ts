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

  /** Connections showed them; returns those that nobody had shown before. */
  async markSeen(
    tx: CloudTransaction,
    serials: readonly string[],
    wallMs: number,
  ): Promise<ReadonlySet<string>> {
    const rows = await tx
      .updateTable('certificate')
      .set({seen_wall: wallMs})
      .where('serial', 'in', serials)
      .where('seen_wall', 'is', null)
      .returning('serial')
      .execute();
    return new Set(rows.map(({serial}) => serial));
  }

  /** Revoke what was issued to the same gateways before these, or with them. */
  async revokeOlder(
    tx: CloudTransaction,
    serials: readonly string[],
    how: {readonly why: string; readonly wallMs: number},
  ): Promise<void> {
    const {why, wallMs} = how;
    await tx
      .updateTable('certificate')
      .set({revoked_wall: wallMs, why})
      .where('revoked_wall', 'is', null)
      .where(({exists, selectFrom}) =>
        exists(
          selectFrom('certificate as newer')
            .select('newer.serial')
            .where('newer.serial', 'in', serials)
            .whereRef('newer.gw', '=', 'certificate.gw')
            .whereRef('newer.serial', '!=', 'certificate.serial')
            .whereRef('newer.issued_wall', '>=', 'certificate.issued_wall'),
        ),
      )
      .execute();
  }

  /** Revoke what the gateway holds. Returns how many. */
  async revoke(
    tx: CloudTransaction,
    gateway: string,
    how: {readonly why: string; readonly wallMs: number},
  ): Promise<number> {
    const {why, wallMs} = how;
    const {numUpdatedRows} = await tx
      .updateTable('certificate')
      .set({revoked_wall: wallMs, why})
      .where('gw', '=', gateway)
      .where('revoked_wall', 'is', null)
      .executeTakeFirstOrThrow();
    return Number(numUpdatedRows);
  }
}
