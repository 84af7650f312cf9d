import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {MilesightModel} from '../../protocols/milesight/channels.js';
import {decodeUplink} from '../../protocols/milesight/tlv.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import {ReportWatch} from '../lifecycle/report-watch.js';
import type {UplinkListener} from '../port/uplink-desk.js';
import type {CounterFault, PeopleCounter, PeopleCounterListener} from './contract.js';
import {countsBetween} from './totals.js';

export interface MilesightCounterOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly model: MilesightModel;
  readonly listener: PeopleCounterListener;
  /** Counting lines that lead into the room, 1-4; default the first alone. */
  readonly lines?: readonly number[];
  /** The sensor was mounted the other way round. */
  readonly swapped?: boolean;
  /** How often the sensor reports by itself; default 5 min (A19). */
  readonly reportMs?: Millis;
  /** `assumed:` what a sensor of this kind is sure of; makers state 95-99 %. */
  readonly confidence?: number;
}

interface Totals {
  readonly in: number;
  readonly out: number;
}

const DEFAULT_REPORT_MS: Millis = 300_000;
const DEFAULT_CONFIDENCE = 0.95;
/** More people in one report than any door lets through in an hour. */
const MOST_PEOPLE = 3000;
const LOW_BATTERY_PERCENT = 10;

/**
 * A Milesight people counter behind a LoRaWAN gateway: its uplinks are handed to `onUplink`. Counts are
 * differences of its running totals, so that a lost uplink loses nothing. Source: device notes 6.2.
 */
export class MilesightCounter implements PeopleCounter, UplinkListener {
  readonly id: DeviceId;
  readonly #options: MilesightCounterOptions;
  readonly #last = new Map<number, Totals>();
  readonly #faults = new Set<CounterFault>();
  readonly #reports: ReportWatch;
  #closed = false;

  constructor(options: MilesightCounterOptions) {
    this.id = options.id;
    this.#options = options;
    const {id, clock, listener, reportMs = DEFAULT_REPORT_MS} = options;
    this.#reports = new ReportWatch({
      ...{clock, name: id, reportMs},
      onHealth: health => listener.onHealth(health),
    });
  }

  get health(): DeviceHealth {
    return this.#reports.health;
  }

  /** The application payload of one uplink. An uplink without totals proves life alone. */
  onUplink(payload: Uint8Array): void {
    if (this.#closed || payload.length === 0) return;
    const {clock, model, listener, lines = [1], swapped = false} = this.#options;
    const {confidence = DEFAULT_CONFIDENCE} = this.#options;
    const {values} = decodeUplink(payload, model);
    if (values.size === 0) return;
    this.#reports.heard();
    this.#judge(values);
    let into = 0;
    let out = 0;
    let isRebased = false;
    for (const line of lines) {
      const grown = this.#grown(line, values);
      if (grown === undefined) isRebased = true;
      into += grown?.in ?? 0;
      out += grown?.out ?? 0;
    }
    listener.onCount({
      in: swapped ? out : into,
      out: swapped ? into : out,
      confidence,
      quality: isRebased ? 'rebased' : 'good',
      atMs: clock.nowMs(),
    });
  }

  /** The broker or the gateway of the radio is gone, or back: only a report makes it `ok` again. */
  onFeed(isUp: boolean): void {
    if (!this.#closed && !isUp) this.#reports.lost();
  }

  close(): void {
    this.#closed = true;
    this.#reports.close();
  }

  /** Undefined when the totals of this line began anew; zero when the uplink does not carry them. */
  #grown(line: number, values: ReadonlyMap<string, number>): Totals | undefined {
    const into = values.get(`line${line}In`);
    const out = values.get(`line${line}Out`);
    const last = this.#last.get(line);
    const now = {in: into ?? last?.in ?? 0, out: out ?? last?.out ?? 0};
    if (into === undefined && out === undefined) return {in: 0, out: 0};
    this.#last.set(line, now);
    if (!last) return {in: 0, out: 0};
    const modulus = 2 ** this.#options.model.totalBits;
    const grownIn = countsBetween(last.in, now.in, modulus, MOST_PEOPLE);
    const grownOut = countsBetween(last.out, now.out, modulus, MOST_PEOPLE);
    if (grownIn === undefined || grownOut === undefined) return undefined;
    return {in: grownIn, out: grownOut};
  }

  #judge(values: ReadonlyMap<string, number>): void {
    const occluded = values.get('occluded');
    if (occluded !== undefined) this.#fault('covered', occluded === 1);
    const battery = values.get('batteryPercent');
    if (battery !== undefined) this.#fault('low_battery', battery <= LOW_BATTERY_PERCENT);
  }

  #fault(fault: CounterFault, isStanding: boolean): void {
    if (isStanding === this.#faults.has(fault)) return;
    if (isStanding) this.#faults.add(fault);
    else this.#faults.delete(fault);
    this.#options.listener.onCounterFault(fault, isStanding);
  }
}
