import type {FarEnd} from '../../drivers/port/byte-link.js';
import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {encodeGbk} from '../../protocols/text/gbk.js';
import {decodeVzPacket, encodeVzPacket, type VzPacket} from '../../protocols/vz-camera/packet.js';

/** How a car is read. */
export interface CarRead {
  readonly license: string;
  /** 1..100, default 96. */
  readonly confidence?: number;
  /** Read as this instead: a dirty plate, rain, headlights. */
  readonly misreadAs?: string;
}

/** A recognition as the camera keeps it. */
export interface CameraRecord {
  readonly plateId: number;
  readonly license: string;
  readonly confidence: number;
  readonly capturedMs: number;
}

/** Where the records go; false: nobody took it, and the camera keeps it. */
export interface CameraFace {
  send(record: CameraRecord, isOffline: boolean): boolean;
}

/** A plate camera over a lane: it sees cars and keeps what nobody takes. */
export class PlateCamera {
  readonly backlog: CameraRecord[] = [];
  /** How often each car is told; a real one tells the same car several times. */
  repeats = 1;
  readonly #clock: Clock;
  readonly #faces: CameraFace[] = [];
  #plateId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  attach(face: CameraFace): void {
    this.#faces.push(face);
  }

  /** A car stops before the camera. An empty licence is a car without a plate. */
  see({license, confidence = 96, misreadAs}: CarRead): CameraRecord {
    this.#plateId += 1;
    const read = misreadAs ?? license;
    const record: CameraRecord = {
      plateId: this.#plateId,
      license: read === '' ? '_无_' : read,
      confidence: read === '' ? 0 : confidence,
      capturedMs: this.#clock.wallMs(),
    };
    for (let repeat = 0; repeat < this.repeats; repeat += 1) this.#send(record);
    return record;
  }

  /** Offer what nobody took, oldest first, until one is not taken. */
  drain(): void {
    for (;;) {
      const [record] = this.backlog;
      if (!record || !this.#faces.some(face => face.send(record, true))) return;
      this.backlog.shift();
    }
  }

  #send(record: CameraRecord): void {
    const isTaken = this.#faces.some(face => face.send(record, false));
    if (!isTaken && !this.backlog.includes(record)) this.backlog.push(record);
  }
}

/** The `PlateResult` of a record. @see VZ HTTP push protocol, 2.1.1 */
function plateResultOf(record: CameraRecord, isOffline: boolean): object {
  const {plateId, license, confidence, capturedMs} = record;
  return {
    license,
    confidence,
    colorType: 1,
    direction: 4,
    plateid: plateId,
    isoffline: isOffline ? 1 : 0,
    timeStamp: {
      Timeval: {sec: Math.floor(capturedMs / 1000), usec: (capturedMs % 1000) * 1000},
    },
    triggerType: 8,
    type: 1,
  };
}

/** Body of an HTTP push. @see VZ HTTP push protocol, 2.1.1 */
export function pushBodyOf(record: CameraRecord, isOffline: boolean): Uint8Array {
  const result = {PlateResult: plateResultOf(record, isOffline)};
  const body = {AlarmInfoPlate: {channel: 0, serialno: 'sim-1', result}};
  return new TextEncoder().encode(JSON.stringify(body));
}

/** Message over MQTT, the licence in base64 of UTF-8. @see device notes 5.1, S29 */
export function mqttPayloadOf(record: CameraRecord, isOffline: boolean): Uint8Array {
  const utf8 = new TextEncoder().encode(record.license);
  const license = btoa(String.fromCharCode(...utf8));
  const result = {PlateResult: {...plateResultOf(record, isOffline), license}};
  const message = {id: `${record.plateId}`, sn: 'sim-1', payload: {AlarmInfoPlate: {result}}};
  return new TextEncoder().encode(JSON.stringify(message));
}

/** The HTTP face: it posts, obeys the answer, and keeps what was not acknowledged. */
export class HttpFace implements CameraFace {
  isCut = false;
  /** Pulses of the camera's own relay: what an `ok` in the answer does. */
  relayPulses = 0;
  readonly #post: (body: Uint8Array) => {readonly json: object};

