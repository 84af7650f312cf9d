import {InternalError} from '../../protocols/base/errors.js';
import {asId} from '../../protocols/site/ids.js';
import type {BayConfig, LotConfig} from '../domain/lot/contract.js';
import type {BaySiteConfig, CollectorSiteConfig} from './collector-schema.js';
import type {SiteConfig} from './schema.js';

/** What the lock of a bay can do. */
function lockOf(config: SiteConfig, lock: string): Pick<BayConfig, 'travelMs' | 'canRaise'> {
  for (const device of config.buses.flatMap(bus => bus.devices)) {
    if (device.id !== lock) continue;
    const {kind} = device;
    if (kind === 'parking-lock') return {travelMs: device.travelMs, canRaise: true};
    if (kind === 'board-lock') {
      return {travelMs: device.travelMs, canRaise: device.raiseLock !== undefined};
    }
  }
  throw new InternalError('internal/config', `lock ${lock} slipped through the check`, {lock});
}

function numberOf({number}: {readonly number?: number | undefined}): {readonly number?: number} {
  return number === undefined ? {} : {number};
}

function bayConfig(
  config: SiteConfig,
  collector: CollectorSiteConfig,
  bay: BaySiteConfig,
): BayConfig {
  return {
    id: asId(bay.id),
    collector: asId(collector.id),
    ...numberOf(bay),
    zone: collector.zone,
    lock: asId(bay.lock),
    ...lockOf(config, bay.lock),
  };
}

/** What the lot needs to know of the site: topology and numbers, no ports and no secrets. */
export function lotConfigOf(config: SiteConfig): LotConfig {
  return {
    bays: config.collectors.flatMap(collector =>
      collector.bays.map(bay => bayConfig(config, collector, bay)),
    ),
    collectors: config.collectors.map(({id, zone, arrow, number, minCardSecurity}) => ({
      id: asId(id),
      ...numberOf({number}),
      zone,
      arrow,
      minCardSecurity,
    })),
    contacts: config.contacts,
    rules: config.rules,
  };
}
