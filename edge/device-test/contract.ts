import type {BusOutcome, ReadRequest} from '../../drivers/bus/contract.js';
import type {WireRecord} from '../../drivers/bus/wire-trace.js';
import type {Clock} from '../../protocols/base/clock.js';
import type {BayId, CollectorId, PersonId} from '../../protocols/site/ids.js';
import type {SiteConfig} from '../config/schema.js';
import type {LotInput, OrderResult} from '../domain/lot/contract.js';
import type {LotState} from '../domain/lot/lot-state.js';

/** What is on the wire of a device. */
export interface DeviceWire {
  readonly line: string;
  /** Undefined: it speaks no Modbus, and is not asked apart from its polls. */
  readonly unit: number | undefined;
  readonly kind: string;
  /** First register of a lock behind a collector. */
  readonly base: number;
  read(request: ReadRequest): Promise<BusOutcome>;
  /** The last frames of the line. */
  trace(): readonly WireRecord[];
}

/** A site as the tests of its single devices use it. */
export interface TestParts {
  readonly config: SiteConfig;
  readonly clock: Clock;
  lot(): LotState;
  wireOf(device: string): DeviceWire | undefined;
  /** What a device outside bays and collectors last said; undefined: there is none of that name. */
  readingOf(device: string): string | undefined;
  /** Under the interlocks of every other order; settles with what became of it in the end. */
  orderToEnd(
    bay: BayId,
    desired: 'up' | 'down',
    person: PersonId,
    reason: string,
  ): Promise<OrderResult>;
  /** Let the water of a stall run, apart from every shower; undefined: no such stall, or it refuses. */
  runWater(stall: CollectorId, seconds: number): Promise<WaterSeen | undefined>;
  tell(input: LotInput): void;
  /** See each input before the lot does; `true` keeps it from the lot. The result ends it. */
  watch(taker: (input: LotInput) => boolean): () => void;
}

export interface WaterSeen {
  readonly beforeMl: number | undefined;
  readonly afterMl: number | undefined;
  readonly isShut: boolean;
}

export const TEST_KINDS = ['lock', 'reader', 'shower', 'counter', 'call'] as const;
export type TestKind = (typeof TEST_KINDS)[number];

export interface TestRequest {
  readonly kind: TestKind;
  /** A device, a bay, a collector or a stall, as the site file names it. */
  readonly device: string;
  /** Of a lock: `up`, `down` or `status`. */
  readonly what: 'up' | 'down' | 'status';
  readonly person: string;
  /** How long water runs, or somebody is waited for. */
  readonly seconds: number;
  /** Also while it is occupied. The interlocks stay. */
  readonly force: boolean;
}

export interface TestReport {
  readonly kind: TestKind;
  readonly device: string;
  readonly what: string;
  readonly result: 'passed' | 'failed' | 'refused';
  /** Empty when it passed. */
  readonly why: string;
  /** What was seen, a line each. */
  readonly seen: readonly string[];
  /** Of the answers to the test's own questions; null: none came. */
  readonly roundTripMs: number | null;
  /** Frames beyond the first of each question or order. */
  readonly retries: number;
  /** What went out to the device and came back, in hex. */
  readonly frames: readonly WireRecord[];
}
