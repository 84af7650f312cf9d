import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {PlateColour, PlateDirection} from '../../protocols/vz-camera/plate-result.js';
import type {DeviceHealth} from '../bus/contract.js';

/** A camera recognised something. */
export interface PlateSeen {
  /** The camera that looks over one lane. */
  readonly device: DeviceId;
  /** As plates are compared (`normalisePlate`); empty: a car without a plate that could be read. */
  readonly plate: string;
  /** As the camera wrote it. */
  readonly raw: string;
  /** 1..100; undefined: the camera does not say. */
  readonly confidence: number | undefined;
  readonly colour: PlateColour;
  readonly direction: PlateDirection;
  /** A record that the camera kept while nobody listened: history, no car. */
  readonly isOffline: boolean;
  readonly plateId: number | undefined;
  /** By the camera's own clock, which may be wrong. */
  readonly capturedWallMs: UnixMillis | undefined;
  readonly atMs: Millis;
}

/**
 * What a recognition is worth. Only an arrival may open anything, and only once its booking was found.
 *
 * - `arrival`: a car stands there, and the camera is sure of its plate.
 * - `ask`: a car stands there, a person must look at the plate.
 * - `no_plate`: a car stands there without a plate that could be read.
 * - `record`: it stood there once; kept as data.
 */
export type PlateSighting =
  | {readonly kind: 'arrival'; readonly opens: true; readonly seen: PlateSeen}
  | {readonly kind: 'ask' | 'no_plate' | 'record'; readonly opens: false; readonly seen: PlateSeen};

export interface PlateCameraListener {
  /** Once for each car, and once more when a surer reading of the same plate follows. */
  onPlate(sighting: PlateSighting): void;
  onHealth(health: DeviceHealth): void;
}

export interface PlateCamera {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  /** Take a picture now. False: the camera cannot be reached, or not be asked. */
  trigger(): boolean;
  close(): Promise<void>;
}
