/** A text to agree on, as the tenant wrote it, and the terms that it states. Never changed. */
export interface AgreementTextColumns {
  tenant: string;
  /** Counts up per tenant. */
  ver: number;
  /** `zh-CN` or `en`. */
  language: string;
  text: string;
  deposit_fen: number;
  lender_percent: number;
  overtime_percent: number;
  created_wall: number;
}

/** What two were asked to agree on, word for word, and what became of it. */
export interface AgreementColumns {
  id: string;
  tenant: string;
  site: string;
  /** The lease that it makes or renews. */
  order_id: string;
  /** The member who takes the bay. */
  holder: string;
  /** The member who lends it; null: the lot itself. */
  lender: string | null;
  text_ver: number;
  /** As both are shown it. */
  body: string;
  /** SHA-256 of `body`, in hex. */
  sha256: string;
  /** `proposed`, `agreed`, `refused`, `lapsed` or `withdrawn`. */
  state: string;
  /** JSON: who said yes for which side, and when. */
  consents: string;
  proposed_wall: number;
}

export interface LeasesSchema {
  agreement_text: AgreementTextColumns;
  agreement: AgreementColumns;
}
