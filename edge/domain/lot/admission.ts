import type {DeviceId} from '../../../protocols/site/ids.js';

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

/** The camera of a gate has surely read the plate of a car that waits to come in. */
export interface GateInput {
  readonly kind: 'gate';
  readonly gate: DeviceId;
  /** Normalised. */
  readonly plate: string;
}

/** Let one car in. Nothing closes a gate but the gate itself, behind the car. */
export interface GateEffect {
  readonly kind: 'letIn';
  readonly gate: DeviceId;
}

/** Who may come in, and who asks to. */
export type EntryInput = AdmissionInput | GateInput;
