import type {Clock} from '../../protocols/base/clock.js';
import type {LampState} from '../domain/lamp/lamp.js';
import type {Log} from '../platform/log.js';
import type {ServiceManager} from '../platform/service-socket.js';
import {type Lamp, LampKeeper} from '../runtime/lamp-keeper.js';
import {LifeWatch, type LivingSite} from '../runtime/life-watch.js';
import {UpdateDesk, type UpdatedSite} from '../update/update-desk.js';
import type {UpdateFiles} from '../update/update-files.js';

/** The site as a service of its machine sees it; each is undefined while the site is started anew. */
export interface ServedSite {
  living(): LivingSite | undefined;
  lamp(): LampState | undefined;
  updated(): UpdatedSite | undefined;
}

export interface ServiceParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly site: ServedSite;
  /** Undefined: nobody manages this process. */
  readonly manager: ServiceManager | undefined;
  /** Undefined: a box without a lamp. */
  readonly lamp: Lamp | undefined;
  /** Undefined: it was not installed, so nothing can be put in its place. */
  readonly updates: UpdateFiles | undefined;
  /** Close the site and end this process, to be started again. */
  readonly leave: () => void;
}

/**
 * Tell the manager of services that the site decides, feed its watchdog while the site lives, keep the
 * lamp of the box, and wait for new releases, until the result is called at the begin of the end.
 */
export function tendService(parts: ServiceParts): () => void {
  const {clock, log, site, manager, lamp, updates, leave} = parts;
  const {watchdogMs} = manager ?? {};
  if (manager && !manager.tell('READY=1')) log.warn('service.not-told', {});
  const feed = (): void => void manager?.tell('WATCHDOG=1');
  const watch =
    watchdogMs === undefined
      ? undefined
      : new LifeWatch({clock, log, feed, site: () => site.living(), limitMs: watchdogMs});
  const keeper = lamp && new LampKeeper({clock, lamp, state: () => site.lamp()});
  const stuck = () => watch?.stuck ?? [];
  const desk =
    updates &&
    new UpdateDesk({clock, log, files: updates, stuck, leave, site: () => site.updated()});
  return () => {
    desk?.close();
    watch?.close();
    keeper?.close();
    manager?.tell('STOPPING=1');
  };
}
