import type {DeviceFaultKind} from '../../../protocols/site/events.js';
import type {DeviceReports} from './site-device.js';

/** Several faults of a driver that are one fault of the lot: it stands while any of them does. */
export class FaultGroup<Name extends string> {
  readonly #reports: DeviceReports;
  readonly #kind: DeviceFaultKind;
  readonly #standing = new Map<Name, string>();

  constructor(reports: DeviceReports, kind: DeviceFaultKind) {
    this.#reports = reports;
    this.#kind = kind;
  }

  /** Names of all that stand, in order of appearance. */
  get names(): readonly Name[] {
    return [...this.#standing.keys()];
  }

  set(name: Name, isStanding: boolean, detail: string = name): void {
    if (isStanding === this.#standing.has(name)) return;
    if (isStanding) this.#standing.set(name, detail);
    else this.#standing.delete(name);
    const details = [...this.#standing.values()].join('; ');
    this.#reports.onFault(this.#kind, this.#standing.size > 0, details || 'over');
  }
}
