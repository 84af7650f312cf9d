import type {Generated} from 'kysely';

/** One order of any type. What its type knows of it is `data`; who reads `data` checks it. */
export interface OrderColumns {
  id: string;
  tenant: string;
  site: string;
  /** `booking`, `lease`, `bath`, ... */
  type: string;
  state: string;
  /** The member it is for. */
  holder: string;
  /** JSON text. */
  data: string;
  /** Counts up with each step. */
  ver: Generated<number>;
  created_wall: number;
  changed_wall: number;
}

/** What must happen to an order at an instant, once. */
export interface OrderDeadlineColumns {
  order_id: string;
  kind: string;
  due_wall: number;
  /** ULID of its setting: equal instants fire in the order in which they were set. */
  set_id: string;
  /** How often it failed. */
  tries: Generated<number>;
  /** Not before this after a failure. */
  rest_wall: number | null;
}

/** What was fed into an order, for good: the same input changes it once. */
export interface OrderInputColumns {
  order_id: string;
  /** Unique per order. */
  input_id: string;
  kind: string;
  at_wall: number;
}

export interface OrderSchema {
  order_row: OrderColumns;
  order_deadline: OrderDeadlineColumns;
  order_input: OrderInputColumns;
}
