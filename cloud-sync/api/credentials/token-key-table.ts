import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {SecretBox} from '../store/secret-box.js';

export interface TokenKey {
  readonly tenant: string;
  readonly kid: number;
  readonly publicHex: string;
  readonly createdWall: number;
  /** When the last token ends that it has signed; 0: it has signed none. */
  readonly lastUntil: number;
}

export interface TokenKeyPlace {
  readonly gateway: string;
  readonly kid: number;
  /** The gateway holds the key. */
  readonly isHeld: boolean;
}

const COLUMNS = [
  ...['tenant', 'kid', 'public_hex as publicHex', 'created_wall as createdWall'],
  'last_until as lastUntil',
] as const;

/** Keys that sign the QR tokens of a tenant, seeds sealed, and which gateways were given them. */
export class TokenKeyTable {
  readonly #box: SecretBox;

  constructor(box: SecretBox) {
    this.#box = box;
  }

  async add(
    tx: CloudTransaction,
    key: Omit<TokenKey, 'lastUntil'> & {readonly seedHex: string},
  ): Promise<void> {
    const {tenant, kid, publicHex: public_hex, createdWall: created_wall, seedHex} = key;
    const sealed = this.#box.seal(seedHex);
    await tx
      .insertInto('token_key')
      .values({tenant, kid, public_hex, created_wall, sealed, last_until: 0})
      .execute();
  }

  /** The newest first. */
  async live(db: CloudReader, tenant: string): Promise<readonly TokenKey[]> {
    const query = db.selectFrom('token_key').select(COLUMNS).where('tenant', '=', tenant);
    const rows = await query.orderBy('created_wall', 'desc').orderBy('kid', 'desc').execute();
    return rows as unknown as readonly TokenKey[];
  }

  async seedHex(db: CloudReader, tenant: string, kid: number): Promise<string | undefined> {
    const query = db.selectFrom('token_key').select('sealed').where('tenant', '=', tenant);
    const row = await query.where('kid', '=', kid).executeTakeFirst();
    return row && this.#box.open(row.sealed);
  }

  async signedUntil(
    tx: CloudTransaction,
    {tenant, kid}: {readonly tenant: string; readonly kid: number},
    untilWall: number,
  ): Promise<void> {
    await tx
      .updateTable('token_key')
      .set({last_until: untilWall})
      .where('tenant', '=', tenant)
      .where('kid', '=', kid)
      .where('last_until', '<', untilWall)
      .execute();
  }

  async remove(tx: CloudTransaction, tenant: string, kid: number): Promise<void> {
    await tx
      .deleteFrom('token_key_place')
      .where('tenant', '=', tenant)
      .where('kid', '=', kid)
      .execute();
    const query = tx.deleteFrom('token_key').where('tenant', '=', tenant);
    await query.where('kid', '=', kid).execute();
  }

  async tenants(db: CloudReader): Promise<readonly string[]> {
    const rows = await db.selectFrom('token_key').select('tenant').distinct().execute();
    return rows.map(({tenant}) => tenant);
  }

  async gateways(db: CloudReader, tenant: string): Promise<readonly string[]> {
    const query = db.selectFrom('site_gateway').select('gw').where('tenant', '=', tenant);
    return (await query.orderBy('gw').execute()).map(({gw}) => gw);
  }

  async places(db: CloudReader, tenant: string): Promise<readonly TokenKeyPlace[]> {
    const rows = await db
      .selectFrom('token_key_place as p')
      .innerJoin('gateway as g', 'g.gw', 'p.gw')
      .select(['p.gw as gateway', 'p.kid', 'p.cfg_ver as cfgVer', 'g.held_ver as heldVer'])
      .where('p.tenant', '=', tenant)
      .orderBy('p.gw')
      .execute();
    return rows.map(({gateway, kid, cfgVer, heldVer}) => ({
      ...{gateway, kid},
      isHeld: heldVer >= cfgVer,
    }));
  }

  async putPlace(
    tx: CloudTransaction,
    place: {readonly tenant: string; readonly gateway: string; readonly kid: number},
    cfgVer: number,
  ): Promise<void> {
    const {tenant, gateway: gw, kid} = place;
    await tx
      .insertInto('token_key_place')
      .values({tenant, gw, kid, cfg_ver: cfgVer})
      .onConflict(clash => clash.columns(['gw', 'kid']).doUpdateSet({tenant, cfg_ver: cfgVer}))
      .execute();
  }
}
