import type {Generated} from 'kysely';

/** Whose sites, members and money these are: nothing of one is ever seen by another. */
export interface TenantColumns {
  id: string;
  name: string;
  /** `active` or `suspended`. */
  state: string;
  created_wall: number;
}

export interface SiteColumns {
  id: string;
  tenant: string;
  name: string;
  /** `public`, `residential`, `bath`, `stay` or `station`. */
  kind: string;
  /** IANA name. */
  zone: string;
  address: string;
  /** Degrees times 10^7; null where nobody said. */
  lat_e7: number | null;
  lng_e7: number | null;
  state: string;
  ver: Generated<number>;
  created_wall: number;
}

/** Which site a gateway serves. */
export interface SiteGatewayColumns {
  gw: string;
  tenant: string;
  site: string;
}

/** A bay, stall, room, door, barrier or vehicle. */
export interface PointColumns {
  tenant: string;
  site: string;
  /** As people call it, unique at its site: `A-012`. */
  id: string;
  kind: string;
  parent: string | null;
  /** Where it hangs; null: at no gateway. */
  gw: string | null;
  /** Of the way there: words of a sign. */
  guidance: string;
  capacity: number;
  /** `open`, `withdrawn` or `suspended`: may it be booked? */
  sale_state: string;
  owner: string | null;
  /** Under which a signed QR token can name it, as the site file has it; null: no token can. */
  number: Generated<number | null>;
  ver: Generated<number>;
}

/** A key of a program. Only the hash of its secret is here. */
export interface AccessKeyColumns {
  id: string;
  tenant: string;
  name: string;
  hash: string;
  /** JSON list. */
  scopes: string;
  /** JSON list of sites; null: all. */
  sites: string | null;
  created_wall: number;
  expires_wall: number | null;
  used_wall: number | null;
  revoked_wall: number | null;
}

/** The answer to a request with an Idempotency-Key, kept for 72 h. */
export interface AnswerColumns {
  tenant: string;
  /** Key or member that asked. */
  caller: string;
  key: string;
  fingerprint: string;
  status: number;
  /** JSON text. */
  body: string;
  created_wall: number;
}

/**
 * Something that changed, for feeds and webhooks. Written with the change itself; numbered afterwards,
 * in an order that every reader sees alike.
 */
export interface ChangeColumns {
  /** ULID. */
  id: string;
  /** Counts up per tenant without a gap; null until numbered. */
  no: number | null;
  tenant: string;
  site: string | null;
  /** Dotted: `order.paid`, `bay.changed`. */
  type: string;
  /** What it is about: `order`, `member`, and its id. */
  subject: string;
  subject_id: string;
  /** 1: it is gone; the row is its tombstone. */
  deleted: number;
  /** JSON text, thin: never a person's data. */
  data: string;
  at_wall: number;
}

/** Who did what, and why, for good. */
export interface AuditColumns {
  id: string;
  tenant: string;
  actor: string;
  action: string;
  subject: string;
  subject_id: string;
  reason: string | null;
  /** What of it: names of fields. */
  detail: string | null;
  at_wall: number;
}

export interface TenancySchema {
  tenant: TenantColumns;
  site: SiteColumns;
  site_gateway: SiteGatewayColumns;
  point: PointColumns;
  access_key: AccessKeyColumns;
  answer: AnswerColumns;
  change: ChangeColumns;
  audit: AuditColumns;
}
