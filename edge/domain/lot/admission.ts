/** Why nobody new is let in. `identity`: another gateway lives under the same identity. */
export type AdmissionStop = 'identity';

/** A reason began, or ended, for which nobody new may be let in; stays that run and calls go on. */
export interface AdmissionInput {
  readonly kind: 'admission';
  readonly stop: AdmissionStop;
  readonly isStanding: boolean;
  /** What a guard needs to know, one sentence. */
  readonly detail: string;
}
