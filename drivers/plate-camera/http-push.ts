import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import {readVzPush, type VzPush, vzPushReply} from '../../protocols/vz-camera/http-push.js';
import type {PlateResult} from '../../protocols/vz-camera/plate-result.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {PlateCamera, PlateCameraListener, PlateSighting} from './contract.js';
import {PlateIntake} from './plate-intake.js';

export interface HttpPushCameraOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly listener: PlateCameraListener;
  /**
   * Only where the owner made the camera work the gate with its own relay: whether this arrival may
   * open it. Absent, our answer never opens anything. Asked for arrivals alone.
   */
  readonly mayOpen?: (sighting: PlateSighting) => boolean;
  /** Longest body in bytes; default 2 MiB, since many send pictures along. */
  readonly longestBodyBytes?: number;
  /** Default 90 s: three heartbeats without "offline check". @see VZ HTTP push protocol, 2.5.1 */
  readonly silenceMs?: Millis;
  /** `camera/garbled`: a push that nobody can read. */
  readonly onTrouble?: TroubleListener | undefined;
}

export interface PushAnswer {
  /** 200, 400 unreadable, 413 too long. */
  readonly status: 200 | 400 | 413;
  readonly json: object;
  /** What was told; undefined: nothing, or it was known already. */
  readonly result: PlateSighting | undefined;
}

const LONGEST_BODY_BYTES = 2_097_152;
const SILENCE_MS: Millis = 90_000;

/**
 * A VZ camera that posts what it sees. The recognition is told before it is answered, so one that we
 * lost is sent again. What nobody can read is answered too, or the camera would send it for ever.
 * Source: device notes 5.1.
 */
export class HttpPushCamera implements PlateCamera {
  readonly id: DeviceId;
  readonly #options: HttpPushCameraOptions;
  readonly #intake: PlateIntake;

  constructor(options: HttpPushCameraOptions) {
    const {id, clock, listener, silenceMs = SILENCE_MS} = options;
    this.id = id;
    this.#options = options;
    this.#intake = new PlateIntake({id, clock, silenceMs, listener});
    this.#intake.await();
  }

  get health(): DeviceHealth {
    return this.#intake.health;
  }

  get longestBodyBytes(): number {
    return this.#options.longestBodyBytes ?? LONGEST_BODY_BYTES;
  }

  /** Such a camera cannot be asked: it only calls. */
  trigger(): boolean {
    return false;
  }

  /** Answer what the camera posted. */
  answer(body: Uint8Array): PushAnswer {
    this.#intake.heard();
    if (body.length > this.longestBodyBytes) {
      return this.#refuse(413, `body has more than ${this.longestBodyBytes} bytes`);
    }
    const read = readVzPush(body);
    if (read.kind === 'bad') return this.#refuse(400, `${read.where} ${read.why}`);
    return this.#serve(read.value);
  }

  close(): Promise<void> {
    this.#intake.close();
    return Promise.resolve();
  }

  #serve(push: VzPush): PushAnswer {
    if (push.kind !== 'plate') {
      return {status: 200, json: replyFor(undefined, false), result: undefined};
    }
    const sighting = this.#intake.take(push.result);
    const opens = sighting?.opens === true && (this.#options.mayOpen?.(sighting) ?? false);
    return {status: 200, json: replyFor(push.result, opens), result: sighting};
  }

  #refuse(status: 400 | 413, error: string): PushAnswer {
    this.#options.onTrouble?.('camera/garbled', `${this.id}: ${error}`);
    return {status, json: {error, ...replyFor(undefined, false)}, result: undefined};
  }
}

function replyFor(result: PlateResult | undefined, opens: boolean): object {
  return vzPushReply({opens, result});
}
