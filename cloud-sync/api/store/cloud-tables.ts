import type {CloudSchema} from './cloud-schema.js';

/** Every table with its key, in an order in which none comes before one that it refers to. */
const KEYS: Readonly<Record<keyof CloudSchema, readonly string[]>> = {
  gateway: ['gw'],
  epoch: ['gw', 'no'],
  ev: ['gw', 'epoch_no', 'seq'],
  ev_conflict: ['gw', 'epoch_no', 'seq', 'claim'],
  ev_copy: ['gw', 'epoch_no', 'seq'],
  ev_origin: ['gw', 'epoch_no', 'seq'],
  gap: ['gw', 'epoch_no', 'from_seq'],
  fault: ['gw', 'kind'],
  bay: ['gw', 'bay'],
  alarm: ['gw', 'alarm'],
  grant_row: ['gw', 'section', 'id'],
  grant_change: ['gw', 'ver'],
  revocation: ['gw', 'id'],
  command: ['id'],
  idempotency: ['key'],
  api_key: ['hash'],
  site_config: ['gw', 'ver'],
  site_held: ['gw'],
  enrolment: ['id'],
  certificate: ['serial'],
  life: ['gw', 'boot'],
  late_use: ['gw', 'epoch_no', 'seq'],
  tenant: ['id'],
  site: ['id'],
  site_gateway: ['gw'],
  point: ['site', 'id'],
  access_key: ['id'],
  answer: ['tenant', 'caller', 'key'],
  change: ['id'],
  audit: ['id'],
  order_row: ['id'],
  order_deadline: ['order_id', 'kind'],
  order_input: ['order_id', 'input_id'],
  ledger_entry: ['id'],
  ledger_line: ['entry_id', 'n'],
  ledger_hold: ['tenant', 'key'],
  ledger_balance: ['tenant', 'account'],
  listing: ['id'],
  bay_slot: ['order_id'],
  tariff: ['site'],
  price_rule: ['id'],
  coupon: ['id'],
  coupon_use: ['order_id'],
  quote: ['id'],
  order_grant: ['gw', 'grant_id'],
  order_use: ['gw', 'session'],
  payment_intent: ['id'],
  payment_event: ['provider', 'event_id'],
  reconciliation: ['tenant', 'provider', 'day'],
  reconciliation_item: ['tenant', 'provider', 'day', 'subject'],
  payout_run: ['tenant', 'day'],
  money_fault: ['tenant', 'kind', 'subject'],
  share_rule: ['tenant', 'lender', 'since_wall'],
};

export interface CloudTable {
  readonly name: keyof CloudSchema;
  readonly key: readonly string[];
}

export const CLOUD_TABLES: readonly CloudTable[] = Object.entries(KEYS).map(([name, key]) => ({
  name: name as keyof CloudSchema,
  key,
}));
