import type {Update, UpdateRecord} from '../domain/update/update-machine.js';
import {NO_UPDATE} from '../domain/update/update-machine.js';
import type {SafeDisk} from '../platform/safe-disk.js';

/** What a person or a program asks for: a package on this disk. */
export type UpdateOffer = Pick<Update, 'version' | 'file' | 'by'>;

/** What is remembered of releases, beside the site file. */
export class UpdateFiles {
  readonly #record: string;
  readonly #offer: string;
  readonly #disk: SafeDisk;

  constructor(sitePath: string, disk: SafeDisk) {
    this.#record = `${sitePath}.update`;
    this.#offer = `${sitePath}.update-offer`;
    this.#disk = disk;
  }

  record(): UpdateRecord {
    return this.#json<UpdateRecord>(this.#record) ?? NO_UPDATE;
  }

  keep(record: UpdateRecord): void {
    this.#replace(this.#record, record);
  }

  offer(): UpdateOffer | undefined {
    return this.#json<UpdateOffer>(this.#offer);
  }

  makeOffer(offer: UpdateOffer): void {
    this.#replace(this.#offer, offer);
  }

  dropOffer(): void {
    this.#disk.remove(this.#offer);
  }

  #replace(path: string, value: object): void {
    const draft = `${path}.tmp`;
    this.#disk.write(draft, `${JSON.stringify(value, null, 2)}\n`);
    this.#disk.move(draft, path);
  }

  /** Undefined: there is none, or half of one that a power cut left of another program. */
  #json<Value>(path: string): Value | undefined {
    const file = this.#disk.read(path);
    if (file.kind !== 'text') return undefined;
    try {
      return JSON.parse(file.text) as Value;
    } catch {
      return undefined;
    }
  }
}
