import type {FarEnd} from '../../drivers/port/byte-link.js';

/** Join two far ends crosswise: what the owner of one writes, the owner of the other reads. */
export function crossConnect(left: FarEnd, right: FarEnd): void {
  left.onBytes(bytes => right.send(bytes));
  right.onBytes(bytes => left.send(bytes));
}
