/** A right as the tenant wants it; what lies at gateways is made of it. */
export interface AccessGrantColumns {
  id: string;
  tenant: string;
  site: string;
  holder: string;
  holder_mask: string;
  /** As `GrantKind`. */
  kind: string;
  /** JSON list of points. */
  points: string;
  valid_from: number;
  valid_until: number;
  /** JSON list of windows. */
  weekly: string;
  entries: string;
  /** JSON: what may be used up at most; null: no such bound. */
  budget: string | null;
  /** JSON list of number plates; null: of any car. */
  plates: string | null;
  /** `issued`, `suspended`, `revoked`, `consumed` or `ended`. */
  state: string;
  /** 1: its holder is frozen, whatever the grant's own state. */
  frozen: number;
  /** 63 bits in decimal, unique at its site: what a QR token holds. */
  number: string;
  /** JSON list of credentials, in the order of their issue. */
  credentials: string;
  /** The order that wanted it, and under which name there; null: somebody asked for it by itself. */
  order_id: string | null;
  name: string | null;
  created_wall: number;
  changed_wall: number;
}

/** What a person shows. */
export interface AccessCredentialColumns {
  id: string;
  tenant: string;
  site: string;
  holder: string;
  /** Null: belongs to its holder, whatever grants he has (cards, plates, references). */
  grant_id: string | null;
  kind: string;
  /** `active`, `suspended`, `revoked` or `consumed`. */
  state: string;
  /** What staff may see of it: `****1D80`. */
  hint: string;
  /** Sealed JSON: secrets, numbers, what a token says. */
  sealed: string;
  /** Keyed hash of what makes it unique for its holder (a card's number); null: nothing does. */
  mark: string | null;
  replaced_by: string | null;
  created_wall: number;
  changed_wall: number;
}

/** Where a grant or credential lies, and which version of the gateway's state says so. */
export interface RightPlaceColumns {
  gw: string;
  id: string;
  /** `grant` or `credential`. */
  section: string;
  /** The gateway has it as it should be from this version on. */
  cfg_ver: number;
  /** Version of its tombstone; 0: not withdrawn. */
  rev_ver: number;
}

/** A code that is live at a gateway: no second one may be the same. */
export interface CodeSlotColumns {
  gw: string;
  /** Keyed hash of its digest. */
  mark: string;
  credential_id: string;
  site: string;
}

/** For how many live codes a site is planned, and which epoch their salt is of. */
export interface CodePlanColumns {
  site: string;
  live_codes: number;
  epoch: number;
}

/** A key that signs a tenant's QR tokens. */
export interface TokenKeyColumns {
  tenant: string;
  kid: number;
  /** 32 bytes in hex. */
  public_hex: string;
  /** The seed in hex, sealed. */
  sealed: string;
  created_wall: number;
  /** When the last token ends that it has signed. */
  last_until: number;
}

/** Which gateways were given a key. */
export interface TokenKeyPlaceColumns {
  gw: string;
  kid: number;
  tenant: string;
  cfg_ver: number;
}

/** What a gateway told of the use of a grant or of a credential, as long as that may say something. */
export interface RightUseColumns {
  gw: string;
  epoch_no: number;
  seq: number;
  /** `grant` or `credential`. */
  section: string;
  right_id: string;
  point: string;
  /** Null: the gateway's clock was lost. */
  used_wall: number | null;
  /** 1: nobody has looked at it yet. */
  pending: number;
}

/** A credential that was used at two sites within a time in which nobody gets from one to the other. */
export interface CredentialHoldColumns {
  id: string;
  tenant: string;
  credential_id: string;
  /** State of the credential before: `active` or `suspended`. */
  was: string;
  first_site: string;
  first_gw: string;
  first_point: string;
  first_wall: number;
  second_site: string;
  second_gw: string;
  second_point: string;
  second_wall: number;
  /** So long one has at least from site to site. */
  least_ms: number;
  /** `open`, `released` or `revoked`. */
  state: string;
  raised_wall: number;
  closed_wall: number | null;
  closed_by: string | null;
  note: string | null;
}

export interface CredentialsSchema {
  access_grant: AccessGrantColumns;
  access_credential: AccessCredentialColumns;
  right_place: RightPlaceColumns;
  code_slot: CodeSlotColumns;
  code_plan: CodePlanColumns;
  token_key: TokenKeyColumns;
  token_key_place: TokenKeyPlaceColumns;
  right_use: RightUseColumns;
  credential_hold: CredentialHoldColumns;
}
