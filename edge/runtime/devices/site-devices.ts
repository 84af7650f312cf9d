import type {InputListener} from '../../../drivers/discrete-inputs/contract.js';
import type {OsdpReader} from '../../../drivers/osdp/contract.js';
import type {MessageFeed} from '../../../drivers/port/message-feed.js';
import type {Clock, Entropy, Millis, Timer} from '../../../protocols/base/clock.js';
import {InternalError} from '../../../protocols/base/errors.js';
import {asId, type DeviceId} from '../../../protocols/site/ids.js';
import type {FeedConfig} from '../../config/device-kinds/feeds.js';
import {takenParts} from '../../config/device-use.js';
import {firePanelsOf} from '../../config/lot-config.js';
import type {SiteConfig, SiteDeviceConfig} from '../../config/schema.js';
import {resolveKey, resolveSecret, type SecretReader} from '../../config/secrets.js';
import type {SounderLevel} from '../../domain/calls/stations-flow.js';
import {type FirePanelConfig, heldOpen} from '../../domain/fire/fire-zone.js';
import type {LotInput} from '../../domain/lot/contract.js';
import type {Log} from '../../platform/log.js';
import type {OpenFeed} from '../open-feed.js';
import {hidDriverOf, type OpenHid} from '../open-hid.js';
import type {OpenLink} from '../open-link.js';
import type {PortSight} from '../port-watch.js';
import {DeviceHost, type HostedDevice} from './device-host.js';
import {makeDevice} from './make-device.js';
import {OsdpDevice, type OsdpReaderConfig} from './osdp-device.js';
import {openOwnLine} from './own-line.js';
import {Plant} from './plant.js';
import type {PlantParts} from './plant-parts.js';
import type {
  CodeInlet,
  DeviceLine,
  DeviceParts,
  DeviceReports,
  SiteDevice,
  WaterInlet,
} from './site-device.js';

/** What devices of a site need of this gateway. */
export interface DeviceSurroundings {
  readonly config: SiteConfig;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly openLink: OpenLink;
  readonly openHid: OpenHid;
  /** Left out: nobody is told why a port is not there. */
  readonly ports?: PortSight | undefined;
  readonly openFeed: OpenFeed;
  readonly secrets: SecretReader;
  /** Files of devices lie beside it. */
  readonly databasePath: string;
  readonly digest: (code: Uint8Array) => string;
  /** Where the codes of a scanner or keypad are judged, if a collector has it. */
  readonly codesOf: (device: string) => CodeInlet | undefined;
  readonly dispatch: (input: LotInput) => void;
}

export interface SiteDevicesOptions extends DeviceSurroundings {
  /** The line that a device hangs on. */
  readonly lineOf: (device: string) => DeviceLine;
  readonly listenTo: DeviceParts['listenTo'];
  /** The stall whose water runs through a meter. */
  readonly waterOf: (device: string) => WaterInlet | undefined;
  /** Panels that told of a fire in the run before, and may not have told its end. */
  readonly firesLeft: ReadonlySet<DeviceId>;
}

/** Long enough for a frame to each valve of a line and its reply. */
const LAST_WORDS_MS: Millis = 500;

/** A reader of the site with what the site file says of it. */
export interface SharedReader {
  readonly reader: OsdpReader;
  readonly config: OsdpReaderConfig;
}

/**
 * The devices of a site that stand for themselves: all that no bay and no collector has taken, and OSDP
 * readers, of which a collector takes parts.
 */
export class SiteDevices {
  readonly #options: SiteDevicesOptions;
  readonly #host: DeviceHost;
  readonly #taken: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #readers = new Map<string, OsdpDevice>();
  readonly #boards: SiteDevice[] = [];
  readonly #firePanels: readonly FirePanelConfig[];
  readonly #fires = new Set<DeviceId>();
  #held: ReadonlySet<DeviceId> = new Set();
  /** Fires of the run before whose panels have said nothing yet. */
  readonly #firesLeft: Set<DeviceId>;
  readonly #plant: Plant;