  constructor(post: (body: Uint8Array) => {readonly json: object}) {
    this.#post = post;
  }

  send(record: CameraRecord, isOffline: boolean): boolean {
    if (this.isCut) return false;
    const answer = this.#post(pushBodyOf(record, isOffline)).json as {
      readonly Response_AlarmInfoPlate?: {
        readonly info?: string;
        readonly content?: string;
        readonly ContinuePushOffline?: {readonly plateid: number; readonly continue: number};
      };
    };
    const reply = answer.Response_AlarmInfoPlate;
    if (reply?.info === 'ok') this.relayPulses += 1;
    if (!isOffline) return reply?.content === 'retransfer_stop';
    const next = reply?.ContinuePushOffline;
    return next?.plateid === record.plateId && next.continue === 1;
  }
}

const HEARTBEAT_MS: Millis = 5000;

/** The TCP face on port 8131: packets with JSON in GBK, ended by `0A 00`; it tells who subscribed. */
export class TcpFace implements CameraFace {
  /** A frozen camera: the socket stays and nothing comes. */
  isFrozen = false;
  readonly commands: string[] = [];
  heartbeats = 0;
  readonly #clock: Clock;
  readonly #far: FarEnd;
  readonly #onTrigger: () => void;
  #received: Uint8Array = new Uint8Array(0);
  #isSubscribed = false;
  #beat: Timer | undefined;

  constructor(options: {readonly clock: Clock; readonly far: FarEnd; onTrigger?(): void}) {
    this.#clock = options.clock;
    this.#far = options.far;
    this.#onTrigger = () => options.onTrigger?.();
    this.#far.onBytes(bytes => this.#hear(bytes));
    this.#armBeat();
  }

  send(record: CameraRecord, isOffline: boolean): boolean {
    if (!this.#isSubscribed || this.isFrozen) return false;
    const {plateid: _, ...result} = plateResultOf(record, isOffline) as Record<string, unknown>;
    this.#tell({PlateResult: result, cmd: 'ivs_result', id: record.plateId, fullImgSize: 0});
    return true;
  }

  inject(bytes: Uint8Array): void {
    this.#far.send(bytes);
  }

  unplug(): void {
    this.#isSubscribed = false;
    this.#received = new Uint8Array(0);
    this.#far.unplug();
  }

  replug(): void {
    this.#far.replug();
  }

  close(): void {
    this.#beat?.cancel();
  }

  #hear(bytes: Uint8Array): void {
    this.#received = concatBytes(this.#received, bytes);
    for (;;) {
      const decoded = decodeVzPacket(this.#received);
      if (decoded.kind === 'wait') return;
      this.#received = this.#received.slice(decoded.used);
      if (decoded.kind === 'frame') this.#serve(decoded.frame);
    }
  }

  #serve({type, body}: VzPacket): void {
    if (type === 'heartbeat') this.heartbeats += 1;
    if (type !== 'json' || this.isFrozen) return;
    const {cmd = ''} = JSON.parse(new TextDecoder().decode(body)) as {readonly cmd?: string};
    this.commands.push(cmd);
    if (cmd === 'ivsresult') this.#isSubscribed = true;
    this.#tell({cmd, state_code: 200});
    if (cmd === 'trigger') this.#onTrigger();
  }

  #tell(message: object): void {
    const text = encodeGbk(JSON.stringify(message));
    const body = concatBytes(text, Uint8Array.of(0x0a, 0));
    this.#far.send(encodeVzPacket({type: 'json', serial: 1, body}));
  }

  #armBeat(): void {
    this.#beat = this.#clock.timer('camera beat', HEARTBEAT_MS, () => {
      const body = new Uint8Array(0);
      if (!this.isFrozen) this.#far.send(encodeVzPacket({type: 'heartbeat', serial: 0, body}));
      this.#armBeat();
    });
  }
}
