import type {WiringFinding} from '../../drivers/wiring/classifier.js';
import type {Clock} from '../../protocols/base/clock.js';
import type {BusConfig} from '../config/bus-schema.js';
import type {PageState} from '../page/view.js';
import type {BrokerAddress, BrokerFacts} from '../platform/broker-probe.js';
import type {TextFile} from '../platform/text-file.js';

/** `WARN`: it runs, and somebody should look. `FAIL`: it does not run like that, or will soon not. */
export type Verdict = 'OK' | 'WARN' | 'FAIL';

/** What one check found. `code` is a row of the table in the README; undefined where all is well. */
export interface CheckResult {
  readonly name: string;
  readonly verdict: Verdict;
  readonly cause: string;
  /** What to do; empty where nothing is to be done. */
  readonly next: string;
  readonly code: string | undefined;
}

export interface PortFacts {
  readonly exists: boolean;
  readonly mayOpen: boolean;
  /** Group that may open it. */
  readonly group: string;
  readonly holder: string | undefined;
}

export interface DiskFacts {
  readonly sizeBytes: number;
  readonly freeBytes: number;
}

/** The service of this daemon, as systemd says it. */
export interface ServiceFacts {
  readonly state: string;
  /** 0: nobody watches it. */
  readonly watchdogUs: number;
}

export interface LineFacts {
  /** Why the port carries no bytes; undefined: it does. */
  readonly trouble: string | undefined;
  /** Units that answered, of those that were asked. */
  readonly asked: number;
  readonly answered: number;
  readonly findings: readonly WiringFinding[];
}

/** This machine as the doctor looks at it. Nothing here changes anything. */
export interface DoctorMachine {
  readonly clock: Clock;
  readonly version: string;
  readonly nodeVersion: string;
  readonly napiVersion: number;
  /** When the program was built, ms since 1970. */
  readonly builtMs: number;
  readText(path: string): TextFile;
  env(name: string): string | undefined;
  /** Load a native module; why it does not load, or undefined. */
  loadNative(name: string): string | undefined;
  portFacts(path: string): PortFacts;
  diskFacts(path: string): DiskFacts | undefined;
  /** Look the database over without writing; what is wrong with it, or undefined. */
  databaseFault(path: string): string | undefined;
  /** Undefined: nobody on this machine knows. */
  isClockSynchronised(): Promise<boolean | undefined>;
  /** @throws when the name has no address */
  resolveName(name: string): Promise<unknown>;
  probeBroker(address: BrokerAddress): Promise<BrokerFacts>;
  /** Undefined: no systemd, or no such service. */
  serviceFacts(): Promise<ServiceFacts | undefined>;
  /** What the running daemon sees; undefined: none runs. */
  askDaemon(): Promise<PageState | undefined>;
  /** Ask each Modbus unit of a line that nobody holds, reading only. */
  probeLine(bus: BusConfig): Promise<LineFacts>;
}

export function ok(name: string, cause: string): CheckResult {
  return {name, verdict: 'OK', cause, next: '', code: undefined};
}

export function warn(name: string, code: string, cause: string, next: string): CheckResult {
  return {name, verdict: 'WARN', cause, next, code};
}

export function fail(name: string, code: string, cause: string, next: string): CheckResult {
  return {name, verdict: 'FAIL', cause, next, code};
}