  constructor(options: SiteDevicesOptions) {
    const {config} = options;
    this.#options = options;
    this.#host = new DeviceHost(options);
    this.#taken = takenParts(config);
    this.#firePanels = firePanelsOf(config);
    this.#firesLeft = new Set(options.firesLeft);
    this.#plant = this.#createPlant();
    for (const device of [...config.buses.flatMap(bus => bus.devices), ...config.devices]) {
      if (device.kind === 'osdp-reader' || !this.#taken.has(device.id)) this.#add(device);
    }
  }

  /** @throws InternalError when the check of the site file let a wrong name through. */
  reader(id: string): SharedReader {
    const device = this.#readers.get(id);
    if (device) return device;
    throw new InternalError('internal/config', `reader ${id} slipped through the check`, {id});
  }

  /** What a device needs that a collector makes for itself. */
  partsFor(id: string): PlantParts {
    return this.#partsOf(id, this.#host.reportsOf(asId(id)));
  }

  /** The distance sensor over a bay. */
  watchDistance(sensor: string, bay: InputListener): void {
    this.#plant.distances.watch(sensor, bay);
  }

  /** Every device has said what it uses. */
  start(): void {
    this.#plant.start();
  }

  /** The lot listens and the lines are being opened. */
  open(): void {
    for (const device of this.#host.all()) device.start?.();
  }

  get(id: DeviceId): SiteDevice | undefined {
    return this.#host.get(id);
  }

  list(): readonly HostedDevice[] {
    return this.#host.list();
  }

  tellFreeBays(count: number): void {
    for (const device of this.#boards) device.onFreeBays?.(count);
  }

  tellCalls(level: SounderLevel): void {
    for (const device of this.#host.all()) device.onCalls?.(level);
  }

  /** What devices have to say at the end, as a valve that is told to close, they say before this settles. */
  async close(): Promise<void> {
    await this.#lastWords(this.#host.close());
    await this.#plant.close();
  }

  /** A line that does not answer must not hold up the end. */
  async #lastWords(closing: Promise<void>): Promise<void> {
    let limit: Timer | undefined;
    const isOver = new Promise<void>(resolve => {
      limit = this.#options.clock.timer('last words', LAST_WORDS_MS, resolve);
    });
    await Promise.race([closing, isOver]);
    limit?.cancel();
  }

  #createPlant(): Plant {
    const {config, clock, lineOf} = this.#options;
    const devices = config.buses.flatMap(bus => bus.devices);
    const placeOf = <Kind extends 'relay-board' | 'counting-inputs'>(id: string, kind: Kind) => {
      const device = devices.find(
        (one): one is Extract<typeof one, {kind: Kind}> => one.id === id && one.kind === kind,
      );
      if (!device) throw new InternalError('internal/config', `${id} is no ${kind}`, {id});
      return {
        bus: lineOf(id).registers,
        config: device,
        reports: this.#host.reportsOf(asId(id)),
      };
    };
    return new Plant({
      clock,
      relayPlace: id => placeOf(id, 'relay-board'),
      counterPlace: id => placeOf(id, 'counting-inputs'),
    });
  }

  #add(config: SiteDeviceConfig): void {
    const device = this.#host.add(config.id, config.kind, reports =>
      makeDevice(config, this.#partsOf(config.id, reports)),
    );
    if (device instanceof OsdpDevice) this.#readers.set(config.id, device);
    if (device?.onFreeBays) this.#boards.push(device);
  }

  /**
   * At once and before anything is stored: nobody waits for a disk to get out. What a fire of the run before has
   * opened is let go when its panel says that it is quiet, as if its end had been seen; a gate then comes down by
   * its own rule, when nobody is below.
   */
  #onFire(panel: DeviceId, isStanding: boolean): void {
    const isLeft = this.#firesLeft.delete(panel);
    if (isStanding) this.#fires.add(panel);
    else this.#fires.delete(panel);
    const former = isLeft && !isStanding ? heldOpen(this.#firePanels, new Set([panel])) : [];
    const before = new Set([...this.#held, ...former]);
    this.#held = heldOpen(this.#firePanels, this.#fires);
    const unsure = heldOpen(this.#firePanels, this.#firesLeft);
    for (const id of new Set([...this.#held, ...before])) {
      const isHeld = this.#held.has(id);
      if (isHeld !== before.has(id) && (isHeld || !unsure.has(id))) this.get(id)?.onFire?.(isHeld);
    }
    this.#options.dispatch({kind: 'fire', panel, isStanding});
  }

  #partsOf(id: string, reports: DeviceReports): PlantParts {
    const {config, clock, entropy, secrets, databasePath, digest} = this.#options;
    const {openLink, openHid, lineOf, listenTo, codesOf, waterOf} = this.#options;
    return {
      ...{id: asId(id), clock, entropy, reports, digest, listenTo},
      codes: codesOf(id),
      water: waterOf(id),
      taken: this.#taken.get(id) ?? new Set(),
      line: () => lineOf(id),
      openLink: link => openLink(link, id),
      openLine: link => openOwnLine({name: id, link, clock, entropy, openLink}),
      plant: this.#plant,
      onPlate: this.#plateListener(id),
      onFire: isStanding => this.#onFire(asId(id), isStanding),
      openFeed: feed => this.#openFeed(id, feed),
      openHid: hid => openHid(hid, hidDriverOf(config), id),
      secret: (reference, what, bytes) => resolveKey(reference, what, secrets, bytes),
      secretText: (reference, what) => resolveSecret(reference, what, secrets),
      pathBeside: suffix => `${databasePath}.${suffix}`,
    };
  }

  #plateListener(camera: string): ((plate: string) => void) | undefined {
    const {config, dispatch} = this.#options;
    const bays = config.collectors.flatMap(collector => collector.bays);
    const seen = bays.find(bay => bay.camera === camera);
    const gates = config.devices.flatMap(device =>
      device.kind === 'barrier' && device.camera === camera ? [asId<DeviceId>(device.id)] : [],
    );
    if (!seen && gates.length === 0) return undefined;
    return plate => {
      if (seen) dispatch({kind: 'plate', bay: asId(seen.id), plate});
      for (const gate of gates) dispatch({kind: 'gate', gate, plate});
    };
  }

  #openFeed(id: string, {broker, user: name, password: reference}: FeedConfig): MessageFeed {
    const {config, secrets, openFeed} = this.#options;
    const what = `password of ${id} at its broker`;
    const password = reference ? resolveSecret(reference, what, secrets) : '';
    const user = name === undefined ? undefined : {name, password};
    return openFeed({broker, user, clientId: `latchkey-${config.site.id}-${id}`}, id);
  }
}
