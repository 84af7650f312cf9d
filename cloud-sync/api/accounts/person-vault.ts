import {createHmac} from 'node:crypto';
import type {Entropy} from '../../../protocols/base/clock.js';
import {StoreError} from '../../../protocols/base/errors.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {seal, unseal} from '../store/sealing.js';
import {type PersonField, type PersonKind, ruleOf} from './person-fields.js';
import {proofOf, VAULT_KEY_BYTES, type VaultKeys} from './vault-keys.js';

export interface PersonOf {
  readonly tenant: string;
  readonly member: string;
}

export interface Erased {
  readonly kind: PersonKind;
  readonly fields: number;
}

type Values = Readonly<Partial<Record<PersonField, string>>>;

const REWRAPPED_AT_ONCE = 200;

/**
 * What is kept of persons: every value sealed under a random key of its person and kind, that key wrapped
 * by one that lies outside of the database. Who knows the database alone knows masks. Each seal is about
 * one row and column: a value moved to another place does not open there.
 */
export class PersonVault {
  readonly #keys: VaultKeys;
  readonly #entropy: Entropy;

  constructor(keys: VaultKeys, entropy: Entropy) {
    this.#keys = keys;
    this.#entropy = entropy;
  }

  /** At the start: are these the keys of this database?
   *  @throws StoreError `store/vault-key` when they are not */
  async begin(tx: CloudTransaction, wallMs: number): Promise<void> {
    const known = await tx.selectFrom('vault_key').select(['id', 'proof']).execute();
    if (known.length === 0) return this.setCurrent(tx, this.#keys.newestId, wallMs);
    for (const row of known) {
      if (proofOf(this.#key(row.id)) !== row.proof) throw strangeKey(row.id);
    }
  }

  /** To look a value up: equal values of one tenant and field have equal hashes, and no others. */
  blind(tenant: string, field: string, value: string): string {
    const text = ['latchkey-blind-v1', tenant, field, value].join('\0');
    return createHmac('sha256', this.#keys.indexKey).update(text).digest('hex');
  }

  async findBy(
    db: CloudReader,
    tenant: string,
    field: PersonField,
    value: string,
  ): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('person_field')
      .select('member')
      .where('tenant', '=', tenant)
      .where('field', '=', field)
      .where('blind', '=', this.blind(tenant, field, value))
      .orderBy('member')
      .limit(20)
      .execute();
    return rows.map(({member}) => member);
  }

  /** Set values; what is not named stays. The caller has locked the member. False: the phone is another
   *  member's. */
  async put(tx: CloudTransaction, of: PersonOf, values: Values, wallMs: number): Promise<boolean> {
    for (const [name, value] of Object.entries(values)) {
      const field = name as PersonField;
      const {kind, isIndexed, mask} = ruleOf(field);
      const key = await this.#dataKey(tx, of, kind, wallMs);
      await this.remove(tx, of.member, [field]);
      const {numInsertedOrUpdatedRows} = await tx
        .insertInto('person_field')
        .values({
          ...{...of, field, kind, mask: mask(value)},
          sealed: this.#seal(key, Buffer.from(value), aboutField(of, field)),
          blind: isIndexed ? this.blind(of.tenant, field, value) : null,
        })
        .onConflict(clash => clash.doNothing())
        .executeTakeFirstOrThrow();
      if ((numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
    }
    return true;
  }

  async remove(
    tx: CloudTransaction,
    member: string,
    fields: readonly PersonField[],
  ): Promise<void> {
    const query = tx.deleteFrom('person_field').where('member', '=', member);
    await query.where('field', 'in', fields).execute();
  }

  async masks(
    db: CloudReader,
    member: string,
  ): Promise<Readonly<Partial<Record<PersonField, string>>>> {
    const query = db.selectFrom('person_field').select(['field', 'mask']);
    const rows = await query.where('member', '=', member).orderBy('field').execute();
    return Object.fromEntries(rows.map(({field, mask}) => [field, mask]));
  }

  /** Whole values. Who asks for them has written down that he did.
   *  @throws StoreError `store/unseal` for a row that was changed or moved */
  async read(db: CloudReader, of: PersonOf, fields: readonly PersonField[]): Promise<Values> {
    const rows = await db
      .selectFrom('person_field as f')
      .innerJoin('person_key as k', join =>
        join.onRef('k.member', '=', 'f.member').onRef('k.kind', '=', 'f.kind'),
      )
      .select(['f.field', 'f.sealed', 'f.kind', 'k.key_id', 'k.wrapped'])
      .where('f.member', '=', of.member)
      .where('f.field', 'in', fields)
      .execute();
    const values: Partial<Record<PersonField, string>> = {};
    for (const row of rows) {
      const field = row.field as PersonField;
      const key = this.#unwrap(row.key_id, row.wrapped, of, row.kind as PersonKind);
      values[field] = this.#unseal(key, row.sealed, aboutField(of, field)).toString('utf8');
    }
    return values;
  }

  /** Destroy the data key and drop the fields; undefined: there was nothing of this kind. */
  async erase(tx: CloudTransaction, member: string, kind: PersonKind): Promise<Erased | undefined> {
    const gone = await tx
      .deleteFrom('person_field')
      .where('member', '=', member)
      .where('kind', '=', kind)
      .executeTakeFirstOrThrow();
    const keys = await tx
      .deleteFrom('person_key')
      .where('member', '=', member)
      .where('kind', '=', kind)
      .executeTakeFirstOrThrow();
    if (keys.numDeletedRows === 0n && gone.numDeletedRows === 0n) return undefined;
    return {kind, fields: Number(gone.numDeletedRows)};
  }

  /** From now on `id` wraps; waits for whoever wraps under the old one at this moment. */
  async setCurrent(tx: CloudTransaction, id: string, wallMs: number): Promise<void> {
    const proof = proofOf(this.#key(id));
    await tx.updateTable('vault_key').set({state: 'retired'}).where('id', '<>', id).execute();
    await tx
      .insertInto('vault_key')
      .values({id, state: 'current', proof, since_wall: wallMs})
      .onConflict(clash => clash.column('id').doUpdateSet({state: 'current'}))
      .execute();
  }

  /** Wrap some of what lies under other keys anew; gives how many. */
  async rewrap(tx: CloudTransaction): Promise<number> {
    const current = await this.#current(tx);
    const rows = await tx
      .selectFrom('person_key')
      .selectAll()
      .where('key_id', '<>', current)
      .orderBy('member')
      .orderBy('kind')
      .limit(REWRAPPED_AT_ONCE)
      .execute();
    for (const row of rows) {
      const [of, kind] = [{tenant: row.tenant, member: row.member}, row.kind as PersonKind];
      const dataKey = this.#unwrap(row.key_id, row.wrapped, of, kind);
      const wrapped = this.#seal(this.#key(current), dataKey, aboutKey(of, kind));
      await tx
        .updateTable('person_key')
        .set({key_id: current, wrapped})
        .where('member', '=', row.member)
        .where('kind', '=', row.kind)
        .where('wrapped', '=', row.wrapped)
        .execute();
    }
    return rows.length;
  }

  /** Forget the names of keys under which nothing lies any more. */
  async forgetRetired(tx: CloudTransaction): Promise<void> {
    await tx
      .deleteFrom('vault_key')
      .where('state', '=', 'retired')
      .where(({not, exists, selectFrom}) =>
        not(
          exists(selectFrom('person_key').select('key_id').whereRef('key_id', '=', 'vault_key.id')),
        ),
      )
      .execute();
  }

  async current(db: CloudReader): Promise<string | undefined> {
    const query = db.selectFrom('vault_key').select('id').where('state', '=', 'current');
    return (await query.executeTakeFirst())?.id;
  }

  async #dataKey(
    tx: CloudTransaction,
    of: PersonOf,
    kind: PersonKind,
    wallMs: number,
  ): Promise<Uint8Array> {
    const held = await tx
      .updateTable('person_key')
      .set({since_wall: wallMs})
      .where('member', '=', of.member)
      .where('kind', '=', kind)
      .returning(['key_id', 'wrapped'])
      .executeTakeFirst();
    if (held) return this.#unwrap(held.key_id, held.wrapped, of, kind);
    const keyId = await this.#current(tx);
    const key = this.#entropy.bytes(VAULT_KEY_BYTES);
    const wrapped = this.#seal(this.#key(keyId), key, aboutKey(of, kind));
    const row = {...of, kind, key_id: keyId, wrapped, since_wall: wallMs};
    await tx.insertInto('person_key').values(row).execute();
    return key;
  }

  /** Locks the name of the key until the end of the transaction: `setCurrent` waits for it. */
  async #current(tx: CloudTransaction): Promise<string> {
    // The second look is for the one that waited while the key was retired.
    for (let look = 0; look < 2; look += 1) {
      const lock = tx.updateTable('vault_key').set(({ref}) => ({proof: ref('proof')}));
      const found = lock.where('state', '=', 'current').returning('id');
      const row = await found.executeTakeFirst();
      if (row) return row.id;
    }
    throw strangeKey('none');
  }

  #unwrap(id: string, wrapped: string, of: PersonOf, kind: PersonKind): Uint8Array {
    return this.#unseal(this.#key(id), wrapped, aboutKey(of, kind));
  }

  #key(id: string): Uint8Array {
    const key = this.#keys.key(id);
    if (!key) throw strangeKey(id);
    return key;
  }

  #seal(key: Uint8Array, plain: Uint8Array, about: string): string {
    return Buffer.from(seal(key, plain, {entropy: this.#entropy, about})).toString('base64');
  }

  #unseal(key: Uint8Array, sealed: string, about: string): Buffer {
    try {
      return Buffer.from(unseal(key, Buffer.from(sealed, 'base64'), about));
    } catch (error) {
      const [what = '', , member = ''] = about.split('\0');
      throw new StoreError('store/unseal', `${what} of ${member} was changed`, {member}, error);
    }
  }
}

function aboutKey({tenant, member}: PersonOf, kind: PersonKind): string {
  return ['latchkey-person-key-v1', tenant, member, kind].join('\0');
}

function aboutField({tenant, member}: PersonOf, field: PersonField): string {
  return ['latchkey-person-field-v1', tenant, member, field].join('\0');
}

function strangeKey(id: string): StoreError {
  const text = `personal data lies under the vault key ${id}, which the key file does not hold`;
  return new StoreError('store/vault-key', text, {key: id});
}
