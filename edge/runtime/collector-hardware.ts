import type {RegisterBus} from '../../drivers/bus/contract.js';
import {Rdm6300Reader} from '../../drivers/card-reader/rdm6300-reader.js';
import type {Collector, CollectorListener} from '../../drivers/collector/contract.js';
import {PlainCollector} from '../../drivers/collector/plain-collector.js';
import {SmartCollector} from '../../drivers/collector/smart-collector.js';
import {ModbusDisplay} from '../../drivers/display/modbus-display.js';
import {ModbusButton} from '../../drivers/emergency-button/modbus-button.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {InternalError} from '../../protocols/base/errors.js';
import {asId, type CollectorId, type DeviceId} from '../../protocols/site/ids.js';
import type {DeviceConfig} from '../config/bus-schema.js';
import type {CollectorSiteConfig} from '../config/collector-schema.js';
import type {LotInput} from '../domain/lot/contract.js';
import type {Log} from '../platform/log.js';
import type {FrameCounters} from '../store/counters.js';
import type {OpenLink} from './open-link.js';

export interface CollectorHardwareOptions {
  readonly collector: CollectorSiteConfig;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly openLink: OpenLink;
  readonly counters: FrameCounters;
  readonly keys: ReadonlyMap<CollectorId, Uint8Array>;
  readonly unitOf: (device: string) => {
    readonly bus: RegisterBus;
    readonly device: DeviceConfig;
  };
  readonly dispatch: (input: LotInput) => void;
}

/** What a guard can look for. */
const LOOP_WORDS = {
  open: 'its loop is cut, it cannot call',
  short: 'its loop is bridged, it cannot call',
};

/** The collector that the site file describes, plain or smart, telling the lot what it sees. */
export function createCollector(options: CollectorHardwareOptions): Collector {
  const {collector} = options;
  return collector.kind === 'plain'
    ? createPlain(options, collector)
    : createSmart(options, collector);
}

function createPlain(
  options: CollectorHardwareOptions,
  config: Extract<CollectorSiteConfig, {kind: 'plain'}>,
): Collector {
  const {clock, log, openLink, unitOf} = options;
  const display = unitOf(config.display);
  const button = unitOf(config.button);
  const onTrouble = (device: string) => (code: string, text: string) =>
    log.warn('device.trouble', {device, code, text});
  const parts = {
    reader: `${config.id}.reader`,
    display: config.display,
    button: config.button,
    collector: config.id,
  };
  return new PlainCollector({
    id: asId(config.id),
    clock,
    listener: listenerFor(options, parts),
    reader: listener =>
      new Rdm6300Reader({
        id: asId(parts.reader),
        link: openLink(config.reader.link, parts.reader),
        clock,
        listener,
        onTrouble: onTrouble(parts.reader),
      }),
    display: listener =>
      new ModbusDisplay({
        id: asId(config.display),
        bus: display.bus,
        clock,
        unit: display.device.address,
        listener,
        onTrouble: onTrouble(config.display),
      }),
    button: listener =>
      new ModbusButton({
        id: asId(config.button),
        bus: button.bus,
        clock,
        unit: button.device.address,
        listener,
        onTrouble: onTrouble(config.button),
      }),
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
        detail: line === 'ok' ? '' : `${parts.button}: ${LOOP_WORDS[line]}`,
      }),
    onHealth: (health, part) => {
      const device: DeviceId | CollectorId = asId(parts[part]);
      dispatch({kind: 'partHealth', device, collector: id, health});
    },
  };
}
