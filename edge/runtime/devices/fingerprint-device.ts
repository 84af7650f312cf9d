import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import type {CheckOutcome} from '../../../drivers/fingerprint/contract.js';
import {ZfmSensor} from '../../../drivers/fingerprint/zfm-sensor.js';
import type {Millis, Timer} from '../../../protocols/base/clock.js';
import {FINGERPRINT_PASSWORD_BYTES} from '../../config/device-secrets.js';
import type {OwnDeviceConfig} from '../../config/schema.js';
import type {DeviceParts, OwnLine, SiteDevice} from './site-device.js';

const RETRY_MS: Millis = 2000;

/** A sensor by itself: it compares every finger with the pages of the site file and journals the result. */
export class FingerprintDevice implements SiteDevice {
  readonly #parts: DeviceParts;
  readonly #pages: readonly number[];
  readonly #sensor: ZfmSensor;
  readonly #line: OwnLine;
  #retry: Timer | undefined;
  #isChecking = false;
  /** The finger that was told of lies there still: once is enough. */
  #isTold = false;
  #closed = false;
  #last = '';

  constructor(config: Extract<OwnDeviceConfig, {kind: 'fingerprint'}>, parts: DeviceParts) {
    const {id, clock, reports} = parts;
    const password = parts.secret(config.password, `password of ${id}`, FINGERPRINT_PASSWORD_BYTES);
    this.#parts = parts;
    this.#pages = config.pages;
    this.#line = parts.openLine(config.link);
    this.#sensor = new ZfmSensor({
      id,
      clock,
      bus: this.#line.frames,
      password: new DataView(password.buffer, password.byteOffset).getUint32(0),
      address: config.address,
      threshold: config.threshold,
      listener: {
        onPrompt: ({kind}) => {
          if (kind === 'place') this.#isTold = false;
        },
        onFault: reports.onFault,
        onHealth: health => {
          reports.onHealth(health);
          if (health === 'ok') this.#check();
        },
      },
    });
  }

  get health(): DeviceHealth {
    return this.#sensor.health;
  }

  describe(): string {
    return this.#last;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.#sensor.close();
    await this.#line.close();
  }

  #check(): void {
    if (this.#closed || this.#isChecking || this.#pages.length === 0) return;
    this.#isChecking = true;
    void this.#sensor.check(this.#pages, this.#isTold).then(outcome => {
      this.#isChecking = false;
      if (this.#closed) return;
      if (outcome.kind === 'passed' || outcome.kind === 'failed') this.#isTold = true;
      this.#tell(outcome);
      if (outcome.kind !== 'unavailable') this.#check();
      else if (this.health !== 'offline') this.#checkLater();
    });
  }

  /** It lives and is not ready yet, or failed once. */
  #checkLater(): void {
    this.#retry?.cancel();
    this.#retry = this.#parts.clock.timer(`finger ${this.#parts.id}`, RETRY_MS, () =>
      this.#check(),
    );
  }

  #tell(outcome: CheckOutcome): void {
    const {reports} = this.#parts;
    if (outcome.kind === 'passed') {
      this.#last = `page ${outcome.page} passed`;
      reports.onEvent('finger', {result: 'passed', page: outcome.page, score: outcome.score});
    } else if (outcome.kind === 'failed') {
      this.#last = 'a finger failed';
      reports.onEvent('finger', {result: 'failed', why: outcome.why});
    }
  }
}
