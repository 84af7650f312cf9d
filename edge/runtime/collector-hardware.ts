import type {CardReader, CardReaderListener} from '../../drivers/card-reader/contract.js';
import {Rdm6300Reader} from '../../drivers/card-reader/rdm6300-reader.js';
import type {Collector, CollectorListener} from '../../drivers/collector/contract.js';
import {PlainCollector} from '../../drivers/collector/plain-collector.js';
import {SmartCollector} from '../../drivers/collector/smart-collector.js';
import type {Display, DisplayListener} from '../../drivers/display/contract.js';
import type {
  EmergencyButton,
  EmergencyButtonListener,
} from '../../drivers/emergency-button/contract.js';
import {ModbusButton} from '../../drivers/emergency-button/modbus-button.js';
import {OsdpCallButton} from '../../drivers/osdp/osdp-call-button.js';
import {OsdpCardReader} from '../../drivers/osdp/osdp-card-reader.js';
import {OsdpDisplay} from '../../drivers/osdp/osdp-display.js';
import type {Clock} from '../../protocols/base/clock.js';
import {InternalError} from '../../protocols/base/errors.js';
import {READER_PROFILES, type ReaderProfile} from '../../protocols/card/card-identity.js';
import {asId, type CollectorId, type DeviceId} from '../../protocols/site/ids.js';
import type {StallPost} from '../config/bath-schema.js';
import type {DeviceConfig} from '../config/bus-schema.js';
import type {
  CollectorSiteConfig,
  PlainCollectorConfig,
  Rdm6300Config,
} from '../config/collector-schema.js';
import {buttonName, readerName} from '../config/device-use.js';
import type {SiteConfig} from '../config/schema.js';
import type {LotInput} from '../domain/lot/contract.js';
import type {Log} from '../platform/log.js';
import type {FrameCounters} from '../store/counters.js';
import {createOwnedPn532} from './devices/card-device.js';
import {createDisplay, isDisplay} from './devices/display-devices.js';
import {createLoopButton, type KeptPresses, listenToResetKey} from './devices/loop-device.js';
import type {PlantParts} from './devices/plant-parts.js';
import {createMilesightButton} from './devices/radio-button.js';
import type {SharedReader} from './devices/site-devices.js';
import type {OpenLink} from './open-link.js';

export interface CollectorHardwareOptions {
  readonly collector: CollectorSiteConfig | StallPost;
  readonly clock: Clock;
  readonly log: Log;
  readonly openLink: OpenLink;
  readonly counters: FrameCounters;
  readonly keys: ReadonlyMap<CollectorId, Uint8Array>;
  readonly config: SiteConfig;
  /** What the site file says of a device on a line. */
  readonly unitOf: (device: string) => DeviceConfig;
  /** An OSDP reader, which the site keeps. */
  readonly readerOf: (device: string) => SharedReader;
  readonly partsFor: (device: string) => PlantParts;
  readonly dispatch: (input: LotInput) => void;
  /** How many presses each button had counted when the run before ended. */
  readonly pressCounts: ReadonlyMap<DeviceId, number>;
}

/** Ten call buttons on the line of ten stalls are not to take it from the water; presses are counted by the board. */
const STALL_BUTTON_MS = 1000;
/** What a guard can look for. */
const BUTTON_WORDS = {
  open: 'its loop is cut, it cannot call',
  short: 'its loop is bridged, it cannot call',
  low_battery: 'its battery is low, change it',
};

/** The collector that the site file describes, plain or smart, telling the lot what it sees. */
export function createCollector(options: CollectorHardwareOptions): Collector {
  const {collector} = options;
  switch (collector.kind) {
    case 'plain':
      return createPlain(options, collector);
    case 'smart':
      return createSmart(options, collector);
    case 'stall':
      return createStall(options, collector);
  }
}

/** Its keypad and meter stand for themselves and are heard by the site. */
function createStall(options: CollectorHardwareOptions, stall: StallPost): Collector {
  const {id, display, button} = stall;
  return new PlainCollector({
    id: asId(id),
    clock: options.clock,
    listener: listenerFor(options, {reader: stall.keypad, display, button, collector: id}),
    display: listener => createPostDisplay(options, display, listener),
    button: listener => createButton(options, stall, listener),
  });
}

function createPlain(
  options: CollectorHardwareOptions,
  collector: PlainCollectorConfig,
): Collector {
  const {clock} = options;
  const parts = {
    reader: readerName(collector),
    display: collector.display,
    button: buttonName(collector),
    collector: collector.id,
  };
  return new PlainCollector({
    id: asId(collector.id),
    clock,
    listener: listenerFor(options, parts),
    reader: listener => createReader(options, collector, listener),
    display: listener => createPostDisplay(options, collector.display, listener),
    button: listener => createButton(options, collector, listener),
  });
}

function createReader(
  options: CollectorHardwareOptions,
  collector: PlainCollectorConfig,
  listener: CardReaderListener,
): CardReader {
  const {clock, config, log, openLink, partsFor, readerOf} = options;
  const {reader} = collector;
  const name = readerName(collector);
  if ('link' in reader) {
    return new Rdm6300Reader({
      id: asId(name),
      link: openLink(reader.link, name),
      clock,
      listener,
      profile: profileOf(reader.profile),
      onTrouble: (code, text) => log.warn('device.trouble', {device: name, code, text}),
    });
  }
  const own = config.devices.find(({id}) => id === reader.device);
  if (own?.kind === 'pn532') return createOwnedPn532(own, partsFor(name), listener);
  const {reader: osdp, config: unit} = readerOf(reader.device);
  const {goneAfterMs, number} = unit;
  return new OsdpCardReader({id: asId(name), reader: osdp, clock, listener, goneAfterMs, number});
}

