import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import {
  PLATE_MQTT_MAKERS,
  type PlateMqttMaker,
  type PlateTopics,
  readPlateMessage,
  topicOf,
} from '../../protocols/vz-camera/mqtt.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {MessageFeed} from '../port/message-feed.js';
import type {PlateCamera, PlateCameraListener} from './contract.js';
import {PlateIntake} from './plate-intake.js';

export interface MqttCameraOptions {
  readonly id: DeviceId;
  /** Handed over: the camera opens it, and closes it with itself. */
  readonly feed: MessageFeed;
  readonly maker: PlateMqttMaker;
  readonly serialNo: string;
  readonly clock: Clock;
  readonly listener: PlateCameraListener;
  /** `camera/garbled`, and `port/..` why the broker is gone. */
  readonly onTrouble?: TroubleListener | undefined;
}

/** Three signs of life. `assumed:` 10 s between them, as one installation reports. */
const SILENCE_MS: Millis = 30_000;

/** A plate camera that speaks MQTT to the site's own broker. Source: device notes 5.1. */
export class MqttCamera implements PlateCamera {
  readonly id: DeviceId;
  readonly #options: MqttCameraOptions;
  readonly #topics: PlateTopics;
  readonly #intake: PlateIntake;
  #closed = false;

  constructor(options: MqttCameraOptions) {
    const {id, clock, listener, feed, maker, serialNo, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#topics = PLATE_MQTT_MAKERS[maker];
    this.#intake = new PlateIntake({id, clock, silenceMs: SILENCE_MS, listener});
    const {result, keepAlive} = this.#topics;
    const templates = keepAlive === undefined ? [result] : [result, keepAlive];
    feed.open(
      templates.map(template => topicOf(template, serialNo)),
      {
        onUp: () => this.#begin(),
        onDown: reason => {
          if (this.#closed) return;
          onTrouble?.(reason.code, reason.message);
          this.#intake.lost();
        },
        onMessage: (topic, payload) => this.#hear(topic, payload),
      },
    );
  }

  get health(): DeviceHealth {
    return this.#intake.health;
  }

  /** `assumed:` no maker publishes a picture on demand over MQTT. */
  trigger(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#intake.close();
    await this.#options.feed.close();
  }

  /** A camera without signs of life is as well as its broker: cars may stay away for a night. */
  #begin(): void {
    if (this.#closed) return;
    if (this.#topics.keepAlive === undefined) this.#intake.present();
    else this.#intake.await();
  }

  #hear(topic: string, payload: Uint8Array): void {
    if (this.#closed) return;
    this.#begin();
    this.#intake.present();
    if (topic !== topicOf(this.#topics.result, this.#options.serialNo)) return;
    const read = readPlateMessage(this.#topics, payload);
    if (read.kind === 'ok') {
      this.#intake.take(read.value);
      return;
    }
    this.#options.onTrouble?.('camera/garbled', `${this.id}: ${read.where} ${read.why}`);
  }
}
