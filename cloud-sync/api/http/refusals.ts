import type {ContentfulStatusCode} from 'hono/utils/http-status';

/**
 * The error catalogue: every `code` that the interface answers with. A code never changes its meaning
 * or its status; new ones are added. @see ecosystem.md 3.1
 */
export const CATALOGUE = {
  bad_request: [400, 'The request cannot be read'],
  idempotency_key_missing: [400, 'Idempotency-Key of 1-128 visible characters required'],
  unauthorized: [401, 'Key or session missing, wrong or expired'],
  forbidden: [403, 'Not allowed with this key or role'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  conflict: [409, 'Something else holds it'],
  idempotency_key_in_use: [409, 'The first request with this Idempotency-Key is not answered yet'],
  idempotency_key_reused: [422, 'Idempotency-Key was used for another request'],
  bay_taken: [409, 'The bay is taken for a part of that time'],
  outside_window: [409, 'The bay is not offered for all of that time'],
  payment_failed: [409, 'The money for it is not there'],
  quote_over: [409, 'The quote is over, used, or for something else'],
  coupon_refused: [409, 'The coupon does not count here'],
  order_state: [409, 'It does not fit where the order stands'],
  not_owner: [403, 'Not yours to lend or change'],
  unknown_bay: [404, 'The site has no such bay'],
  lot_suspended: [409, 'The lot or the bay is suspended'],
  window_clash: [409, 'Offered for a part of that time already'],
  cursor_too_old: [410, 'That far back no changes are kept: read the lists, then cursor=now'],
  duplicate: [409, 'It is registered already'],
  member_not_active: [409, 'The member is frozen or erased'],
  login_refused: [401, 'Phone, password or code wrong, or nobody who may log in'],
  login_locked: [429, 'Too many wrong tries; wait'],
  own_bay: [409, 'Nobody leases a bay from himself'],
  no_agreement_text: [409, 'There is no such text to agree on'],
  bookings_ahead: [409, 'It is booked and paid for a time to come: bookings=keep or cancel'],
  stay_running: [409, 'Somebody stays there: nobody is put out'],
  too_late: [409, 'It begins too soon to be taken back'],
  low_balance: [409, 'The balance is too low for it'],
  no_stall: [409, 'The site has no stall that is open'],
  house_cut_off: [409, 'The house is cut off: the code before goes on until it has told'],
  already_refunded: [409, 'It was refunded before'],
  money_refused: [409, 'The ledger does not do that'],
  no_provider: [409, 'This cloud takes no payments by that provider for this tenant'],
  books_differ: [409, 'The books do not add up: nobody is paid before they do'],
  paid_out: [409, 'That day was paid out before'],
  not_able: [409, 'The device at this point does not do that'],
  no_gateway: [409, 'No gateway serves this point'],
  command_sent: [409, 'It was sent already, or is over'],
  revoked: [409, 'This id was revoked for good'],
  precondition_failed: [412, 'It has changed since you read it'],
  body_too_large: [413, 'Body too large'],
  unsupported_media_type: [415, 'The body is of another content type than this takes'],
  invalid: [422, 'The request is not valid'],
  precondition_missing: [428, 'If-Match required'],
  too_many_requests: [429, 'Too many requests'],
  no_token_for_point: [422, 'A signed token cannot name this point'],
  no_card_key: [422, 'No master key for such a card'],
  codes_exhausted: [409, 'The site has no room for another live code'],
  internal: [500, 'Internal error'],
  unavailable: [503, 'The database is away; try again'],
} as const satisfies Readonly<Record<string, readonly [ContentfulStatusCode, string]>>;

export type RefusalCode = keyof typeof CATALOGUE;

export interface RefusalDetails {
  readonly detail?: string;
  readonly errors?: readonly {readonly pointer: string; readonly detail: string}[];
  readonly retryAfterS?: number;
}

/** The expected "no" of a request: undoes its transaction and becomes `application/problem+json`. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(`${code}: ${details.detail ?? CATALOGUE[code][1]}`);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}
