import type {Generated} from 'kysely';

/** Somebody whom orders, grants and money know by this id alone. */
export interface MemberColumns {
  id: string;
  tenant: string;
  /** Where he belongs; null: to the whole tenant. */
  site: string | null;
  /** JSON list of what he is in business. */
  roles: string;
  /** `active`, `frozen` or `erased`. */
  status: string;
  /** What others may see of him: `陈** 138****5678`. */
  mask: string;
  ver: Generated<number>;
  created_wall: number;
  changed_wall: number;
  /** When all of the person is to be erased; null: at no set time. */
  erase_due_wall: number | null;
  erase_why: string | null;
  erase_by: string | null;
}

/** Which keys wrap the data keys of persons. The keys themselves lie outside of the database. */
export interface VaultKeyColumns {
  id: string;
  /** `current` or `retired`. */
  state: string;
  /** Tells a wrong key of the same name. */
  proof: string;
  since_wall: number;
}

/** The data key of one kind of data of one person, wrapped. Without it the fields are noise. */
export interface PersonKeyColumns {
  member: string;
  kind: string;
  tenant: string;
  /** Of the key that wraps it. */
  key_id: string;
  wrapped: string;
  /** Last change of data of this kind: retention counts from here. */
  since_wall: number;
}

export interface PersonFieldColumns {
  member: string;
  field: string;
  kind: string;
  tenant: string;
  sealed: string;
  /** Keyed hash, to find the row by the whole value; null where nobody looks it up. */
  blind: string | null;
  mask: string;
}

/** How long a tenant keeps a kind of data; null: as long as the member stays. */
export interface RetentionRuleColumns {
  tenant: string;
  kind: string;
  days: number | null;
}

/** Proof that something was erased: a chain per tenant, each row signed. */
export interface ErasureColumns {
  tenant: string;
  no: number;
  member: string;
  kind: string;
  /** How many values there were. */
  fields: number;
  rule: string;
  actor: string;
  reason: string | null;
  at_wall: number;
  h: string;
  sig: string;
}

/** That a member may log in, and what for. */
export interface LoginColumns {
  member: string;
  tenant: string;
  /** JSON list of access roles. */
  roles: string;
  /** JSON list of sites; null: all. */
  sites: string | null;
  /** `scrypt$N$r$p$SALT$HASH`; null until there is one. */
  password: string | null;
  password_wall: number | null;
  invite_hash: string | null;
  invite_until_wall: number | null;
}

/** From where a member has logged in; the network as a keyed hash. */
export interface LoginPlaceColumns {
  member: string;
  place: string;
  seen_wall: number;
}

/** Wrong tries: of a login, of a login at a known place, of an address. */
export interface LoginGuardColumns {
  key: string;
  wrong: number;
  /** 0: not locked. */
  locked_until_wall: number;
  changed_wall: number;
}

export interface PersonSessionColumns {
  id: string;
  tenant: string;
  member: string;
  hash: string;
  created_wall: number;
  used_wall: number;
  idle_ms: number;
  ends_wall: number;
}

export interface AccountsSchema {
  member: MemberColumns;
  vault_key: VaultKeyColumns;
  person_key: PersonKeyColumns;
  person_field: PersonFieldColumns;
  retention_rule: RetentionRuleColumns;
  erasure: ErasureColumns;
  login: LoginColumns;
  login_place: LoginPlaceColumns;
  login_guard: LoginGuardColumns;
  person_session: PersonSessionColumns;
}
