import type {Clock} from '../../protocols/base/clock.js';
import {decodePayload} from '../../protocols/cloud/payload.js';
import type {UpName} from '../../protocols/cloud/topics.js';
import {UP_SCHEMAS, type UpMessages} from '../../protocols/cloud/up-messages.js';
import type {DropCounter} from '../drop-counter.js';
import {rawDeflate} from '../raw-deflate.js';
import type {Delivery} from './broker-port.js';
import type {CommandRunner} from './command-runner.js';
import type {Downlink} from './downlink.js';
import type {GatewaySessions} from './gateway-sessions.js';
import type {Ingest} from './ingest.js';
import type {NoticeSync} from './notice-sync.js';
import type {SiteConfigSync} from './site-config-sync.js';

export interface GatewayDeskOptions {
  readonly clock: Clock;
  readonly drops: DropCounter;
  readonly sessions: GatewaySessions;
  readonly ingest: Ingest;
  readonly commands: Pick<CommandRunner, 'onSession'>;
  readonly siteConfigs: SiteConfigSync;
  readonly notices: NoticeSync;
  readonly downlink: Downlink;
  /** Left out: this cloud gives out no certificates. */
  readonly onCertificateRequest?: ((gateway: string, csr: string) => void) | undefined;
}

type Handlers = {
  readonly [Name in UpName]?: (gateway: string, message: UpMessages[Name]) => void;
};

/** Reads what gateways send and hands each message to whoever answers it. */
export class GatewayDesk {
  readonly #options: GatewayDeskOptions;
  readonly #presence: Handlers;
  readonly #duty: Handlers;

  constructor(options: GatewayDeskOptions) {
    const {sessions, ingest, commands, siteConfigs, notices} = options;
    this.#options = options;
    this.#presence = {
      st: (gateway, status) => {
        sessions.onStatus(gateway, status);
        commands.onSession(gateway);
      },
      hello: (gateway, hello) => {
        sessions.onHello(gateway, hello);
        commands.onSession(gateway);
      },
      hb: (gateway, heartbeat) => {
        if (!sessions.onHeartbeat(gateway, heartbeat)) return;
        siteConfigs.onHeartbeat(gateway);
        commands.onSession(gateway);
        notices.onHeartbeat(gateway);
      },
    };
    this.#duty = {
      hello: (gateway, hello) => this.#onHello(gateway, hello),
      hb: (gateway, heartbeat) => this.#onHeartbeat(gateway, heartbeat),
      ev: (gateway, message) => ingest.take({name: 'ev', gateway, message}),
      live: (gateway, message) => ingest.take({name: 'live', gateway, message}),
      gone: (gateway, message) => ingest.take({name: 'gone', gateway, message}),
      cfg: (gateway, message) => ingest.take({name: 'cfg', gateway, message}),
      rev: (gateway, message) => ingest.take({name: 'rev', gateway, message}),
      res: (gateway, message) => ingest.take({name: 'res', gateway, message}),
      bays: (gateway, message) => ingest.take({name: 'bays', gateway, message}),
      site: (gateway, report) => siteConfigs.onReport(gateway, report),
      notice: (gateway, report) => notices.onReport(gateway, report),
      csr: (gateway, {csr}) => this.#options.onCertificateRequest?.(gateway, csr),
    };
  }

  take(gateway: string, name: UpName, payload: Uint8Array, delivery: Delivery): void {
    this.#open(gateway, name, payload, delivery);
  }

  #open<Name extends UpName>(
    gateway: string,
    name: Name,
    payload: Uint8Array,
    delivery: Delivery,
  ): void {
    // TypeScript loses the link between the name and its schema in a mapped type.
    const schema = UP_SCHEMAS[name] as unknown as Parameters<
      typeof decodePayload<UpMessages[Name]>
    >[1];
    const decoded = decodePayload(payload, schema, rawDeflate);
    if (decoded.ok) {
      if (delivery !== 'duty') this.#presence[name]?.(gateway, decoded.value);
      if (delivery !== 'presence') this.#duty[name]?.(gateway, decoded.value);
      return;
    }
    const fields = {gateway, where: decoded.where, bytes: payload.length};
    this.#options.drops.drop(`${name}/${decoded.fault}`, fields);
  }

  #onHello(gateway: string, hello: UpMessages['hello']): void {
    const {sessions, ingest} = this.#options;
    sessions.onHello(gateway, hello);
    ingest.take({name: 'hello', gateway, message: hello});
    this.#sendTime(gateway, hello.sid, hello.mono);
  }

  #onHeartbeat(gateway: string, heartbeat: UpMessages['hb']): void {
    const {sessions, ingest} = this.#options;
    if (!sessions.onHeartbeat(gateway, heartbeat)) return;
    ingest.take({name: 'hb', gateway, message: heartbeat});
    this.#sendTime(gateway, heartbeat.sid, heartbeat.mono);
  }

  #sendTime(gateway: string, sid: string, mono: number): void {
    const {clock, downlink} = this.#options;
    downlink.send(gateway, 'time', {sid, mono_echo: mono, utc: clock.wallMs()});
  }
}
