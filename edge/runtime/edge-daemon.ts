import {StoreError} from '../../protocols/base/errors.js';
import {asId, type CollectorId} from '../../protocols/site/ids.js';
import {isInWindow} from '../../protocols/site/windows.js';
import {SiteZone} from '../../protocols/site/zone.js';
import {copiesFolder, keepCopy} from '../backup/keep-copy.js';
import {deviceSecrets} from '../config/device-secrets.js';
import {lotConfigOf} from '../config/lot-config.js';
import type {SiteConfig} from '../config/schema.js';
import {resolveKey, resolveSecret, type SecretReader} from '../config/secrets.js';
import {policyOf} from '../domain/policies/policies.js';
import type {PageWarning} from '../page/view.js';
import {closeToOthers} from '../platform/exposure.js';
import {loadOrMakeKey} from '../platform/key-file.js';
import type {Log} from '../platform/log.js';
import type {NtpSource} from '../platform/ntp.js';
import {type StretchCode, stretchCode} from '../platform/stretch.js';
import type {Disk} from '../store/disk.js';
import {FenceFile} from '../store/fence-file.js';
import {SiteStore} from '../store/site-store.js';
import type {UpdatedSite} from '../update/update-desk.js';
import {codeDigest} from './devices/code-digest.js';
import type {DeviceSurroundings} from './devices/site-devices.js';
import {GrantsInlet} from './grants-inlet.js';
import {type FencedGateway, IdentityFence, resumeFence} from './identity-fence.js';
import type {LivingSite} from './life-watch.js';
import {openSessions, publishedBays} from './lot-counts.js';
import {SiteClock} from './site-clock.js';
import type {ConfigDesk} from './site-config/config-desk.js';
import type {ConfigFact, WatchedSite} from './site-config/contract.js';
import {SiteRuntime} from './site-runtime.js';
import {TimeWatch} from './time-watch.js';

export interface EdgeDaemonOptions
  extends Omit<DeviceSurroundings, 'dispatch' | 'digest' | 'codesOf'> {
  readonly version: string;
  readonly ntp: NtpSource;
  /** When this program was built: it is not earlier. */
  readonly builtMs: number;
  readonly warnings: readonly PageWarning[];
  /** Takes new site files; left out, this site keeps the one that it has. */
  readonly configDesk?: ConfigDesk | undefined;
  /** Somebody is about to give this gateway its identity. */
  readonly isEnrolling?: () => boolean;
  /** As the gateway was enrolled; left out, or undefined: as the site file says. */
  readonly gatewayName?: () => string | undefined;
  /** One scrypt of a code; left out: that of this machine, off the thread. */
  readonly stretch?: StretchCode;
  /** Default: the disk of this machine. */
  readonly disk?: Disk;
}

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7] as const;
/** Below it a busy disk or name look-up starves the serial ports. Source: device notes 0.5. */
const THREADS_PER_PORT = 2;
const SPARE_THREADS = 4;

/** Store and site of one gateway, up and running; page and uplink are put on top by the caller. */
export class EdgeDaemon {
  readonly store: SiteStore;
  readonly site: SiteRuntime;
  /** Where grants from the cloud land: stored, then told to the lot. */
  readonly grants: GrantsInlet;
  /** The clock of everything on this site. */
  readonly clock: SiteClock;
  readonly #time: TimeWatch;
  readonly #options: EdgeDaemonOptions;
  readonly #secretKey: Uint8Array;
  #isClosed = false;

