import {deflateOnPool} from '../../cloud-sync/raw-deflate.js';
import {readCloudKey} from '../../cloud-sync/uplink/cloud-key.js';

import type {Transport} from '../../cloud-sync/uplink/transport.js';
import type {UplinkOptions} from '../../cloud-sync/uplink/uplink.js';
import {SiteClock} from '../../edge/runtime/site-clock.js';
import type {SiteStore} from '../../edge/store/site-store.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';

const GATEWAY = 'gw-1';
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};

interface Parts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: SiteStore;
  readonly transport: Transport;
  /** Of the cloud, in PEM. */
  readonly publicKey: string;
}

/** A gateway that has a journal and nothing to open. */
export function uplinkOptions({publicKey, ...parts}: Parts): UplinkOptions {
  const {clock, entropy, store, transport} = parts;
  return {
    ...{clock, entropy, transport, log: SILENT, boot: store.boot, firmware: 'bench'},
    address: {tenant: 'demo', gateway: GATEWAY},
    cloudKey: readCloudKey(publicKey),
    outbox: store.outbox,
    grants: store.grants,
    commands: {
      earlier: () => undefined,
      accept: () => ({kind: 'dup', outcome: undefined}),
      reject: () => {},
    },
    time: new SiteClock(clock, 0),
    startSpreadMs: 0,
    deflateLater: deflateOnPool,
  };
}
