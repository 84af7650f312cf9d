import {InternalError} from '../../protocols/base/errors.js';
import {asId, type CollectorId, type DeviceId} from '../../protocols/site/ids.js';
import type {BathConfig} from '../domain/bath/contract.js';
import type {FirePanelConfig} from '../domain/fire/fire-zone.js';
import type {LotConfig} from '../domain/lot/contract.js';
import type {BayConfig, CollectorConfig} from '../domain/lot/topology.js';
import {LOT_PROFILES, type LotProfile} from '../domain/policies/profiles.js';
import {callsOf} from './calls-config.js';
import type {BaySiteConfig, CollectorSiteConfig} from './collector-schema.js';
import type {SiteConfig} from './schema.js';

/** Kinds that a fire panel opens. */
export const OPENABLE: ReadonlySet<string> = new Set(['barrier', 'door-strike']);

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

function profileOf({profiles}: SiteConfig, {id, profile}: CollectorSiteConfig): LotProfile {
  const own = profile ?? profiles.find(isLotProfile);
  if (own === undefined) {
    throw new InternalError('internal/config', `${id} has no profile, and that slipped through`);
  }
  return own;
}

function isLotProfile(profile: string): profile is LotProfile {
  return LOT_PROFILES.some(own => own === profile);
}

function bayConfig(
  config: SiteConfig,
  collector: CollectorSiteConfig,
  bay: BaySiteConfig,
): BayConfig {
  return {
    id: asId(bay.id),
    collector: asId(collector.id),
    profile: profileOf(config, collector),
    ...numberOf(bay),
    zone: collector.zone,
    lock: asId(bay.lock),
    ...lockOf(config, bay.lock),
  };
}

/** Each stall is a post too: its keypad, display and button are looked after like those of all others. */
function stallPosts({bath}: SiteConfig): readonly CollectorConfig[] {
  if (!bath) return [];
  const {zone} = bath;
  const common = {zone, profile: 'bath', arrow: '→', minCardSecurity: 'proof'} as const;
  return bath.stalls.map(({id}) => ({id: asId(id), ...common}));
}

function bathOf({bath}: SiteConfig): BathConfig | undefined {
  if (!bath) return undefined;
  const {hottestCelsius, ...rules} = bath.rules;
  return {
    stalls: bath.stalls.map(({id, meter, probe}) => ({
      ...{id: asId<CollectorId>(id), meter: asId<DeviceId>(meter), tariff: bath.tariff},
      hasProbe: probe !== undefined,
    })),
    rows: bath.rows.map(({valve, stalls}) => ({
      valve: asId<DeviceId>(valve),
      stalls: stalls.map(id => asId<CollectorId>(id)),
    })),
    rules: {...rules, hottestMilliCelsius: hottestCelsius * 1000},
  };
}

/** Every panel with what it opens: left out, all that there is to open. */
export function firePanelsOf({devices}: SiteConfig): readonly FirePanelConfig[] {
  const openable = devices.filter(({kind}) => OPENABLE.has(kind)).map(({id}) => id);
  return devices.flatMap(device => {
    if (device.kind !== 'fire-panel') return [];
    const {id, opens = openable, stops} = device;
    return {
      panel: asId<DeviceId>(id),
      opens: opens.map(name => asId<DeviceId>(name)),
      stops: stops.map(name => asId<CollectorId>(name)),
    };
  });
}

/** What the lot needs to know of the site: topology and numbers, no ports and no secrets. */
export function lotConfigOf(config: SiteConfig): LotConfig {
  return {
    bays: config.collectors.flatMap(collector =>
      collector.bays.map(bay => bayConfig(config, collector, bay)),
    ),
    collectors: [
      ...config.collectors.map(collector => {
        const {zone, arrow, minCardSecurity} = collector;
        const id = asId<CollectorId>(collector.id);
        const profile = profileOf(config, collector);
        return {id, profile, ...numberOf(collector), zone, arrow, minCardSecurity};
      }),
      ...stallPosts(config),
    ],
    bath: bathOf(config),
    firePanels: firePanelsOf(config),
    calls: callsOf(config),
    contacts: config.contacts,
    lotKind: config.site.kind,
    rules: config.rules,
  };
}
