import {Duplex, duplexPair} from 'node:stream';
import type {Cloud} from '../../cloud-sync/api/server.js';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import type {
  Connection,
  ConnectionListener,
  ConnectOptions,
  PublishOptions,
  Transport,
} from '../../cloud-sync/uplink/transport.js';
import type {Clock, Entropy, Millis} from '../../protocols/base/clock.js';
import {FaultyWay, type MessageFaults} from '../wire/faulty-way.js';

export interface TappedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

interface UpMessage extends TappedMessage {
  readonly options: PublishOptions;
}

interface Live {
  readonly inner: Connection;
  readonly listener: ConnectionListener;
  readonly close: () => void;
}

export interface TapOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly faults: MessageFaults;
  /** The cloud that runs now; undefined while it is down. */
  readonly cloud: () => Cloud | undefined;
}

/**
 * Real MQTT over memory between uplink and cloud, with a hand on it: faults on the messages of both
 * ways, messages kept back by topic and played later, the link cut and refused.
 */
export class TappedTransport implements Transport {
  readonly #options: TapOptions;
  readonly #transport = new MqttTransport({kind: 'stream', open: () => this.#openStream()});
  #faults: MessageFaults;
  #live: Live | undefined;
  /** No connection comes about while true. */
  cut = false;
  /** The cable is out and nobody is told: nothing gets through either way, and no call is answered. */
  isDark = false;
  /** When each connection was begun. */
  readonly attemptsMs: Millis[] = [];
  /** Messages down whose topic ends so are kept in `kept` instead of delivered. */
  keepDown: string | undefined;
  /** Messages up whose topic holds this vanish. */
  loseUp: string | undefined;
  /** Messages up of which this is true vanish too. */
  loseUpIf: (message: TappedMessage) => boolean = () => false;
  readonly kept: TappedMessage[] = [];
  readonly seenDown: TappedMessage[] = [];
  readonly seenUp: TappedMessage[] = [];

  constructor(options: TapOptions) {
    this.#options = options;
    this.#faults = options.faults;
  }

  set faults(faults: MessageFaults) {
    this.#faults = faults;
  }

  /** Tear the link as a cable does. */
  drop(): void {
    const live = this.#live;
    this.#live = undefined;
    live?.close();
    live?.inner.end();
    live?.listener.onClose('cable torn');
  }

  /** Deliver to the gateway, as if the network had. */
  playDown(message: TappedMessage): void {
    this.#live?.listener.onMessage(message.topic, message.payload);
  }

  /** Publish to the broker, as if the gateway had. */
  playUp(topic: string, payload: Uint8Array): void {
    this.#live?.inner.publish(topic, payload, {qos: 1, retain: false});
  }

  connect(options: ConnectOptions, listener: ConnectionListener): Connection {
    const {clock, entropy} = this.#options;
    this.attemptsMs.push(clock.nowMs());
    const parts = {clock, entropy, faults: this.#faults};
    const down = new FaultyWay<TappedMessage>(parts, message =>
      listener.onMessage(message.topic, message.payload),
    );
    const inner = this.#transport.connect(options, {
      onOpen: () => listener.onOpen(),
      onMessage: (topic, payload) => this.#takeDown({topic, payload}, down),
      onClose: why => {
        close();
        listener.onClose(why);
      },
    });
    const up = new FaultyWay<UpMessage>(parts, message =>
      inner.publish(message.topic, message.payload, message.options),
    );
    const close = () => {
      down.close();
      up.close();
    };
    this.#live = {inner, listener, close};
    return {
      publish: (topic, payload, publishOptions) => {
        this.seenUp.push({topic, payload});
        if (this.isDark) return;
        if (this.loseUp && topic.includes(this.loseUp)) return;
        if (this.loseUpIf({topic, payload})) return;
        up.send({topic, payload, options: publishOptions});
      },
      end: () => {
        close();
        inner.end();
      },
    };
  }

  #openStream(): Duplex {
    const [near, far] = duplexPair();
    // Unlike a socket, one half of a pair does not close with the other.
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    if (this.isDark) return near;
    const running = this.cut ? undefined : this.#options.cloud();
    if (running) running.attach(asSocket(far));
    else far.destroy();
    return near;
  }

  #takeDown(message: TappedMessage, way: FaultyWay<TappedMessage>): void {
    if (this.isDark) return;
    this.seenDown.push(message);
    if (this.keepDown && message.topic.endsWith(this.keepDown)) this.kept.push(message);
    else way.send(message);
  }
}

/** One half of a pair hands on the next write within the reading of the last, one call deeper each time;
 *  a socket gives what has come at once. */
function asSocket(far: Duplex): Duplex {
  const socket = new Duplex({
    read: () => {},
    write: (bytes, encoding, done) => far.write(bytes, encoding, done),
    final: done => far.end(done),
    destroy: (error, done) => {
      far.destroy();
      done(error);
    },
  });
  far.on('data', bytes => socket.push(bytes));
  far.once('end', () => socket.push(null));
  far.once('close', () => socket.destroy());
  return socket;
}
