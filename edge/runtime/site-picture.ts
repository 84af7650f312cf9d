import type {Screen} from '../../drivers/display/contract.js';
import type {BayId, CollectorId} from '../../protocols/site/ids.js';
import {asId} from '../../protocols/site/ids.js';
import type {StallPost} from '../config/bath-schema.js';
import type {CollectorSiteConfig} from '../config/collector-schema.js';
import {buttonName, readerName, stallPosts} from '../config/device-use.js';
import type {SiteConfig} from '../config/schema.js';
import {type LampState, lampState} from '../domain/lamp/lamp.js';
import type {OrderResult} from '../domain/lot/contract.js';
import type {BayState, LotState} from '../domain/lot/lot-state.js';
import type {
  PageAlarm,
  PageBay,
  PageCloud,
  PageCollector,
  PageConfig,
  PageDevice,
  PageLine,
  PageNotice,
  PageState,
  PageStorage,
  PageWarning,
} from '../page/view.js';

/** What the picture of a site is drawn from. */
export interface PictureSources {
  readonly config: SiteConfig;
  readonly version: string;
  readonly lot: LotState;
  readonly screens: ReadonlyMap<CollectorId, Screen>;
  readonly orders: ReadonlyMap<BayId, OrderResult>;
  readonly lines: readonly PageLine[];
  readonly devices: readonly PageDevice[];
  readonly cloud: PageCloud;
  readonly storage: PageStorage;
  readonly warnings: readonly PageWarning[];
  readonly isEnrolling: boolean;
  readonly siteConfig: PageConfig;
  readonly notices: readonly PageNotice[];
}

/** The site as the local page shows it, from memory. */
export function drawSite(sources: PictureSources): PageState {
  const {config, version, lot} = sources;
  return {
    site: {
      id: asId(config.site.id),
      name: config.site.name,
      version,
      manualRelease: config.site.manualRelease ?? null,
    },
    bays: [...lot.bays.values()].map(bay => drawBay(bay, sources)),
    collectors: [
      ...config.collectors.map(collector => drawCollector(collector, sources)),
      ...stallPosts(config).map(stall => drawStall(stall, sources)),
    ],
    lines: sources.lines,
    devices: sources.devices,
    alarms: drawAlarms(lot),
    lamp: drawLamp(sources),
    cloud: sources.cloud,
    storage: sources.storage,
    warnings: sources.warnings,
    config: sources.siteConfig,
    notices: sources.notices,
  };
}

function drawLamp({lot, lines, cloud, isEnrolling}: PictureSources): LampState {
  const {room, grants} = lot.storage;
  return lampState({
    isServing: lot.admissionStops.size === 0 && room !== 'full' && grants !== 'lost',
    isEnrolling,
    linesDown: lines.filter(({state}) => state === 'down').length,
    link: cloud.link,
  });
}

function drawBay(bay: BayState, {orders}: PictureSources): PageBay {
  return {
    id: bay.config.id,
    zone: bay.config.zone,
    collector: bay.config.collector,
    arm: bay.reading?.arm ?? 'unknown',
    occupancy: bay.sensor?.occupancy ?? 'unknown',
    session: bay.session?.row.phase ?? null,
    health: bay.health,
    saleable: bay.published?.saleable ?? false,
    lastOrder: orders.get(bay.config.id) ?? null,
  };
}

function drawCollector(collector: CollectorSiteConfig, sources: PictureSources): PageCollector {
  const id: CollectorId = asId(collector.id);
  const {partsOffline} = sources.lot;
  const parts: readonly string[] =
    collector.kind === 'plain'
      ? [collector.id, readerName(collector), collector.display, buttonName(collector)]
      : [collector.id];
  const isOffline = parts.some(part => partsOffline.has(asId(part)));
  return {
    id,
    zone: collector.zone,
    kind: collector.kind,
    health: isOffline ? 'offline' : 'ok',
    screen: sources.screens.get(id) ?? null,
    minCardSecurity: collector.minCardSecurity,
  };
}

function drawStall({zone, ...stall}: StallPost, sources: PictureSources): PageCollector {
  const id: CollectorId = asId(stall.id);
  const {partsOffline} = sources.lot;
  const parts = [stall.display, stall.button, stall.keypad, stall.meter];
  const isOffline = parts.some(part => partsOffline.has(asId(part)));
  return {
    ...{id, zone, kind: 'plain', health: isOffline ? 'offline' : 'ok', minCardSecurity: 'proof'},
    screen: sources.screens.get(id) ?? null,
  };
}

function drawAlarms(lot: LotState): readonly PageAlarm[] {
  return [...lot.alarms.values()]
    .sort((left, right) => left.raisedWallMs - right.raisedWallMs || (left.id < right.id ? -1 : 1))
    .map(alarm => ({
      ...alarm,
      contact: lot.config.contacts[alarm.escalation]?.name ?? null,
    }));
}
