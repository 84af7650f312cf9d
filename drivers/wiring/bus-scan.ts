import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {BusOutcome, ReadRequest} from '../bus/contract.js';
import {
  type AskingPace,
  classifyLine,
  type PacedExchange,
  type WiringFinding,
} from './classifier.js';
import {readExchange, type WireExchange} from './exchange.js';

/** The line at one speed, opened for the scan alone. */
export interface ScanLine {
  read(request: ReadRequest): Promise<BusOutcome>;
  /** Requests and what came back, since the last call. */
  takeExchanges(): readonly WireExchange[];
  /** Undefined while the port carries bytes; else why not. */
  readonly trouble: string | undefined;
  close(): Promise<void>;
}

export interface BusScanOptions {
  readonly clock: Clock;
  /** First and last unit address, 1..247. */
  readonly from: number;
  readonly to: number;
  readonly baudRates: readonly number[];
  openLine(baudRate: number): ScanLine;
  onRow(row: ScanRow): void;
  /** Asked before every frame: a person may end the scan at any time. */
  isStopped(): boolean;
}

/** One unit that lives at one speed. */
export interface ScanRow {
  readonly baudRate: number;
  readonly unit: number;
  readonly answer: 'values' | 'exception' | 'garbled';
  /** From the request handed over to the whole reply. */
  readonly roundTripMs: Millis | undefined;
}

export interface SpeedReport {
  readonly baudRate: number;
  readonly rows: readonly ScanRow[];
  readonly findings: readonly WiringFinding[];
  /** Why the port could not be used. */
  readonly trouble: string | undefined;
}

/** Enough to see that a line breaks one frame in twenty, few enough that 32 units take half a minute. */
const ROUNDS = 10;
const CALM_REST_MS: Millis = 20;
const OPENING_MS: Millis = 3000;
const OPENING_STEP_MS: Millis = 20;

/**
 * Find who answers on a line, and what its wiring looks like, at each speed. Reads one holding register
 * and never writes; an exception is as good an answer as a value. Units that answered are asked again,
 * calmly and then all in turn, so that error rates and faults under load show.
 */
export async function scanBus(options: BusScanOptions): Promise<readonly SpeedReport[]> {
  const reports: SpeedReport[] = [];
  for (const baudRate of options.baudRates) {
    if (options.isStopped()) break;
    const line = options.openLine(baudRate);
    try {
      reports.push(await new SpeedScan(options, baudRate, line).run());
    } finally {
      await line.close();
    }
  }
  return reports;
}

class SpeedScan {
  readonly #options: BusScanOptions;
  readonly #baudRate: number;
  readonly #line: ScanLine;
  readonly #exchanges: PacedExchange[] = [];

  constructor(options: BusScanOptions, baudRate: number, line: ScanLine) {
    this.#options = options;
    this.#baudRate = baudRate;
    this.#line = line;
  }

  async run(): Promise<SpeedReport> {
    const {from, to} = this.#options;
    await this.#untilUp();
    const {trouble} = this.#line;
    const rows: ScanRow[] = [];
    if (trouble === undefined) {
      for (let unit = from; unit <= to && !this.#options.isStopped(); unit += 1) {
        const row = await this.#probe(unit);
        if (row) rows.push(row);
      }
      const units = rows.map(({unit}) => unit);
      await this.#askAgain(units, 'calm');
      if (units.length > 1) await this.#askAgain(units, 'busy');
    }
    const findings = classifyLine(this.#exchanges);
    return {baudRate: this.#baudRate, rows, findings, trouble};
  }

  async #untilUp(): Promise<void> {
    const {clock} = this.#options;
    const giveUpMs = clock.nowMs() + OPENING_MS;
    while (this.#line.trouble !== undefined && clock.nowMs() < giveUpMs) {
      await clock.sleep(OPENING_STEP_MS);
    }
  }

  async #probe(unit: number): Promise<ScanRow | undefined> {
    const sentMs = this.#options.clock.nowMs();
    const outcome = await this.#ask(unit, 'calm');
    const roundTripMs = outcome.atMs - sentMs;
    const row = rowOf(this.#baudRate, unit, outcome, roundTripMs, this.#exchanges.at(-1));
    if (row) this.#options.onRow(row);
    return row;
  }

  async #askAgain(units: readonly number[], pace: AskingPace): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const unit of units) {
        if (this.#options.isStopped()) return;
        if (pace === 'calm') await this.#options.clock.sleep(CALM_REST_MS);
        await this.#ask(unit, pace);
      }
    }
  }

  async #ask(unit: number, pace: AskingPace): Promise<BusOutcome> {
    const outcome = await this.#line.read({
      unit,
      table: 'holding',
      address: 0,
      quantity: 1,
      lane: 'poll',
    });
    for (const exchange of this.#line.takeExchanges()) {
      const read = readExchange(exchange);
      if (read) this.#exchanges.push({...read, pace});
    }
    return outcome;
  }
}

function rowOf(
  baudRate: number,
  unit: number,
  outcome: BusOutcome,
  roundTripMs: Millis,
  last: PacedExchange | undefined,
): ScanRow | undefined {
  if (outcome.kind === 'values' || outcome.kind === 'exception') {
    return {baudRate, unit, answer: outcome.kind, roundTripMs};
  }
  const isGarbled = last?.unit === unit && last.pattern === 'garbage';
  return isGarbled ? {baudRate, unit, answer: 'garbled', roundTripMs: undefined} : undefined;
}
