import {stringify} from 'yaml';
import type {LotKind} from '../../protocols/site/lot-kind.js';

/** How big a simulated car park is and where its lines lie. */
export interface SitePlan {
  /** Left out: anybody may park. */
  readonly lotKind?: LotKind;
  readonly siteId: string;
  readonly collectors: readonly CollectorPlan[];
  readonly database: string;
  /** Port of the local page; 0 = any free one. */
  readonly pagePort: number;
  readonly cloud: CloudPlan | undefined;
  /** Overrides of the rules, in the words of `site.yaml`. */
  readonly rules?: Readonly<Record<string, unknown>>;
  readonly language?: 'zh-CN' | 'en';
  /** More lines and devices, in the words of `site.yaml`. */
  readonly plant?: PlantPlan;
  /** Where the key that encrypts card secrets at rest lies. */
  readonly secretKeyFile: string;
  /** Issuers of signed QR tokens, in the words of `site.yaml`. */
  readonly tokenKeys?: readonly object[];
}

export interface PlantPlan {
  readonly buses?: readonly object[];
  readonly devices?: readonly object[];
  /** The block of a public bath. */
  readonly bath?: object;
}

export interface CloudPlan {
  readonly broker: string;
  readonly tenant: string;
  readonly gateway: string;
  readonly publicKeyFile: string;
}

export interface CollectorPlan {
  /** `C1`; its line is `line-C1`. */
  readonly id: string;
  readonly zone: string;
  readonly arrow: string;
  readonly kind: 'plain' | 'smart';
  /** Left out: `parkCard`. */
  readonly profile?: string;
  readonly bays: readonly string[];
  /** Link of the RS-485 line and of the reader or sealed link, as `site.yaml` writes them. */
  readonly lineLink: LinkPlan;
  readonly readerLink: LinkPlan;
  readonly keyFile: string | undefined;
  readonly minCardSecurity?: 'uid' | 'proof';
  readonly travelMs?: number;
  readonly pollMs?: number;
  /** Entries of the site file beside the usual ones, as they stand there. */
  readonly more?: {
    readonly lineDevices?: readonly SiteEntry[];
    readonly ownDevices?: readonly SiteEntry[];
    readonly bays?: readonly SiteEntry[];
    /** Name of the call button, instead of the usual one. */
    readonly button?: string;
    /** Scanners and keypads of the collector. */
    readonly codes?: readonly string[];
    /** Under which tokens name its bays, in their order. */
    readonly bayNumbers?: readonly number[];
    /** Cameras that see them, in their order. */
    readonly bayCameras?: readonly string[];
  };
}

type SiteEntry = Readonly<Record<string, unknown>>;

export type LinkPlan =
  | {readonly kind: 'serial'; readonly path: string; readonly baudRate: number}
  | {readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly baudRate: number};

const USUAL_PROFILE = 'parkCard';
export const LINE_BAUD_RATE = 9600;
export const SEALED_LINK_BAUD_RATE = 115_200;
export const DISPLAY_UNIT = 31;
export const BUTTON_UNIT = 32;

/** `site.yaml` of the plan: the daemon reads it like any installer's file. */
export function siteYaml(plan: SitePlan): string {
  return stringify({
    site: {
      id: plan.siteId,
      name: '示范停车场',
      timezone: 'Asia/Shanghai',
      kind: plan.lotKind ?? 'public',
      language: plan.language ?? 'zh-CN',
    },
    profiles: profilesOf(plan),
    database: plan.database,
    secretKey: {file: plan.secretKeyFile},
    page: {host: '127.0.0.1', port: plan.pagePort},
    ...(plan.tokenKeys ? {tokenKeys: plan.tokenKeys} : {}),
    ...(plan.cloud ? {cloud: cloudBlock(plan.cloud)} : {}),
    buses: [...plan.collectors.map(lineBlock), ...(plan.plant?.buses ?? [])],
    devices: [
      ...plan.collectors.flatMap(({more}) => more?.ownDevices ?? []),
      ...(plan.plant?.devices ?? []),
    ],
    collectors: plan.collectors.map(collectorBlock),
    ...(plan.plant?.bath ? {bath: plan.plant.bath} : {}),
    contacts: [
      {name: '值班保安', afterMs: 0},
      {name: '保安队长', afterMs: 60_000},
      {name: '运营中心', afterMs: 180_000},
    ],
    staff: [
      {id: 'wang', name: '王强'},
      {id: 'li', name: '李敏', role: 'supervisor'},
    ],
    // A simulated car park opens at once: a person who drives each lock once would be no part of its story.
    rules: {commissioning: 'replaced', ...plan.rules},
  });
}

function profilesOf({collectors, plant}: SitePlan): readonly string[] {
  const lots = collectors.map(one => one.profile ?? USUAL_PROFILE);
  if (plant?.bath) lots.push('bath');
  return lots.length > 0 ? [...new Set(lots)] : [USUAL_PROFILE];
}

/** Unit address of the lock of the `index`-th bay of a collector. */
export function lockUnit(index: number): number {
  return index + 1;
}

function cloudBlock(cloud: CloudPlan) {
  const {broker, tenant, gateway, publicKeyFile} = cloud;
  return {broker, tenant, gateway, publicKey: {file: publicKeyFile}};
}

function lineBlock(collector: CollectorPlan) {
  const locks = collector.bays.map((bay, index) => ({
    id: `L-${bay}`,
    kind: 'parking-lock',
    profile: 'reference',
    address: lockUnit(index),
    travelMs: collector.travelMs ?? 3000,
    ...(collector.pollMs === undefined ? {} : {pollMs: collector.pollMs}),
  }));
  const post =
    collector.kind === 'plain'
      ? [
          {id: `D-${collector.id}`, kind: 'display', profile: 'reference', address: DISPLAY_UNIT},
          {
            id: `E-${collector.id}`,
            kind: 'emergency-button',
            profile: 'reference',
            address: BUTTON_UNIT,
          },
        ]
      : [];
  return {
    id: `line-${collector.id}`,
    link: collector.lineLink,
    devices: [...locks, ...post, ...(collector.more?.lineDevices ?? [])],
  };
}

function collectorBlock(collector: CollectorPlan) {
  const {id, zone, arrow, kind, profile = USUAL_PROFILE} = collector;
  const bays = collector.bays.map((bay, index) => ({
    id: bay,
    lock: `L-${bay}`,
    sensor: {from: 'lock'},
    ...(collector.more?.bayNumbers ? {number: collector.more.bayNumbers[index]} : {}),
    ...(collector.more?.bayCameras ? {camera: collector.more.bayCameras[index]} : {}),
  }));
  const allBays = [...bays, ...(collector.more?.bays ?? [])];
  const security = collector.minCardSecurity ?? (kind === 'plain' ? 'uid' : 'proof');
  if (kind === 'smart') {
    return {
      id,
      zone,
      arrow,
      profile,
      kind,
      link: collector.readerLink,
      key: {file: collector.keyFile},
      minCardSecurity: security,
      bays: allBays,
    };
  }
  return {
    id,
    zone,
    arrow,
    profile,
    kind,
    reader: {kind: 'rdm6300', link: collector.readerLink},
    display: `D-${id}`,
    button: collector.more?.button ?? `E-${id}`,
    ...(collector.more?.codes ? {codes: collector.more.codes} : {}),
    minCardSecurity: security,
    bays: allBays,
  };
}
