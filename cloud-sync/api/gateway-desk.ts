import type {Clock} from '../../protocols/base/clock.js';
import {decodePayload} from '../../protocols/cloud/payload.js';
import type {UpName} from '../../protocols/cloud/topics.js';
import {UP_SCHEMAS, type UpMessages} from '../../protocols/cloud/up-messages.js';
import type {DropCounter} from '../drop-counter.js';
import {rawDeflate} from '../raw-deflate.js';
import type {CommandDesk} from './command-desk.js';
import type {Downlink} from './downlink.js';
import type {GatewaySessions} from './gateway-sessions.js';
import type {GrantSync} from './grant-sync.js';
import type {Ingest} from './ingest.js';
import type {GatewayTable} from './store/gateway-table.js';

export interface GatewayDeskOptions {
  readonly clock: Clock;
  readonly drops: DropCounter;
  readonly gateways: GatewayTable;
  readonly sessions: GatewaySessions;
  readonly ingest: Ingest;
  readonly grantSync: GrantSync;
  readonly commands: CommandDesk;
  readonly downlink: Downlink;
}

type Handlers = {
  readonly [Name in UpName]: (gateway: string, message: UpMessages[Name]) => void;
};

/** Reads what gateways send and hands each message to whoever answers it. */
export class GatewayDesk {
  readonly #options: GatewayDeskOptions;
  readonly #handlers: Handlers;

  constructor(options: GatewayDeskOptions) {
    const {sessions, ingest, grantSync, commands, gateways} = options;
    this.#options = options;
    this.#handlers = {
      st: (gateway, status) => sessions.onStatus(gateway, status),
      hello: (gateway, hello) => this.#onHello(gateway, hello),
      hb: (gateway, heartbeat) => this.#onHeartbeat(gateway, heartbeat),
      ev: (gateway, message) => ingest.take({name: 'ev', gateway, message}),
      live: (gateway, message) => ingest.take({name: 'live', gateway, message}),
      gone: (gateway, message) => ingest.take({name: 'gone', gateway, message}),
      cfg: (gateway, report) => {
        if (gateways.get(gateway)) grantSync.onReport(gateway, report);
      },
      rev: (gateway, report) => grantSync.onRevocationReport(gateway, report.ver),
      res: (gateway, result) => commands.onResult(gateway, result),
      // Site files of gateways are no part of this cloud yet.
      site: () => {},
    };
  }

  take(gateway: string, name: UpName, payload: Uint8Array): void {
    this.#open(gateway, name, payload);
  }

  #open<Name extends UpName>(gateway: string, name: Name, payload: Uint8Array): void {
    // TypeScript loses the link between the name and its schema in a mapped type.
    const schema = UP_SCHEMAS[name] as unknown as Parameters<
      typeof decodePayload<UpMessages[Name]>
    >[1];
    const decoded = decodePayload(payload, schema, rawDeflate);
    if (decoded.ok) {
      this.#handlers[name](gateway, decoded.value);
      return;
    }
    const fields = {gateway, where: decoded.where, bytes: payload.length};
    this.#options.drops.drop(`${name}/${decoded.fault}`, fields);
  }

  #onHello(gateway: string, hello: UpMessages['hello']): void {
    const {clock, gateways, sessions, ingest, grantSync} = this.#options;
    gateways.add(gateway);
    gateways.setSeen(gateway, hello.boot, hello.fw, clock.wallMs());
    sessions.onHello(gateway, hello);
    ingest.take({name: 'hello', gateway, message: hello});
    this.#sendTime(gateway, hello.sid, hello.mono);
    grantSync.onHello(gateway, hello);
  }

  #onHeartbeat(gateway: string, heartbeat: UpMessages['hb']): void {
    const {sessions, ingest, grantSync} = this.#options;
    if (!sessions.onHeartbeat(gateway, heartbeat)) return;
    ingest.checkGap(gateway);
    this.#sendTime(gateway, heartbeat.sid, heartbeat.mono);
    grantSync.onHeartbeat(gateway, heartbeat);
  }

  #sendTime(gateway: string, sid: string, mono: number): void {
    const {clock, downlink} = this.#options;
    downlink.send(gateway, 'time', {sid, mono_echo: mono, utc: clock.wallMs()});
  }
}
