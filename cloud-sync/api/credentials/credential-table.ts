import type {CredentialState} from '../../../protocols/site/grant.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';
import type {SecretBox} from '../store/secret-box.js';
import type {AccessCredentialColumns} from './credentials-schema.js';
import type {CredentialFacts, CredentialKind, ShownCredential} from './shown-credential.js';

/** Where something lies, and how far its gateway is. */
export interface RightPlace {
  readonly gateway: string;
  readonly cfgVer: number;
  readonly revVer: number;
}

export interface PlaceReading extends RightPlace {
  readonly wantedVer: number;
  readonly wantedHash: string;
  readonly heldVer: number;
  readonly heldHash: string | null;
  readonly heldRev: number;
  readonly misfit: number;
  readonly seenWall: number | null;
}

type Placing = Readonly<Record<'gateway' | 'id' | 'section', string>> &
  Readonly<Record<'cfgVer' | 'revVer', number>>;

const COLUMNS = [
  ...['id', 'tenant', 'site', 'holder', 'grant_id', 'kind', 'state', 'hint', 'mark', 'sealed'],
  ...['replaced_by', 'created_wall', 'changed_wall'],
] as const;

/** So begin the names of rights to showers that a holder has for his children. */
export const OF_CHILD = 'shower/';

/** What holders show, and at which gateways it lies. */
export class CredentialTable {
  readonly #box: SecretBox;
  readonly #ofHolder = new FixedQuery(
    (db, of: {readonly tenant: string; readonly holder: string; readonly kind: string}) =>
      db
        .selectFrom('access_credential')
        .select(COLUMNS)
        .where('tenant', '=', of.tenant)
        .where('holder', '=', of.holder)
        .where('kind', '=', of.kind)
        .where('grant_id', 'is', null)
        .where('state', 'in', ['active', 'suspended'])
        .orderBy('id'),
  );
  readonly #places = new FixedQuery((db, {id}: {readonly id: string}) =>
    db
      .selectFrom('right_place')
      .select(['gw as gateway', 'cfg_ver as cfgVer', 'rev_ver as revVer'])
      .where('id', '=', id)
      .orderBy('gw'),
  );
  readonly #putPlace = new FixedQuery((db, {gateway: gw, id, section, cfgVer, revVer}: Placing) => {
    const versions = {cfg_ver: cfgVer, rev_ver: revVer};
    return db
      .insertInto('right_place')
      .values({gw, id, section, ...versions})
      .onConflict(clash => clash.columns(['id', 'gw']).doUpdateSet(versions));
  });

  constructor(box: SecretBox) {
    this.#box = box;
  }

  async add(tx: CloudTransaction, credential: ShownCredential): Promise<void> {
    await tx.insertInto('access_credential').values(this.#columns(credential)).execute();
  }

  async save(tx: CloudTransaction, credential: ShownCredential): Promise<void> {
    const {id, ...rest} = this.#columns(credential);
    await tx.updateTable('access_credential').set(rest).where('id', '=', id).execute();
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<ShownCredential | undefined> {
    const query = db.selectFrom('access_credential').selectAll().where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && this.#opened(row);
  }

  /** The credential, which no other transaction changes before the end of this one. */
  async lock(tx: CloudTransaction, id: string): Promise<ShownCredential | undefined> {
    const query = tx.updateTable('access_credential').set(({ref}) => ({state: ref('state')}));
    const row = await query.where('id', '=', id).returningAll().executeTakeFirst();
    return row && this.#opened(row);
  }

  /** In the order of `ids`. */
  async some(db: CloudReader, ids: readonly string[]): Promise<readonly ShownCredential[]> {
    if (ids.length === 0) return [];
    const query = db
      .selectFrom('access_credential')
      .selectAll()
      .where('id', 'in', [...ids]);
    const byId = new Map((await query.execute()).map(row => [row.id, this.#opened(row)]));
    return ids.flatMap(id => byId.get(id) ?? []);
  }

  /** What belongs to the holder himself, and may be used. */
  async ofHolder(
    db: CloudReader,
    tenant: string,
    holder: string,
    kind: CredentialKind,
  ): Promise<readonly ShownCredential[]> {
    const {rows} = await this.#ofHolder.run(db, {tenant, holder, kind});
    return rows.map(row => this.#opened(row));
  }

  /** A card or plate that is in use at the tenant. */
  async marked(
    db: CloudReader,
    tenant: string,
    mark: string,
  ): Promise<ShownCredential | undefined> {
    const row = await db
      .selectFrom('access_credential')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('mark', '=', mark)
      .where('state', 'in', ['active', 'suspended'])
      .executeTakeFirst();
    return row && this.#opened(row);
  }

  /** Codes for showers of a holder at a site that are live: his own, or by the name of the grant a child's. */
  async liveShowerCodes(
    tx: CloudTransaction,
    {
      tenant,
      site,
      holder,
      name,
    }: Readonly<Record<'tenant' | 'site' | 'holder', string>> & {readonly name: string | null},
  ): Promise<readonly ShownCredential[]> {
    const rows = await tx
      .selectFrom('access_credential as c')
      .innerJoin('access_grant as g', 'g.id', 'c.grant_id')
      .selectAll('c')
      .where('c.tenant', '=', tenant)
      .where('c.site', '=', site)
      .where('c.holder', '=', holder)
      .where('c.kind', '=', 'code')
      .where('c.state', 'in', ['active', 'suspended'])
      .where('g.kind', '=', 'shower')
      .where(({eb, or}) =>
        name?.startsWith(OF_CHILD)
          ? eb('g.name', '=', name)
          : or([eb('g.name', 'is', null), eb('g.name', 'not like', `${OF_CHILD}%`)]),
      )
      .orderBy('c.id')
      .execute();
    return rows.map(row => this.#opened(row));
  }

  async places(db: CloudReader, id: string): Promise<readonly RightPlace[]> {
    return (await this.#places.run(db, {id})).rows;
  }

  async putPlace(
    tx: CloudTransaction,
    section: 'grant' | 'credential',
    id: string,
    {gateway, cfgVer, revVer}: RightPlace,
  ): Promise<void> {
    await this.#putPlace.send(tx, {gateway, id, section, cfgVer, revVer});
  }

  /** How far the gateways are at which each of `ids` lies. */
  async readings(
    db: CloudReader,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly PlaceReading[]>> {
    const found = new Map<string, PlaceReading[]>(ids.map(id => [id, []]));
    if (ids.length === 0) return found;
    const rows = await db
      .selectFrom('right_place as p')
      .innerJoin('gateway as g', 'g.gw', 'p.gw')
      .select(['p.id', 'p.gw as gateway', 'p.cfg_ver as cfgVer', 'p.rev_ver as revVer'])
      .select(['g.cfg_ver as wantedVer', 'g.cfg_hash as wantedHash', 'g.held_ver as heldVer'])
      .select(['g.held_hash as heldHash', 'g.held_rev as heldRev', 'g.misfit'])
      .select('g.seen_wall as seenWall')
      .where('p.id', 'in', [...ids])
      .orderBy('p.gw')
      .execute();
    for (const {id, ...reading} of rows) found.get(id)?.push(reading);
    return found;
  }

  #columns(credential: ShownCredential): AccessCredentialColumns {
    const {id, tenant, site, holder, kind, state, hint, mark} = credential;
    return {
      ...{id, tenant, site, holder, grant_id: credential.grant, kind, state, hint, mark},
      sealed: this.#box.seal(JSON.stringify(credential.facts)),
      replaced_by: credential.replacedBy,
      ...{created_wall: credential.createdWall, changed_wall: credential.changedWall},
    };
  }

  #opened(row: AccessCredentialColumns): ShownCredential {
    const {id, tenant, site, holder, hint, mark} = row;
    return {
      ...{id, tenant, site, holder, grant: row.grant_id, hint, mark},
      ...{kind: row.kind as CredentialKind, state: row.state as CredentialState},
      facts: JSON.parse(this.#box.open(row.sealed)) as CredentialFacts,
      replacedBy: row.replaced_by,
      ...{createdWall: row.created_wall, changedWall: row.changed_wall},
    };
  }
}
