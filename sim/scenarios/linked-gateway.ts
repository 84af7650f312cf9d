import {type Duplex, duplexPair} from 'node:stream';
import type {Cloud} from '../../cloud-sync/api/server.js';
import type {CommandSink} from '../../cloud-sync/uplink/command-sink.js';
import {createGatewayUplink, type GatewayUplink} from '../../cloud-sync/uplink/gateway-uplink.js';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import type {StretchCode} from '../../edge/platform/stretch.js';
import {screenFor} from '../../edge/words/screens.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import type {VirtualClock} from '../clock/virtual-clock.js';
import {DecisionRig} from './decision-rig.js';

export interface LinkedGatewayOptions {
  readonly clock: VirtualClock;
  readonly cloud: Cloud;
  readonly tenant: string;
  readonly gateway: string;
  readonly site: string;
  readonly profile?: string | undefined;
  readonly seed: number;
  /** Left out: one that costs nothing. */
  readonly stretch?: StretchCode;
}

const SILENT = {debug() {}, info() {}, warn() {}, error() {}};
const NO_COMMANDS: CommandSink = {
  earlier: () => undefined,
  accept: (_act, answer) => {
    answer({kind: 'refused', why: 'nothing moves here'});
    return {kind: 'claimed'};
  },
  reject: () => {},
};

/** What goes over memory links needs several turns, and nothing else here gives it any. */
export async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await yieldTurn();
}

/** What decides at a gateway, its store and its way to the cloud; its wires would only take time. */
export class LinkedGateway {
  readonly edge: DecisionRig;
  readonly #options: LinkedGatewayOptions;
  readonly #streams = new Set<Duplex>();
  readonly #uplink: GatewayUplink;
  #isCut = false;

  constructor(t: {teardown(end: () => void): void}, options: LinkedGatewayOptions) {
    this.#options = options;
    const {clock, cloud, tenant, gateway, site, seed, stretch, profile} = options;
    const entropy = new SeededEntropy(seed);
    this.edge = new DecisionRig({
      ...{entropy, site, ...(stretch && {stretch}), ...(profile && {profile})},
    });
    this.edge.start(clock);
    const {store, clock: time} = this.edge.run;
    this.#uplink = createGatewayUplink({
      ...{clock, entropy, log: SILENT, broker: 'mqtt://in-memory', tenant, gateway},
      ...{boot: store.boot, firmware: '0.1.0', outbox: store.outbox, grants: store.grants, time},
      publicKeyPem: cloud.publicKey,
      transport: new MqttTransport({kind: 'stream', open: () => this.#openStream()}),
      commands: NO_COMMANDS,
      startSpreadMs: 0,
    });
    this.#uplink.start();
    t.teardown(() => this.#close());
  }

  get isOnline(): boolean {
    return this.#uplink.isOnline();
  }

  /** The internet goes: open connections die, new ones find nobody. */
  cut(): void {
    this.#isCut = true;
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  restore(): void {
    this.#isCut = false;
  }

  /** Past the time in which one and the same thing shown again is one reading. */
  async tap(uid: string): Promise<string> {
    await this.#options.clock.advance(4000);
    this.edge.tap(1, uid);
    return this.edge.verdict;
  }

  async scan(text: string): Promise<string> {
    await this.#options.clock.advance(4000);
    this.edge.scan(1, text);
    return this.edge.verdict;
  }

  async key(digits: string): Promise<string> {
    await this.#options.clock.advance(4000);
    await this.edge.key(1, digits);
    return this.edge.verdict;
  }

  /** The words on the display of the first collector. */
  get screen(): string {
    const shown = this.edge.effects.flatMap(effect => (effect.kind === 'show' ? [effect] : []));
    const message = shown.findLast(({collector}) => collector === 'C1')?.message;
    return message ? screenFor(message, 'en').lines.join(' / ') : '';
  }

  #close(): void {
    this.#uplink.stop();
    for (const stream of this.#streams) stream.destroy();
    this.edge.remove();
  }

  #openStream(): Duplex {
    const [near, far] = duplexPair();
    if (this.#isCut) {
      near.destroy();
      return near;
    }
    for (const stream of [near, far]) {
      this.#streams.add(stream);
      stream.once('close', () => this.#streams.delete(stream));
    }
    this.#options.cloud.attach(far);
    return near;
  }
}
