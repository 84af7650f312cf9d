import fc from 'fast-check';
import type {Millis} from '../../../protocols/base/clock.js';
import type {MessageFaults} from '../../wire/faulty-way.js';

/** What can befall a gateway, its link or its cloud. */
export type SyncFault =
  | {readonly kind: 'append'; readonly count: number}
  | {readonly kind: 'pass'; readonly ms: Millis}
  /** From now on messages are lost, doubled and swapped so often, with each new connection. */
  | {readonly kind: 'weather'; readonly faults: MessageFaults}
  /** The connection breaks; a new one may come at once. */
  | {readonly kind: 'drop'}
  | {readonly kind: 'cut'}
  | {readonly kind: 'mend'}
  | {readonly kind: 'restartGateway'}
  | {readonly kind: 'restartCloud'}
  /** Copy the files as they lie on the disk, in the middle of everything. */
  | {readonly kind: 'copyGateway'}
  /** Put the last copy back in place of the files. */
  | {readonly kind: 'restoreGateway'; readonly withEpochFile: boolean}
  | {readonly kind: 'copyCloud'}
  | {readonly kind: 'restoreCloud'};

const share = fc.double({min: 0, max: 0.4, noNaN: true});

/** Ordinary days and bad ones: events and time are the most frequent. */
export function syncFaults(maxAppend: number): fc.Arbitrary<SyncFault> {
  const plain = (kind: 'drop' | 'cut' | 'mend' | 'restartGateway' | 'restartCloud') =>
    fc.constant<SyncFault>({kind});
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .integer({min: 1, max: maxAppend})
        .map((count): SyncFault => ({kind: 'append', count})),
    },
    {
      weight: 6,
      arbitrary: fc.integer({min: 1, max: 90_000}).map((ms): SyncFault => ({kind: 'pass', ms})),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({loss: share, duplicate: share, reorder: share, holdMs: fc.nat(5000)})
        .map((faults): SyncFault => ({kind: 'weather', faults})),
    },
    {weight: 3, arbitrary: plain('drop')},
    {weight: 1, arbitrary: plain('cut')},
    {weight: 2, arbitrary: plain('mend')},
    {weight: 2, arbitrary: plain('restartGateway')},
    {weight: 2, arbitrary: plain('restartCloud')},
  );
}

/** Old files come back, too. */
export function syncFaultsWithRestores(maxAppend: number): fc.Arbitrary<SyncFault> {
  return fc.oneof(
    {weight: 24, arbitrary: syncFaults(maxAppend)},
    {weight: 2, arbitrary: fc.constant<SyncFault>({kind: 'copyGateway'})},
    {
      weight: 2,
      arbitrary: fc
        .boolean()
        .map((withEpochFile): SyncFault => ({kind: 'restoreGateway', withEpochFile})),
    },
    {weight: 1, arbitrary: fc.constant<SyncFault>({kind: 'copyCloud'})},
    {weight: 1, arbitrary: fc.constant<SyncFault>({kind: 'restoreCloud'})},
  );
}
