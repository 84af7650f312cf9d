import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {LotInput} from '../lot/contract.js';
import type {StorageState} from '../lot/storage-state.js';
import type {Turn} from '../lot/turn.js';
import {clearAlarm, raiseAlarm} from './alarm-flow.js';

/** The store fills up, fails or recovers: people are told, and what is refused follows from the state. */
export function onStorage(
  turn: Turn,
  {storage, detail}: Extract<LotInput, {kind: 'storage'}>,
): void {
  turn.patch({storage});
  judgeStorage(turn, 'STORAGE_FULL', storage.room !== 'ample', detail);
  judgeStorage(turn, 'STORAGE_FAULT', !storage.isDurable || storage.grants !== 'sure', detail);
}

/**
 * Why nobody new is let in: the last room in the store belongs to those who are in already, and without
 * grants there is nothing to decide by. Exits, arms that close, calls and people's orders go on.
 */
export function entryDoubt(
  turn: Turn,
): Extract<Reason, 'STORAGE_FULL' | 'NEEDS_GUARD'> | undefined {
  const {storage} = turn.state;
  if (storage.grants === 'lost') return 'NEEDS_GUARD';
  return storage.room === 'full' ? 'STORAGE_FULL' : undefined;
}

/**
 * May a right that is good once, and good since `fromMs`, be used up? A use that is only remembered in memory
 * comes back with the next power cut; one from before the store knew all of them may have been made
 * already, and a right that began later cannot.
 */
export function canUseUp(
  {isDurable, grants, usesSureFromMs}: StorageState,
  fromMs: UnixMillis,
): boolean {
  return isDurable && grants !== 'lost' && fromMs >= usesSureFromMs;
}

/** Raise the alarm or take it back. */
export function judgeStorage(
  turn: Turn,
  kind: 'STORAGE_FULL' | 'STORAGE_FAULT' | 'STORAGE_SLOW',
  stands: boolean,
  detail: string,
): void {
  if (stands) raiseAlarm(turn, {kind, detail});
  else clearAlarm(turn, {kind}, 'recovered');
}
