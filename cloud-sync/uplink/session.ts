import type {KeyObject} from 'node:crypto';
import {toHex} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {Ack, DownMessages, FenceCause} from '../../protocols/cloud/down-messages.js';
import {encodePayload} from '../../protocols/cloud/payload.js';
import {keyId} from '../../protocols/cloud/signing.js';
import {
  downFilter,
  type GatewayAddress,
  type UpName,
  upTopic,
} from '../../protocols/cloud/topics.js';
import {
  CONTRACT_VERSION,
  MAX_BAYS_PER_MESSAGE,
  type UpMessages,
} from '../../protocols/cloud/up-messages.js';
import type {SiteEventBodies} from '../../protocols/site/events.js';
import type {DropCounter} from '../drop-counter.js';
import type {SyncLog} from '../log.js';
import {type DeflateLater, rawDeflate} from '../raw-deflate.js';
import {CommandInbox} from './command-inbox.js';
import type {CommandSink} from './command-sink.js';
import {DownlinkReader} from './downlink-reader.js';
import type {FenceSink} from './fence-sink.js';
import {GrantDownlink} from './grant-downlink.js';
import type {GrantStateSink} from './grant-state-sink.js';
import type {CertificateRenewal} from './identity/renewal.js';
import type {NoticeSink} from './notice-sink.js';
import type {Outbox} from './outbox.js';
import {type LinkPace, PumpRunner} from './pump-runner.js';
import {SiteConfigDownlink} from './site-config-downlink.js';
import type {SiteConfigSink} from './site-config-sink.js';
import type {TimeSink} from './time-sink.js';
import type {Connection, ConnectionListener, Transport} from './transport.js';

/** What the gateway is and what it brings; the same for every session. */
export interface SessionSetup {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly address: GatewayAddress;
  /** Id of this run of the daemon: pairs with every monotonic reading. */
  readonly boot: string;
  readonly firmware: string;
  /** Public key of the cloud. */
  readonly cloudKey: KeyObject;
  readonly transport: Transport;
  readonly outbox: Outbox;
  readonly grants: GrantStateSink;
  readonly commands: CommandSink;
  /** Left out: this gateway takes no site file from afar. */
  readonly siteConfig?: SiteConfigSink | undefined;
  /** Left out: there is nothing here to show a notice on. */
  readonly notices?: NoticeSink | undefined;
  /** How all bays stand, as they were last journalled; left out: nobody keeps a view of them. */
  readonly bays?: (() => readonly SiteEventBodies['bay'][]) | undefined;
  readonly time: TimeSink;
  /** Left out: this gateway has no certificate of its own. */
  readonly renewal?: CertificateRenewal | undefined;
  readonly fence?: FenceSink | undefined;
  /** How batches of a backlog are deflated; left out, at once. */
  readonly deflateLater?: DeflateLater | undefined;
}

export interface SessionListener {
  /** The cloud has answered: events flow. */
  onReady(): void;
  /** Over; nothing follows. */
  onClose(why: string): void;
  /** Over, and the cloud takes no other before this gateway is enrolled anew. */
  onFenced(why: FenceCause): void;
}

const OPEN_TIMEOUT_MS: Millis = 15 * SECOND_MS;
const HELLO_TIMEOUT_MS: Millis = 10 * SECOND_MS;
const MAX_HELLOS = 3;
/** Also the time reference of commands. @see sync.md 8 */
const HEARTBEAT_MS: Millis = 10 * SECOND_MS;
/** All bays are told every 30 s. @see requirements A15 */
const BEATS_PER_SNAPSHOT = 3;
/** Each heartbeat is answered with the time. Three without an answer: nobody is there, or somebody who
 *  does not know this session any more, as a cloud that was restarted behind a broker of its own. */
const SILENCE_MS: Millis = 35 * SECOND_MS;

/** One connection's life, from the socket to its loss. @see sync.md 7, 8 */
export class Session {
  readonly #setup: SessionSetup;
  readonly #sid: string;
  readonly #listener: SessionListener;
  readonly #connection: Connection;
  readonly #reader: DownlinkReader;
  readonly #pump: PumpRunner;
  readonly #inbox: CommandInbox;
  readonly #downlink: GrantDownlink;
  readonly #siteConfig: SiteConfigDownlink;
  #timer: Timer;
  #heardMs: Millis;
  #hellos = 0;
  #beats = 0;
  #closed = false;

