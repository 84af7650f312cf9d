import type {ColumnType, Generated, Kysely, Transaction} from 'kysely';
import type {AccountsSchema} from '../accounts/accounts-schema.js';
import type {BathSchema} from '../bath/bath-schema.js';
import type {BookingsSchema} from '../bookings/bookings-schema.js';
import type {CallsSchema} from '../calls/calls-schema.js';
import type {CredentialsSchema} from '../credentials/credentials-schema.js';
import type {LeasesSchema} from '../leases/leases-schema.js';
import type {LedgerSchema} from '../ledger/ledger-schema.js';
import type {OrderSchema} from '../orders/order-schema.js';
import type {PaymentSchema} from '../payments/payment-schema.js';
import type {PlacesSchema} from '../places/places-schema.js';
import type {TenancySchema} from '../tenancy/tenancy-schema.js';
import type {WebhookSchema} from '../webhooks/webhook-schema.js';

/** A column with a default in the database. */
type Counter = Generated<number>;
/** 32 bytes, read as a Buffer. */
type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>;

/*
 * The cloud's tables, the same on SQLite and PostgreSQL. Numbers are whole unless said otherwise: a
 * time is UTC in milliseconds (`..._wall`), a flag 0 or 1. Texts compare by bytes.
 */

/** One row per gateway. `cfg_*`: grants as the cloud wants them; `held_*`: as the gateway said last. */
export interface GatewayColumns {
  gw: string;
  boot: string | null;
  firmware: string | null;
  seen_wall: number | null;
  cfg_ver: Counter;
  cfg_hash: string;
  held_ver: Counter;
  held_hash: string | null;
  /** Changes did not lead to the promised state: it needs the whole. */
  misfit: Counter;
  rev_ver: Counter;
  held_rev: Counter;
  command_n: Counter;
}

/** One numbering of a gateway. */
export interface EpochColumns {
  gw: string;
  no: number;
  epoch: string;
  /** Highest sequence number without a gap below it. */
  known: number;
  /** Chain hash after `known`; null when it cannot be known (rows before it are gone). */
  known_h: Bytes | null;
  /** Highest number of a chained event here; a gap is open while it is beyond `known`. */
  chained: number;
  /** Lowest number stored beyond `known`, chained or early; null when there is none. */
  beyond: number | null;
  gap_since_wall: number | null;
  gap_asked_wall: number | null;
  started_wall: number;
}

/** What a gateway wrote into one event. */
interface EventFields {
  gw: string;
  epoch_no: number;
  seq: number;
  kind: string;
  boot: string;
  /** Milliseconds with fractions. */
  mono: number;
  wall: number;
  clk: string;
  /** JSON text as the gateway hashed it. */
  body: string;
  received_wall: number;
}

export interface EventColumns extends EventFields {
  /** Null for an early copy whose batch has not come yet. */
  h: Bytes | null;
}

/** Claims a number that another event holds. */
export interface ConflictColumns extends EventFields {
  /** SHA-256 of the claim in hex: the same claim is kept once. */
  claim: string;
}

/** Says again what is here under an earlier epoch: kept for the chain, shown to nobody. */
export interface CopyColumns {
  gw: string;
  epoch_no: number;
  seq: number;
}

/** Where an event stood first that was carried over, maybe more than once. */
export interface OriginColumns {
  gw: string;
  epoch_no: number;
  seq: number;
  first_epoch: string;
  first_seq: number;
  /** Its chain hash there. */
  first_h: Uint8Array;
}

export interface GapColumns {
  gw: string;
  epoch_no: number;
  from_seq: number;
  to_seq: number;
  why: string;
  marked_wall: number;
}

export interface FaultColumns {
  gw: string;
  kind: string;
  raised_wall: number;
  detail: string;
}

/** Views carry the place of the event they come from, and never go back to an older one. */
interface ViewFields {
  gw: string;
  changed_wall: number;
  epoch_no: number;
  seq: number;
}

export interface BayColumns extends ViewFields {
  bay: string;
  arm: string;
  occupancy: string;
  online: number;
  saleable: number;
}

export interface AlarmColumns extends ViewFields {
  alarm: string;
  kind: string;
  state: string;
  bay: string | null;
  collector: string | null;
  count: number;
  contact: string | null;
  person: string | null;
  note: string | null;
}

/** Sealed: rows hold card secrets. */
export interface GrantRowColumns {
  gw: string;
  section: string;
  id: string;
  row: string;
  lease_until: number | null;
  /** Whose it is. */
  holder: string | null;
  /** State of a grant that a freeze of its holder suspended; null: none did. */
  frozen: string | null;
}

