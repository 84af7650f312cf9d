import type {KeyObject} from 'node:crypto';
import type {Clock, Entropy, Millis} from '../../protocols/base/clock.js';
import type {Ack} from '../../protocols/cloud/down-messages.js';
import type {DropCounter} from '../drop-counter.js';
import type {SyncLog} from '../log.js';
import {ShowerTable} from './bath/shower-table.js';
import {assembleCallParts} from './calls/call-parts.js';
import {CommandBook, type OnCommand} from './command-book.js';
import {CommandRunner} from './command-runner.js';
import {RightUseTable} from './credentials/right-use-table.js';
import {Downlink} from './downlink.js';
import type {OnBays, OnMisparked} from './event-views.js';
import {GatewayDesk} from './gateway-desk.js';
import {GatewaySessions} from './gateway-sessions.js';
import {GrantSync} from './grant-sync.js';
import type {CertificateAuthority} from './identity/certificate-authority.js';
import {CertificateDesk} from './identity/certificate-desk.js';
import {Ingest} from './ingest.js';
import {IngestTick} from './ingest-tick.js';
import {NoticeSync} from './notice-sync.js';
import {OrderUseTable} from './orders/order-use-table.js';
import {NoticeTable} from './places/notice-table.js';
import {SiteConfigSync} from './site-config-sync.js';
import {CertificateTable} from './store/certificate-table.js';
import type {CloudStore} from './store/cloud-store.js';
import {CommandTable} from './store/command-table.js';
import {EventLedger} from './store/event-ledger.js';
import {FaultTable} from './store/fault-table.js';
import {GatewayTable} from './store/gateway-table.js';
import {GrantTable} from './store/grant-table.js';
import {LateUseTable} from './store/late-use-table.js';
import {LifeTable} from './store/life-table.js';
import {SecretBox} from './store/secret-box.js';
import {SiteConfigTable} from './store/site-config-table.js';
import {SiteView} from './store/site-view.js';

export interface CloudPartsOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly drops: DropCounter;
  readonly store: CloudStore;
  readonly tenant: string;
  readonly signingKey: KeyObject;
  readonly publish: (topic: string, payload: Uint8Array, qos: 0 | 1) => void;
  /** How long a gap may be open before its part is asked for; 0 where batches cannot overtake. */
  readonly gapPatienceMs?: Millis;
  /** Left out: this cloud gives out no certificates. */
  readonly identity?: {
    readonly ca: CertificateAuthority;
    /** End the connection of a gateway. */
    readonly hangUp: (gateway: string) => void;
  };
  /** Hears of bays that are otherwise now, within the transaction that stored it. */
  readonly onBays?: OnBays | undefined;
  /** Hears of cars in bays that are not theirs, in the same way. */
  readonly onMisparked?: OnMisparked | undefined;
  /** Hears of commands that stand otherwise now, within the transaction that stored it. */
  readonly onCommand?: OnCommand | undefined;
  /** Hears of each acknowledgement as it goes out. */
  readonly onAck?: (gateway: string, ack: Ack) => void;
}

/** Put together everything of the cloud between the broker and the database. */
export function assembleParts(options: CloudPartsOptions) {
  const {clock, entropy, log, drops, store, tenant, signingKey, publish} = options;
  const gateways = new GatewayTable();
  const faults = new FaultTable();
  const grants = new GrantTable(new SecretBox(signingKey, entropy));
  const ledger = new EventLedger();
  const view = new SiteView();
  const lives = new LifeTable();
  const lateUses = new LateUseTable();
  const orderUses = new OrderUseTable();
  const rightUses = new RightUseTable();
  const showers = new ShowerTable(clock);
  const commandBook = new CommandBook({table: new CommandTable(), onCommand: options.onCommand});
  const sessions = new GatewaySessions(clock);
  const downlink = new Downlink({tenant, signingKey, log, publish});
  const grantSync = new GrantSync({clock, log, store, gateways, grants, sessions, downlink});
  const configs = new SiteConfigTable();
  const siteConfigs = new SiteConfigSync({
    ...{clock, log, store, gateways, configs, sessions, downlink},
  });
  const notices = new NoticeTable();
  const noticeSync = new NoticeSync({clock, log, store, notices, sessions, downlink});
  const commands = new CommandRunner({
    ...{clock, log, store, gateways, sessions, downlink},
    book: commandBook,
  });
  const callParts = assembleCallParts({clock, entropy, store, gateways, sessions, downlink});
  const tick = new IngestTick({
    ...{clock, log, drops, store, gateways, faults, ledger, view, lateUses, orderUses},
    ...{rightUses, showers, calls: callParts.callIntake, lives, commands: commandBook},
    gapPatienceMs: options.gapPatienceMs ?? 0,
    ...{onBays: options.onBays, onMisparked: options.onMisparked},
  });
  const ingest = new Ingest({
    ...{clock, log, store, tick},
    onCommitted: ({acks, reports, fences}) => {
      for (const {gateway, ...fence} of fences) downlink.send(gateway, 'fence', fence);
      for (const {gateway, ack} of acks) {
        options.onAck?.(gateway, ack);
        downlink.acknowledge(gateway, ack);
      }
      for (const report of reports) grantSync.onReport(report);
    },
  });
  const certificates =
    options.identity &&
    new CertificateDesk({
      ...{clock, log, store, faults, lives, tenant, downlink, ...options.identity},
      table: new CertificateTable(),
    });
  const desk = new GatewayDesk({
    ...{clock, drops, sessions, ingest, commands, siteConfigs, downlink},
    notices: noticeSync,
    onCertificateRequest: certificates && ((gateway, csr) => certificates.take(gateway, csr)),
  });
  const rights = {grants, lateUses, orderUses, rightUses, showers};
  const tables = {
    gateways,
    faults,
    ledger,
    view,
    configs,
    notices,
    commandBook,
    ...rights,
    ...callParts,
  };
  const syncs = {grantSync, siteConfigs, noticeSync};
  return {...tables, ...syncs, sessions, commands, ingest, desk, certificates};
}
