import type {UpMessages} from '../../../protocols/cloud/up-messages.js';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';

export interface SiteConfigVersion {
  readonly ver: number;
  /** SHA-256 of the text. */
  readonly sha: string;
  readonly by: string;
  readonly createdWall: number;
}

/** A site file that the cloud wants a gateway to hold. */
export interface SiteConfigRow extends SiteConfigVersion {
  readonly text: string;
  /** Hashes of the files that it may replace; none: any. */
  readonly base: readonly string[];
  readonly removing: boolean;
}

/** What the gateway said last. */
export interface SiteHeldRow extends Omit<UpMessages['site'], 'problems'> {
  readonly problems: readonly string[];
  readonly reportedWall: number;
}

const VERSION_COLUMNS = ['ver', 'sha', 'by', 'created_wall as createdWall'] as const;
/** Versions of a gateway that are kept. */
const MOST_VERSIONS = 20;

/** Site files by gateway and version, and what the gateways hold. */
export class SiteConfigTable {
  async newest(db: CloudReader, gateway: string): Promise<SiteConfigRow | undefined> {
    const row = await db
      .selectFrom('site_config')
      .select([...VERSION_COLUMNS, 'text', 'base', 'removing'])
      .where('gw', '=', gateway)
      .orderBy('ver', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && {...row, base: JSON.parse(row.base), removing: row.removing === 1};
  }

  /** Newest first. */
  versions(db: CloudReader, gateway: string): Promise<readonly SiteConfigVersion[]> {
    return db
      .selectFrom('site_config')
      .select(VERSION_COLUMNS)
      .where('gw', '=', gateway)
      .orderBy('ver', 'desc')
      .execute();
  }

  /** The gateway's row must be locked: versions are given one after the other. */
  async add(tx: CloudTransaction, gateway: string, row: SiteConfigRow): Promise<void> {
    const {ver, sha, text, by, createdWall: created_wall} = row;
    const [base, removing] = [JSON.stringify(row.base), row.removing ? 1 : 0];
    const columns = {gw: gateway, ver, sha, text, base, removing, by, created_wall};
    await tx.insertInto('site_config').values(columns).execute();
    const kept = tx.selectFrom('site_config').select('ver').where('gw', '=', gateway);
    const oldest = await kept
      .orderBy('ver', 'desc')
      .offset(MOST_VERSIONS - 1)
      .limit(1)
      .executeTakeFirst();
    if (!oldest) return;
    const older = tx.deleteFrom('site_config').where('gw', '=', gateway);
    await older.where('ver', '<', oldest.ver).execute();
  }

  async held(db: CloudReader, gateway: string): Promise<SiteHeldRow | undefined> {
    const row = await db
      .selectFrom('site_held')
      .select(['ver', 'sha', 'state', 'held', 'why', 'problems', 'reported_wall as reportedWall'])
      .where('gw', '=', gateway)
      .executeTakeFirst();
    if (!row) return undefined;
    const state = row.state as SiteHeldRow['state'];
    return {...row, state, problems: JSON.parse(row.problems)};
  }

  async setHeld(
    db: CloudReader,
    gateway: string,
    {problems, ...report}: UpMessages['site'],
    wallMs: number,
  ): Promise<void> {
    const {ver, sha, state, held, why} = report;
    const said = {ver, sha, state, held, why, problems: JSON.stringify(problems)};
    const columns = {...said, reported_wall: wallMs};
    await db
      .insertInto('site_held')
      .values({gw: gateway, ...columns})
      .onConflict(clash => clash.column('gw').doUpdateSet(columns))
      .execute();
  }
}