export interface GrantChangeColumns {
  gw: string;
  ver: number;
  /** Sealed. */
  op: string;
  hash: string;
}

export interface RevocationColumns {
  gw: string;
  id: string;
  ver: number;
  wall: number;
  /** When the grant would have ended by itself; null: a card, which never does. */
  ends_wall: ColumnType<number | null, number | null | undefined, number | null>;
}

export interface CommandColumns {
  id: string;
  tenant: string;
  site: string;
  point: string;
  gw: string;
  bay: string;
  kind: string;
  by: string;
  reason: string;
  /** The shower that a stop is meant for. */
  use_id: string | null;
  ttl_ms: number;
  trace: string;
  state: string;
  why: string | null;
  due_wall: number | null;
  session: string | null;
  created_wall: number;
  sent_wall: number | null;
  delivered_wall: number | null;
  closed_wall: number | null;
  /** Where the journal stood when a later connection began: epoch and head. */
  journal_epoch: string | null;
  journal_head: number | null;
}

export interface ApiKeyColumns {
  hash: string;
  name: string;
  created_wall: number;
}

/** A site file that the cloud wants a gateway to hold. */
export interface SiteConfigColumns {
  gw: string;
  ver: number;
  sha: string;
  text: string;
  /** JSON list of hashes. */
  base: string;
  removing: number;
  by: string;
  created_wall: number;
}

/** What a gateway said last of its site file. */
export interface SiteHeldColumns {
  gw: string;
  ver: number;
  sha: string;
  state: string;
  held: string;
  why: string | null;
  /** JSON list of texts. */
  problems: string;
  reported_wall: number;
}

/** A one-time code. */
export interface EnrolmentColumns {
  id: string;
  gw: string;
  /** What is derived from the secret part; sealed. */
  key: string;
  created_wall: number;
  expires_wall: number;
  /** Requests that did not know the secret. */
  wrong: Counter;
  /** The key (SPKI in hex) that it was used for. */
  used_key: string | null;
  used_wall: number | null;
}

/** A certificate that was given out. */
export interface CertificateColumns {
  serial: string;
  gw: string;
  issued_wall: number;
  not_after_wall: number;
  /** First connection that showed it. */
  seen_wall: number | null;
  revoked_wall: number | null;
  why: string | null;
}

/** A run of a gateway's daemon, as its hellos told of it. */
export interface LifeColumns {
  gw: string;
  boot: string;
  sid: string;
  /** Milliseconds with fractions. */
  mono: number;
  /** Counts up with each hello of the gateway: the highest is the newest. */
  no: number;
  /** How often it came back after another had followed it. */
  returns: Counter;
  heard_wall: number;
}

/** A use of a grant after its revocation, or after that of the credential that was shown for it. */
export interface LateUseColumns {
  gw: string;
  epoch_no: number;
  seq: number;
  grant_id: string;
  bay: string | null;
  used_wall: number;
  clk: string;
  revoked_wall: number;
  /** The credential that was revoked; NULL = the grant was. */
  credential: string | null;
}

export interface CloudSchema
  extends TenancySchema,
    OrderSchema,
    LedgerSchema,
    PlacesSchema,
    BookingsSchema,
    PaymentSchema,
    AccountsSchema,
    LeasesSchema,
    BathSchema,
    CallsSchema,
    WebhookSchema,
    CredentialsSchema {
  enrolment: EnrolmentColumns;
  certificate: CertificateColumns;
  life: LifeColumns;
  gateway: GatewayColumns;
  epoch: EpochColumns;
  ev: EventColumns;
  ev_conflict: ConflictColumns;
  ev_copy: CopyColumns;
  ev_origin: OriginColumns;
  gap: GapColumns;
  fault: FaultColumns;
  bay: BayColumns;
  alarm: AlarmColumns;
  grant_row: GrantRowColumns;
  grant_change: GrantChangeColumns;
  revocation: RevocationColumns;
  command: CommandColumns;
  api_key: ApiKeyColumns;
  site_config: SiteConfigColumns;
  site_held: SiteHeldColumns;
  late_use: LateUseColumns;
}

/** Anything that can read: the store itself, or a transaction. */
export type CloudReader = Kysely<CloudSchema>;
/** All or nothing; whatever writes more than one row takes one. */
export type CloudTransaction = Transaction<CloudSchema>;
