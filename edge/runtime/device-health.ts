import {buttonName, readerName} from '../config/device-use.js';
import type {SiteConfig} from '../config/schema.js';
import type {LotState} from '../domain/lot/lot-state.js';
import type {HostedDevice} from './devices/device-host.js';

export type AnswersNow = 'ok' | 'offline';

/**
 * Every device that the site file names and that can be missed, by id: locks, parts of collectors, and
 * those that stand for themselves. What has not been heard of since the start counts as offline where it
 * is polled, and as there where it speaks only when it has something to say.
 */
export function deviceHealth(
  {bath, collectors}: SiteConfig,
  lot: LotState,
  devices: readonly HostedDevice[],
): ReadonlyMap<string, AnswersNow> {
  const found = new Map<string, AnswersNow>();
  const silent = new Set<string>(lot.partsOffline.keys());
  for (const line of lot.linesDown.values()) for (const id of line.devices) silent.add(id);
  for (const {id, health} of devices) {
    found.set(id, health === 'offline' || silent.has(id) ? 'offline' : 'ok');
  }
  for (const collector of collectors) {
    const parts =
      collector.kind === 'plain'
        ? [readerName(collector), collector.display, buttonName(collector)]
        : [collector.id];
    for (const part of parts) {
      if (!found.has(part)) found.set(part, silent.has(part) ? 'offline' : 'ok');
    }
  }
  for (const {display, button} of bath?.stalls ?? []) {
    for (const part of [display, button]) found.set(part, silent.has(part) ? 'offline' : 'ok');
  }
  for (const {config, health} of lot.bays.values()) {
    found.set(config.lock, health === 'ok' ? 'ok' : 'offline');
  }
  return found;
}

/** No arm is ordered or moves, nobody showers, and no card is being judged. */
export function isAtRest({bays, collectors, stalls}: LotState): boolean {
  const moves = [...bays.values()].some(
    ({actuation, claim}) => actuation !== undefined || claim !== undefined,
  );
  const showers = [...stalls.values()].some(({shower}) => shower !== undefined);
  return !moves && !showers && [...collectors.values()].every(({series}) => series.kind === 'idle');
}