  /**
   * Open the store, take up what was left open, and listen to the hardware.
   * @throws StoreError the database is not ours, locked, newer, or damaged
   * @throws ConfigError a secret is missing or has the wrong shape
   */
  constructor(options: EdgeDaemonOptions) {
    const {config, databasePath, secrets, entropy} = options;
    const clock = new SiteClock(options.clock, options.builtMs);
    this.clock = clock;
    this.#options = options;
    const keys = collectorKeys(config, secrets);
    checkDeviceSecrets(config, secrets);
    closeFiles(databasePath, options.log);
    const secretKey = config.secretKey
      ? resolveKey(config.secretKey, 'secretKey', secrets)
      : loadOrMakeKey(`${databasePath}.key`, entropy);
    this.#secretKey = secretKey;
    this.store = new SiteStore({
      path: databasePath,
      site: config.site.id,
      secretKey,
      clock,
      entropy,
      clockState: () => clock.read().clk,
      floorMs: () => clock.read().floorMs,
      recallTime: floorMs => clock.recall(floorMs),
      maxBytes: config.databaseMaxMb * 1024 * 1024,
      whenFull: config.rules.whenDiskFull,
      ...(options.disk ? {disk: options.disk} : {}),
    });
    const warnings = [...options.warnings, ...bareCardWarnings(config)];
    const digest = codeDigest(secretKey);
    const configView = options.configDesk;
    const parts = {
      clock,
      store: this.store,
      keys,
      digest,
      warnings,
      configView,
      stretch: options.stretch ?? stretchCode,
    };
    this.site = new SiteRuntime({...options, ...parts});
    this.#time = this.#watchTime(clock);
    this.grants = new GrantsInlet(this.store.grants, () => this.site.grantsChanged());
    this.#time.start();
    this.site.start(this.#time.offMs());
    resumeFence(this.#fenced());
  }

  /** The site as the trial of a site file sees it. */
  watched(): WatchedSite {
    const {site} = this;
    return {
      get isBusy() {
        return site.isBusy;
      },
      get isLinkUp() {
        return site.isLinkUp;
      },
      deviceHealth: () => site.deviceHealth(),
      tell: facts => this.#tellConfig(facts),
    };
  }

  /** The site as the watchdog's feeder sees it. */
  living(): LivingSite {
    const {site, store, clock} = this;
    return {
      proveWrite: () => store.time.keep(store.stampNow(), clock.floorToKeep()),
      get isDurable() {
        return store.condition().isDurable;
      },
      stillLines: nowMs => site.stillLines(nowMs),
    };
  }

  /** The site as whoever brings new releases sees it. */
  updated(keepCopy: () => Promise<void>): UpdatedSite {
    const {site, store, clock} = this;
    const {config, databasePath} = this.#options;
    const zone = new SiteZone(config.site.timezone);
    const window = {...config.rules.updateWindow, days: EVERY_DAY};
    return {
      database: databasePath,
      keepCopy,
      sight: () => ({
        isBusy: site.isBusy,
        sessions: openSessions(site.lot),
        isNight: clock.read().clk !== 'floor' && isInWindow(window, zone.localTime(clock.wallMs())),
        health: site.deviceHealth(),
        isLinkUp: site.isLinkUp,
      }),
      tell: facts => store.lot.commit({facts, records: [], stamp: store.stampNow()}),
    };
  }

  /** What the way to the cloud needs of this gateway. */
  uplinkParts() {
    const {entropy, log, version, configDesk} = this.#options;
    const {outbox, boot} = this.store;
    return {
      clock: this.clock,
      time: this.clock,
      entropy,
      log: log.child('uplink'),
      boot,
      firmware: version,
      outbox,
      grants: this.grants,
      commands: this.site.remoteOrders,
      siteConfig: configDesk,
      notices: this.store.notices,
      bays: () => publishedBays(this.site.lot),
      fenceFor: (credential: string) => new IdentityFence(this.#fenced(), credential),
    };
  }

  #fenced(): FencedGateway {
    return {
      file: new FenceFile(this.#options.databasePath),
      startNewEpoch: why => this.store.outbox.startNewEpoch(why),
      stopAdmission: (isStanding, detail) => this.site.stopAdmission(isStanding, detail),
    };
  }

  #tellConfig(facts: readonly ConfigFact[]): void {
    this.store.lot.commit({facts, records: [], stamp: this.store.stampNow()});
    for (const {kind, body} of facts) {
      if (kind === 'config.rolled_back') this.site.raiseRollback(`${body.why}: ${body.detail}`);
    }
  }

  /**
   * A sealed copy of the whole site beside its database, before something risky: opened with the key of
   * its card secrets. Returns where it lies.
   * @throws StoreError see `keepCopy`
   */
  keepCopy(
    reason: string,
    site: {readonly path: string; readonly pathOf: (path: string) => string},
  ): Promise<string> {
    const {config, databasePath, clock, entropy, version} = this.#options;
    return keepCopy(copiesFolder(databasePath), reason, {
      ...{clock, entropy, config, version, pathOf: site.pathOf, sitePath: site.path},
      secret: {kind: 'key', bytes: this.#secretKey},
      copyDatabase: target => this.store.copyTo(target),
      isTrusted: true,
      databaseBytes: this.store.sizeBytes,
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.site.close();
    this.#time.close();
    this.store.close();
  }

  #watchTime(clock: SiteClock): TimeWatch {
    const {store, site} = this;
    return new TimeWatch({
      clock,
      ntp: this.#options.ntp,
      log: this.#options.log,
      former: store.time.former,
      keep: () => store.time.keep(store.stampNow(), clock.floorToKeep()),
      journal: fact => void store.journal.append([fact], store.stampNow()),
      onChange: () => site.clockChanged(),
      onOffTime: offMs => site.offTimeKnown(offMs),
    });
  }
}

/** Cards, holders and keys are nobody else's to read. @throws StoreError `store/exposed` */
function closeFiles(databasePath: string, log: Log): void {
  const expected = '600 of our own user';
  for (const {path, got, isMended, isOpenToAll} of closeToOthers(databasePath)) {
    log.warn('file.exposed', {path, expected, got, isMended});
    if (isMended || !isOpenToAll) continue;
    const text = `${path}: expected a file that only its owner reads (${expected}), got ${got}`;
    throw new StoreError('store/exposed', text, {path, got});
  }
}

/** Threads that the site's links need besides what the disk may block. */
export function threadsNeeded(config: SiteConfig): number {
  const links = [
    ...config.buses.map(bus => bus.link),
    ...config.devices.flatMap(device => ('link' in device ? [device.link] : [])),
    ...config.buses
      .flatMap(bus => bus.devices)
      .flatMap(device => ('reader' in device && device.reader ? [device.reader.link] : [])),
    ...config.collectors.flatMap(one => {
      if (one.kind === 'smart') return [one.link];
      return 'link' in one.reader ? [one.reader.link] : [];
    }),
  ];
  const ports = links.filter(link => link.kind === 'serial').length;
  return ports * THREADS_PER_PORT + SPARE_THREADS;
}

function collectorKeys(
  config: SiteConfig,
  secrets: SecretReader,
): ReadonlyMap<CollectorId, Uint8Array> {
  const keys = new Map<CollectorId, Uint8Array>();
  for (const collector of config.collectors) {
    if (collector.kind !== 'smart') continue;
    const what = `key of collector ${collector.id}`;
    keys.set(asId(collector.id), resolveKey(collector.key, what, secrets));
  }
  return keys;
}

/** Before anything is opened: half a site would keep its ports. */
function checkDeviceSecrets(config: SiteConfig, secrets: SecretReader): void {
  for (const {reference, what, bytes} of deviceSecrets(config)) {
    if (bytes === undefined) resolveSecret(reference, what, secrets);
    else resolveKey(reference, what, secrets, bytes);
  }
}

function bareCardWarnings(config: SiteConfig): readonly PageWarning[] {
  return lotConfigOf(config)
    .collectors.filter(one => policyOf(one).credentialKinds.has('card'))
    .filter(({minCardSecurity}) => minCardSecurity === 'uid')
    .map(({id}) => ({code: 'bareCardNumbers', subject: id}));
}