function profileOf(profile: Rdm6300Config['profile']): ReaderProfile {
  return typeof profile === 'string'
    ? READER_PROFILES[profile]
    : {...READER_PROFILES.rdm6300, ...profile};
}

function createPostDisplay(
  {clock, dispatch, log, partsFor, readerOf, unitOf}: CollectorHardwareOptions,
  name: string,
  listener: DisplayListener,
): Display {
  const unit = unitOf(name);
  const id: DeviceId = asId(name);
  if (unit.kind === 'osdp-reader') {
    const {reader, config} = readerOf(name);
    return new OsdpDisplay({id, reader, clock, listener, columns: config.columns});
  }
  if (!isDisplay(unit)) throw wrongKind(name, unit.kind);
  const onTrouble = (code: string, text: string) =>
    log.warn('device.trouble', {device: name, code, text});
  return createDisplay(
    unit,
    {...partsFor(name), onTrouble},
    {
      onHealth: health => listener.onHealth(health),
      onKey: key => dispatch({kind: 'deviceEvent', device: id, event: 'key', data: {key}}),
    },
  );
}

function createButton(
  options: CollectorHardwareOptions,
  collector: Pick<PlainCollectorConfig, 'button'>,
  listener: EmergencyButtonListener,
): EmergencyButton {
  const {clock, config, dispatch, log, partsFor, pressCounts, readerOf, unitOf} = options;
  const {collector: post} = options;
  const {button} = collector;
  const name = buttonName(collector);
  const id: DeviceId = asId(name);
  if (typeof button === 'object') {
    const {reader} = readerOf(button.device);
    return new OsdpCallButton({id, reader, clock, listener, input: button.input});
  }
  const kept: KeptPresses = {
    formerCount: pressCounts.get(id),
    onCount: count => dispatch({kind: 'pressCount', device: id, count}),
  };
  const own = config.devices.find(device => device.id === button);
  if (own?.kind === 'loop-button') {
    const parts = partsFor(name);
    listenToResetKey(own, parts, () =>
      dispatch({kind: 'resetKey', collector: asId(options.collector.id), person: null}),
    );
    return createLoopButton(own, parts, listener, kept);
  }
  if (own?.kind === 'milesight-button') {
    return createMilesightButton(own, partsFor(name), listener);
  }
  const unit = unitOf(button);
  if (unit.kind !== 'emergency-button') throw wrongKind(button, unit.kind);
  return new ModbusButton({
    id,
    bus: partsFor(button).line().registers,
    clock,
    unit: unit.address,
    listener,
    ...kept,
    ...(post.kind === 'stall' && {pollMs: STALL_BUTTON_MS}),
    onTrouble: (code, text) => log.warn('device.trouble', {device: name, code, text}),
  });
}

function createSmart(
  options: CollectorHardwareOptions,
  config: Extract<CollectorSiteConfig, {kind: 'smart'}>,
): Collector {
  const {clock, counters, keys, log, openLink} = options;
  const key = keys.get(asId(config.id));
  if (!key) throw new InternalError('internal/config', `collector ${config.id} has no key`);
  const parts = {
    reader: `${config.id}.reader`,
    display: `${config.id}.display`,
    button: `${config.id}.button`,
    collector: config.id,
  };
  return new SmartCollector({
    id: asId(config.id),
    link: openLink(config.link, config.id),
    clock,
    key,
    outgoing: counters.of(`${config.id}.out`),
    incoming: counters.of(`${config.id}.in`),
    onTrouble: (code, text) => log.warn('device.trouble', {device: config.id, code, text}),
    listener: listenerFor(options, parts),
  });
}

function listenerFor(
  {collector, dispatch}: CollectorHardwareOptions,
  parts: Readonly<Record<'collector' | 'reader' | 'display' | 'button', string>>,
): CollectorListener {
  const id: CollectorId = asId(collector.id);
  return {
    onCard: card => dispatch({kind: 'card', collector: id, card}),
    onReadError: error => dispatch({kind: 'readError', collector: id, error}),
    onCardGone: uid => dispatch({kind: 'cardGone', collector: id, uid}),
    onPress: presses => dispatch({kind: 'press', collector: id, presses}),
    onSealFault: fault => dispatch({kind: 'sealFault', collector: id, fault}),
    onButtonLine: line =>
      dispatch({
        kind: 'deviceFault',
        device: asId(parts.button),
        collector: id,
        fault: 'BUTTON_FAULT',
        isStanding: line !== 'ok',
        detail: line === 'ok' ? '' : `${parts.button}: ${BUTTON_WORDS[line]}`,
      }),
    onHealth: (health, part) => {
      const device: DeviceId | CollectorId = asId(parts[part]);
      dispatch({kind: 'partHealth', device, collector: id, health});
    },
  };
}

function wrongKind(id: string, kind: string): InternalError {
  return new InternalError('internal/config', `${id} is a ${kind}, and that slipped through`, {id});
}
