/** Where a tenant wants to hear of changes. */
export interface WebhookColumns {
  id: string;
  tenant: string;
  url: string;
  /** JSON list of types, or of their first words: `order.` means all of orders. Empty: everything. */
  types: string;
  /** The only site it hears of; null: all of the tenant. */
  site: string | null;
  /** `active`, `paused` or `disabled`. */
  state: string;
  why: string | null;
  /** Sealed. */
  secret: string;
  /** Sealed; signs beside the new one until `old_until_wall`. */
  old_secret: string | null;
  old_until_wall: number | null;
  /** Changes up to here are queued. */
  cursor_no: number;
  /** Not before: the other end asked for patience. */
  rest_until_wall: number;
  /** Since when nothing gets through; null: the last attempt did. */
  failing_since_wall: number | null;
  created_wall: number;
}

/** One message to one place, with what became of it. */
export interface WebhookMessageColumns {
  id: string;
  webhook: string;
  tenant: string;
  /** What it tells of; null for a test. */
  change_id: string | null;
  type: string;
  body: string;
  /** `pending`, `delivered` or `failed`. */
  state: string;
  attempts: number;
  next_wall: number;
  created_wall: number;
  done_wall: number | null;
}

export interface WebhookAttemptColumns {
  message: string;
  no: number;
  at_wall: number;
  /** HTTP status; null: there was none. */
  status: number | null;
  took_ms: number;
  why: string | null;
}

export interface WebhookSchema {
  webhook: WebhookColumns;
  webhook_message: WebhookMessageColumns;
  webhook_attempt: WebhookAttemptColumns;
}
