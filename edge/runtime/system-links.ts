import {createHidPort} from '../../drivers/port/hid-port.js';
import {LateFeed} from '../../drivers/port/late-feed.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {createTcpLink} from '../../drivers/port/tcp-link.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import type {OpenFeed} from './open-feed.js';
import type {OpenHid} from './open-hid.js';
import type {OpenLink} from './open-link.js';

/** Links to this machine's serial ports and to converters on the network. */
export function systemLinks(clock: Clock, entropy: Entropy): OpenLink {
  const fraction = () => entropy.fraction();
  return link => {
    if (link.kind === 'tcp') {
      return createTcpLink({host: link.host, port: link.port, clock, fraction});
    }
    const {path, baudRate, parity} = link;
    return createSerialLink({path, baudRate, parity, clock, fraction});
  };
}

/** Brokers on the network. */
export function systemFeeds(clock: Clock, entropy: Entropy): OpenFeed {
  return ({broker, user, clientId}) =>
    new LateFeed({
      name: broker,
      load: async () => {
        const {MqttFeed} = await import('../../drivers/port/mqtt-feed.js');
        return new MqttFeed({
          target: {kind: 'url', url: broker},
          clientId,
          ...(user && {user}),
          clock,
          fraction: () => entropy.fraction(),
        });
      },
    });
}

/** USB devices of this machine. */
export function systemHid(clock: Clock): OpenHid {
  return ({vendorId, productId, serial, usagePage, interface: interfaceNumber}, driverType) =>
    createHidPort({
      driverType,
      clock,
      match: {
        vendorId,
        productId,
        ...(serial !== undefined && {serialNumber: serial}),
        ...(usagePage !== undefined && {usagePage}),
        ...(interfaceNumber !== undefined && {interfaceNumber}),
      },
    });
}
