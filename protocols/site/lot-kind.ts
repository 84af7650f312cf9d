/** A lot where anybody may park, or one for those who live there and whom they let in. */
export type LotKind = 'public' | 'residential';

/** `booked`: by his right; `ordinary`: as anybody, on the ordinary tariff. */
export type Admission = 'booked' | 'ordinary' | 'refused';

/**
 * Who comes in at the barrier of a lot: where people live nobody without a right does.
 * @see requirements P5
 */
export function admissionAt(kind: LotKind, hasRight: boolean): Admission {
  if (hasRight) return 'booked';
  return kind === 'public' ? 'ordinary' : 'refused';
}
