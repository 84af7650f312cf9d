import type {ByteLink} from '../../drivers/port/byte-link.js';
import type {Clock} from '../../protocols/base/clock.js';
import type {LinkConfig} from '../config/link-schema.js';
import type {OrderResult} from '../domain/lot/contract.js';
import type {SerialPortInfo} from '../platform/serial-ports.js';

/** A site that runs for the time in which its locks are tried. */
export interface TriedSite {
  /** Settles with what became of it in the end, not with its acceptance. */
  order(bay: string, desired: 'up' | 'down'): Promise<OrderResult>;
  /** Until every lock has answered, or for so long that it will not. */
  settle(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What the wizard needs of the machine, and of the person before it. */
export interface SetupMachine {
  readonly clock: Clock;
  ports(): readonly SerialPortInfo[];
  openLink(link: LinkConfig, name: string): ByteLink;
  tell(line: string): void;
  /** Waits for an answer, without blanks around it; empty: the person just went on. */
  ask(question: string): Promise<string>;
  /** Undefined when there is none yet. */
  readSite(): string | undefined;
  /** @throws when the file cannot be written */
  writeSite(text: string): void;
  /** Every problem of the site file, as `config check` prints them. */
  siteProblems(): readonly string[];
  startSite(): Promise<TriedSite | readonly string[]>;
}

export type FoundKind = 'parking-lock' | 'display' | 'emergency-button' | 'unknown';

export interface FoundUnit {
  readonly unit: number;
  readonly kind: FoundKind;
}

/** An RS-485 line and who hangs on it. */
export interface FoundLine {
  readonly path: string;
  readonly baudRate: number;
  readonly units: readonly FoundUnit[];
}