  /** `pace`: what earlier sessions learnt of the link. */
  constructor(
    setup: SessionSetup,
    {sid, pace}: {readonly sid: string; readonly pace: LinkPace},
    drops: DropCounter,
    listener: SessionListener,
  ) {
    const {clock, outbox, transport, address, cloudKey} = setup;
    this.#setup = setup;
    this.#sid = sid;
    this.#listener = listener;
    this.#pump = new PumpRunner({
      clock,
      outbox,
      deflateLater: setup.deflateLater,
      pace,
      publish: (name, payload, qos) => this.#send(name, payload, qos),
      onGiveUp: why => this.#close(why),
    });
    this.#inbox = new CommandInbox({
      clock,
      sid,
      sink: setup.commands,
      answer: result => this.#publish('res', result, 1),
    });
    this.#downlink = new GrantDownlink({
      sid,
      sink: setup.grants,
      reportGrants: report => this.#publish('cfg', report, 1),
      reportRevocations: report => this.#publish('rev', report, 1),
    });
    this.#siteConfig = new SiteConfigDownlink({
      sid,
      sink: setup.siteConfig,
      report: report => this.#publish('site', report, 1),
      drop: why => drops.drop(`site/${why}`, {}),
    });
    const handlers = {
      ack: (ack: Ack) => this.#onAck(ack),
      time: (time: DownMessages['time']) => this.#onTime(time),
      cfg: (delta: DownMessages['cfg']) => this.#downlink.takeDelta(delta),
      snap: (part: DownMessages['snap']) => this.#downlink.takePart(part),
      rev: (list: DownMessages['rev']) => this.#downlink.takeRevocations(list),
      cmd: (command: DownMessages['cmd']) => this.#inbox.take(command),
      site: (piece: DownMessages['site']) => this.#siteConfig.take(piece),
      notice: (list: DownMessages['notice']) => this.#onNotices(list),
      crt: (answer: DownMessages['crt']) => setup.renewal?.take(answer),
      fence: (fence: DownMessages['fence']) => this.#onFence(fence),
    };
    this.#reader = new DownlinkReader({address, cloudKey, drops, handlers});
    this.#heardMs = clock.nowMs();
    this.#timer = clock.timer('uplink.open', OPEN_TIMEOUT_MS, () => this.#close('open timeout'));
    this.#connection = transport.connect(
      {
        clientId: address.gateway,
        will: {topic: upTopic(address, 'st'), payload: this.#encode(this.#status(false))},
        subscribe: downFilter(address),
      },
      this.#connectionListener(),
    );
  }

  get ready(): boolean {
    return this.#pump.open;
  }

  /** Say now where we stand, so that the cloud sends what is missing. */
  report(): void {
    const {clock, outbox, grants, time} = this.#setup;
    this.#publish(
      'hb',
      {
        sid: this.#sid,
        mono: clock.nowMs(),
        clk: time.read().clk,
        head: outbox.head(),
        cfg: heldBy(grants),
        rev: grants.revocations(),
      },
      0,
    );
  }

  /** End on our own wish: the cloud is told, the listener is not. */
  end(): void {
    if (this.#closed) return;
    this.#connection.publish(
      upTopic(this.#setup.address, 'st'),
      this.#encode(this.#status(false)),
      {qos: 1, retain: true},
    );
    this.#shut();
  }

  #connectionListener(): ConnectionListener {
    return {
      onOpen: () => this.#contain(() => this.#onOpen()),
      onMessage: (topic, payload) => {
        if (this.#closed) return;
        this.#heardMs = this.#setup.clock.nowMs();
        this.#contain(() => this.#reader.take(topic, payload));
      },
      onClose: why => this.#close(why),
    };
  }

  #onOpen(): void {
    if (this.#closed) return;
    const {address} = this.#setup;
    const payload = this.#encode(this.#status(true));
    this.#connection.publish(upTopic(address, 'st'), payload, {qos: 1, retain: true});
    this.#sayHello();
  }

  #sayHello(): void {
    if (this.#hellos >= MAX_HELLOS) {
      this.#close('hello not answered');
      return;
    }
    this.#hellos += 1;
    this.#rearm('uplink.hello', HELLO_TIMEOUT_MS, () => this.#sayHello());
    const {clock, outbox, grants, time, boot, firmware, cloudKey} = this.#setup;
    const hello: UpMessages['hello'] = {
      v: CONTRACT_VERSION,
      epoch: outbox.epoch(),
      sid: this.#sid,
      boot,
      mono: clock.nowMs(),
      wall: clock.wallMs(),
      clk: time.read().clk,
      head: outbox.head(),
      acked: outbox.acked(),
      low: outbox.low(),
      ...(outbox.first() > 1 ? {first: outbox.first()} : {}),
      cfg: heldBy(grants),
      rev: grants.revocations(),
      kids: [keyId(cloudKey)],
      fw: firmware,
    };
    this.#publish('hello', hello, 1);
  }

  #onAck(ack: Ack): void {
    const {outbox, log} = this.#setup;
    if (ack.epoch !== outbox.epoch()) return;
    if ('new_epoch' in ack) {
      // The answer to an old copy of a hello speaks of a gateway that has long gone on.
      if (ack.known !== undefined && ack.known <= outbox.head()) return;
      this.#startEpoch(ack.new_epoch);
      return;
    }
    const upto = 'want' in ack ? ack.want - 1 : ack.upto;
    if (upto > outbox.head()) {
      this.#startEpoch('cloud_ahead');
      return;
    }
    if (this.#pump.open) {
      if ('want' in ack) this.#pump.onWant(ack.want);
      else this.#pump.onAck(upto);
      return;
    }
    if ('h' in ack && this.#diverges(upto, ack.h)) {
      this.#startEpoch('diverged');
      return;
    }
    log.info('cloud.up', {sid: this.#sid, resumeAt: upto + 1, head: outbox.head()});
    this.#rearm('uplink.heartbeat', HEARTBEAT_MS, () => this.#beat());
    this.#pump.start(upto);
    if (this.#closed) return;
    this.#siteConfig.start();
    this.#reportNotices();
    this.#reportBays();
    this.#setup.renewal?.start(csr => this.#publish('csr', {csr}, 1));
    this.#listener.onReady();
  }

  /** A gateway restored from a backup may have given the numbers that the cloud holds to others. */
  #diverges(upto: number, hash: string | undefined): boolean {
    const held = this.#setup.outbox.hashAt(upto);
    return hash !== undefined && held !== undefined && toHex(held) !== hash;
  }

  /** Numbers that the cloud already holds must never be given to other events. */
  #startEpoch(why: string): void {
    this.#setup.log.warn('cloud.new_epoch', {why, old: this.#setup.outbox.epoch()});
    this.#setup.outbox.startNewEpoch(why);
    this.#close(`new epoch: ${why}`);
  }

  /** A fence of another session or numbering is an old one, played back. */
  #onFence({sid, epoch, why}: DownMessages['fence']): void {
    const {fence, log, outbox} = this.#setup;
    if (sid !== this.#sid || epoch !== outbox.epoch()) return;
    log.error('cloud.fenced', {why, epoch});
    fence?.raise(why);
    this.#shut();
    this.#listener.onFenced(why);
  }

  #onNotices({sid, notices}: DownMessages['notice']): void {
    if (sid !== this.#sid) return;
    this.#setup.notices?.take(notices);
    this.#reportNotices();
  }

  #reportNotices(): void {
    const {notices} = this.#setup;
    if (notices) this.#publish('notice', {held: notices.held()}, 1);
  }

  /** Nothing waits for it: one that is lost is followed by the next. */
  #reportBays(): void {
    const {bays, outbox} = this.#setup;
    const rows = (bays?.() ?? []).map(
      ({bay, arm, occupancy, online, saleable}) => [bay, arm, occupancy, online, saleable] as const,
    );
    for (let at = 0; at < rows.length; at += MAX_BAYS_PER_MESSAGE) {
      const slice = rows.slice(at, at + MAX_BAYS_PER_MESSAGE);
      this.#publish('bays', {epoch: outbox.epoch(), head: outbox.head(), bays: slice}, 0);
    }
  }

  #onTime(time: DownMessages['time']): void {
    const roundTripMs = this.#setup.clock.nowMs() - time.mono_echo;
    if (time.sid !== this.#sid || roundTripMs < 0) return;
    this.#setup.time.offer(time.utc, roundTripMs);
  }

  #beat(): void {
    if (this.#setup.clock.nowMs() - this.#heardMs > SILENCE_MS) {
      this.#close('the cloud is silent');
      return;
    }
    this.#rearm('uplink.heartbeat', HEARTBEAT_MS, () => this.#beat());
    this.report();
    this.#beats += 1;
    if (this.#beats % BEATS_PER_SNAPSHOT === 0) this.#reportBays();
  }

  /**
   * A disk that is full or failing must not end the site, which works without its cloud. What could
   * not be stored is not confirmed either, so the cloud brings it again.
   */
  #contain(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#setup.log.error('cloud.not_stored', {error: errorText(thrown)});
    }
  }

  #status(on: boolean): UpMessages['st'] {
    return {on, sid: this.#sid, boot: this.#setup.boot, mono: this.#setup.clock.nowMs()};
  }

  #publish<Name extends UpName>(name: Name, message: UpMessages[Name], qos: 0 | 1): void {
    this.#send(name, this.#encode(message), qos);
  }

  #send(name: UpName, payload: Uint8Array, qos: 0 | 1): void {
    if (this.#closed) return;
    this.#connection.publish(upTopic(this.#setup.address, name), payload, {qos, retain: false});
  }

  #encode(message: object): Uint8Array {
    // Only batches can outgrow the limit, and the pump looks after those itself.
    return encodePayload(message, rawDeflate) ?? new Uint8Array();
  }

  #rearm(name: string, afterMs: Millis, callback: () => void): void {
    this.#timer.cancel();
    this.#timer = this.#setup.clock.timer(name, afterMs, () => this.#contain(callback));
  }

  #close(why: string): void {
    if (this.#closed) return;
    this.#shut();
    this.#listener.onClose(why);
  }

  #shut(): void {
    this.#closed = true;
    this.#timer.cancel();
    this.#pump.close();
    this.#siteConfig.close();
    this.#setup.renewal?.stop();
    this.#connection.end();
  }
}

function heldBy(grants: GrantStateSink): UpMessages['hello']['cfg'] {
  const staged = grants.staged();
  return {...grants.current(), ...(staged && {staged})};
}
