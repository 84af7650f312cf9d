import type {Credentials} from '../credentials/assemble-credentials.js';
import {deliverableOf} from '../credentials/effect-rules.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {BathCodes} from './bath-routes.js';

/** Codes as the credentials of rights. */
export class RightCodes implements BathCodes {
  readonly #parts: Pick<Credentials, 'issuer' | 'rights' | 'credentials'>;

  constructor(parts: Pick<Credentials, 'issuer' | 'rights' | 'credentials'>) {
    this.#parts = parts;
  }

  fetchCodes(tx: CloudTransaction, order: {readonly id: string}, name: string) {
    return this.#parts.issuer.fetchCodes(tx, order, name);
  }

  /** A gateway opens when it has both the right and its code. */
  async deliverable(db: CloudReader, order: string, name: string) {
    const {rights, credentials} = this.#parts;
    const right = await rights.ofOrder(db, order, name);
    if (right?.state !== 'issued') return null;
    const ids = [right.id, ...right.credentials];
    const readings = await credentials.readings(db, ids);
    const far = ids.map(id => deliverableOf(readings.get(id) ?? [], false));
    return far.every(one => one === 'pre_synced') ? 'pre_synced' : null;
  }
}
