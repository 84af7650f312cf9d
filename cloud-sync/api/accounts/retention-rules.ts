import type {PersonKind} from './person-fields.js';

/**
 * How many days each kind of data is kept after it was last changed, where the tenant has no rule of his
 * own; null: as long as the member stays. @see requirements E87
 */
export const USUAL_RETENTION_DAYS: Readonly<Record<PersonKind, number | null>> = {
  contact: null,
  identity: 365,
  image: 30,
  print: 90,
};

export const MAX_RETENTION_DAYS = 3650;
