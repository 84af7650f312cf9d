import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import {decodeVzPacket, encodeVzPacket, type VzPacket} from '../../protocols/vz-camera/packet.js';
import {
  encodeVzCommand,
  readVzMessage,
  type VzCommand,
} from '../../protocols/vz-camera/tcp-messages.js';
import type {DeviceHealth} from '../bus/contract.js';
import {NoiseMeter} from '../lifecycle/noise-meter.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {ByteLink} from '../port/byte-link.js';
import type {PlateCamera, PlateCameraListener} from './contract.js';
import {PlateIntake} from './plate-intake.js';

export interface VzTcpCameraOptions {
  readonly id: DeviceId;
  /** Handed over: the camera opens it, and closes it with itself. TCP port 8131. */
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly listener: PlateCameraListener;
  /** `camera/noise`, `camera/garbled`, `camera/refused`, and `port/..` why the link is gone. */
  readonly onTrouble?: TroubleListener | undefined;
}

const HEARTBEAT_MS: Millis = 5000;
const SILENCE_MS: Millis = 20_000;
const DONE = 200;

/**
 * A VZ camera on its TCP port: we subscribe to its recognitions after every connection and show our
 * life every 5 s; after 20 s of its silence the connection is made anew, since a camera that lost
 * power leaves a socket that looks alive. What it saw last is never asked for: an old car is no
 * arrival. Source: device notes 5.1.
 */
export class VzTcpCamera implements PlateCamera {
  readonly id: DeviceId;
  readonly #options: VzTcpCameraOptions;
  readonly #intake: PlateIntake;
  readonly #noise: NoiseMeter;
  #received: Uint8Array = new Uint8Array(0);
  #droppedBytes = 0;
  #serial = 0;
  #heartbeat: Timer | undefined;
  #closed = false;

  constructor(options: VzTcpCameraOptions) {
    const {id, clock, link, listener, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#intake = new PlateIntake({
      id,
      clock,
      silenceMs: SILENCE_MS,
      listener,
      onSilence: () => link.reopen('the camera has been silent for 20 s'),
    });
    this.#noise = new NoiseMeter({
      clock,
      tell: bytes => onTrouble?.('camera/noise', `${id}: ${bytes} bytes dropped since start`),
    });
    link.open({
      onBytes: bytes => this.#hear(bytes),
      onUp: () => this.#begin(),
      onDown: reason => {
        if (this.#closed) return;
        onTrouble?.(reason.code, reason.message);
        this.#end();
      },
    });
  }

  get health(): DeviceHealth {
    return this.#intake.health;
  }

  trigger(): boolean {
    return this.#command('trigger');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#heartbeat?.cancel();
    this.#intake.close();
    await this.#options.link.close();
  }

  #begin(): void {
    if (this.#closed) return;
    this.#received = new Uint8Array(0);
    this.#intake.await();
    this.#command('subscribe');
    this.#beat();
  }

  #end(): void {
    this.#heartbeat?.cancel();
    this.#received = new Uint8Array(0);
    this.#intake.lost();
  }

  #beat(): void {
    const {clock} = this.#options;
    this.#heartbeat?.cancel();
    this.#heartbeat = clock.timer(`camera heartbeat ${this.id}`, HEARTBEAT_MS, () => {
      this.#write({type: 'heartbeat', serial: 0, body: new Uint8Array(0)});
      this.#beat();
    });
  }

  #command(command: VzCommand): boolean {
    this.#serial = (this.#serial + 1) & 0xff;
    return this.#write({type: 'json', serial: this.#serial, body: encodeVzCommand(command)});
  }

  #write(packet: VzPacket): boolean {
    return !this.#closed && this.#options.link.write(encodeVzPacket(packet));
  }

  #hear(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#received = concatBytes(this.#received, bytes);
    for (;;) {
      const decoded = decodeVzPacket(this.#received);
      if (decoded.kind === 'wait') break;
      this.#received = this.#received.slice(decoded.used);
      if (decoded.kind === 'frame') this.#take(decoded.frame);
      else this.#droppedBytes += decoded.used;
    }
    this.#noise.follow(this.#droppedBytes);
  }

  #take({type, body}: VzPacket): void {
    this.#intake.heard();
    if (type !== 'json') return;
    const read = readVzMessage(body);
    const {onTrouble} = this.#options;
    if (read.kind === 'bad') {
      onTrouble?.('camera/garbled', `${this.id}: ${read.where} ${read.why}`);
      return;
    }
    const message = read.value;
    if (message.kind === 'plate' && message.isPushed) this.#intake.take(message.result);
    if (
      message.kind === 'answer' &&
      message.stateCode !== undefined &&
      message.stateCode !== DONE
    ) {
      const text = `${this.id} answers ${message.stateCode} to ${message.command || 'a command'}`;
      onTrouble?.('camera/refused', text);
    }
  }
}
