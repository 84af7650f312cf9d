import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {
  ackBytes,
  CODE,
  decodeAck,
  encodeInstruction,
  type FingerprintAck,
  type InstructionName,
} from '../../protocols/fingerprint/instructions.js';
import {
  DEFAULT_ADDRESS,
  decodePacket,
  encodePacket,
  PACKET_OVERHEAD_BYTES,
} from '../../protocols/fingerprint/packet.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, Frame, FrameBus, FrameOutcome} from '../bus/contract.js';
import {checkOperation} from './check-machine.js';
import type {
  CheckOutcome,
  EnrolOutcome,
  FingerprintListener,
  FingerprintSensor,
  FingerUnavailable,
  RemoveOutcome,
  TemplatePage,
} from './contract.js';
import {enrolOperation} from './enrol-machine.js';
import type {Ask, Operation, OperationInput} from './operation.js';
import {OperationRun} from './operation-run.js';
import {removeOperation} from './remove-machine.js';
import {
  NEW_SESSION,
  POWER_UP_MS,
  type SessionInput,
  sessionHealth,
  sessionPeriodMs,
  stepSession,
} from './session-machine.js';

export interface ZfmSensorOptions {
  readonly id: DeviceId;
  /** A line of its own, 57600 8N1 unless the sensor was set otherwise. */
  readonly bus: FrameBus;
  readonly clock: Clock;
  /** 32 bits. The maker's is 0, which everybody knows; never told or logged. */
  readonly password: number;
  readonly listener: FingerprintListener;
  /** Default FFFFFFFF. */
  readonly address?: number | undefined;
  /** Least score of a match; default 50. */
  readonly threshold?: number | undefined;
}

const UNIT = 'fingerprint:0';
/** `assumed:` well above what makers give for an image, features and a write to flash. */
const TURNAROUND_MS: Millis = 1000;
/** `assumed:` makers call a score from 50 a match at security level 3. */
const DEFAULT_THRESHOLD = 50;
/** Questions that change nothing in the library may be repeated. */
const REPEATABLE = new Set<InstructionName>(['takeImage', 'extractFeatures', 'load', 'match']);
const RESENDS = 2;
/** Their frames hold the password of the sensor. */
const SECRET = new Set<InstructionName>(['verifyPassword', 'setPassword']);

/**
 * A fingerprint sensor of the ZFM-20 family (R30x, AS608). Its library never leaves it: the driver knows
 * no instruction that reads a template or an image out.
 * Source: device notes 4.8; requirements L17.
 */
export class ZfmSensor implements FingerprintSensor {
  readonly id: DeviceId;
  readonly #options: ZfmSensorOptions;
  readonly #address: number;
  readonly #powerUp: Timer;
  #leave: () => void = () => {};
  #session = NEW_SESSION;
  #asked: InstructionName = 'verifyPassword';
  #running: {cancel(fault: FingerUnavailable): void} | undefined;
  #closed = false;

  constructor(options: ZfmSensorOptions) {
    this.id = options.id;
    this.#options = options;
    this.#address = options.address ?? DEFAULT_ADDRESS;
    // A line hears only answers, never the 55 of a sensor that has started: the whole wait it is.
    this.#powerUp = options.clock.timer(`power-up ${options.id}`, POWER_UP_MS, () => this.#join());
  }

  get health(): DeviceHealth {
    return sessionHealth(this.#session);
  }

  get librarySize(): number | undefined {
    return this.#session.librarySize;
  }

  enrol(pages: readonly [TemplatePage, TemplatePage, TemplatePage]): Promise<EnrolOutcome> {
    return this.#run(enrolOperation(pages), pages);
  }

  check(pages: readonly TemplatePage[], isFresh = false): Promise<CheckOutcome> {
    const [first, ...others] = pages;
    if (first === undefined) return Promise.resolve(noPage('no page to compare with'));
    const threshold = this.#options.threshold ?? DEFAULT_THRESHOLD;
    return this.#run(checkOperation({pages: [first, ...others], threshold, isFresh}), pages);
  }

  remove(pages: readonly TemplatePage[]): Promise<RemoveOutcome> {
    const [first, ...others] = pages;
    if (first === undefined) return Promise.resolve({kind: 'removed'});
    return this.#run(removeOperation([first, ...others]), pages);
  }

  cancel(): void {
    this.#running?.cancel({kind: 'unavailable', why: 'closed', detail: 'called off'});
  }

  close(): Promise<void> {
    this.cancel();
    this.#closed = true;
    this.#powerUp.cancel();
    this.#leave();
    return Promise.resolve();
  }

  #run<State, Outcome>(
    operation: Operation<State, Outcome>,
    pages: readonly TemplatePage[],
  ): Promise<Outcome> {
    const fault = this.#hindrance(pages);
    if (fault) return Promise.resolve(operation.broken(undefined, fault));
    const {clock, listener} = this.#options;
    return new Promise(resolve => {
      const run = new OperationRun({
        operation,
        clock,
        send: (ask, settle) => this.#send(ask, settle),
        prompt: prompt => listener.onPrompt(prompt),
        done: outcome => {
          this.#running = undefined;
          resolve(outcome);
        },
      });
      this.#running = run;
      run.start();
    });
  }

  #hindrance(pages: readonly TemplatePage[]): FingerUnavailable | undefined {
    const unavailable = (why: FingerUnavailable['why'], detail: string) =>
      ({kind: 'unavailable', why, detail}) as const;
    if (this.#closed) return unavailable('closed', 'the sensor was given up');
    if (this.#running) return unavailable('busy', 'another operation runs');
    const {phase, librarySize = 0} = this.#session;
    if (phase !== 'ready') return unavailable('offline', `the sensor is not ready: ${phase}`);
    const wrong = pages.find(page => !Number.isInteger(page) || page < 0 || page >= librarySize);
    return wrong === undefined ? undefined : noPage(`${wrong} is not one of ${librarySize} pages`);
  }

  #join(): void {
    this.#leave = this.#options.bus.poll({
      unit: UNIT,
      periodMs: () => sessionPeriodMs(this.#session),
      compose: () => this.#composePoll(),
      onOutcome: outcome => this.#take(sessionInput(this.#ackIn(this.#asked, outcome))),
      onHealth: health => this.#take({kind: 'health', health}),
    });
  }

  /** While an operation runs its own questions are sign of life enough. */
  #composePoll(): Frame | undefined {
    if (this.#closed || this.#running) return undefined;
    const {phase} = this.#session;
    const isKnown = phase === 'verified' || phase === 'ready';
    this.#asked = isKnown ? 'readSystem' : 'verifyPassword';
    return this.#frame(this.#asked, isKnown ? [] : [this.#options.password]);
  }

  #send({name, values}: Ask, settle: (input: OperationInput) => void): void {
    this.#options.bus.submit({
      unit: UNIT,
      lane: 'command',
      resends: REPEATABLE.has(name) ? RESENDS : 0,
      compose: () => (this.#closed ? undefined : this.#frame(name, values)),
      settle: outcome => {
        const {atMs} = outcome;
        const ack = this.#ackIn(name, outcome);
        // A sensor that lost its power wants the password again before anything else.
        if (!ack || ack.code === CODE.mustVerify) this.#take({kind: 'lost'});
        settle(ack ? {kind: 'ack', ack, atMs} : {kind: 'lost', atMs});
      },
    });
  }

  #frame(name: InstructionName, values: readonly number[]): Frame {
    const payload = encodeInstruction(name, values);
    return {
      bytes: encodePacket({address: this.#address, kind: 'command', payload}),
      turnaroundMs: TURNAROUND_MS,
      isSecret: SECRET.has(name),
      reply: {
        longestBytes: PACKET_OVERHEAD_BYTES + ackBytes(name),
        read: received => {
          const decoded = decodePacket(received);
          if (decoded.kind !== 'frame') return decoded;
          const {address, kind} = decoded.frame;
          const isOurs = kind === 'ack' && address === this.#address;
          if (!isOurs || !decodeAck(name, decoded.frame.payload)) {
            return {kind: 'discard', used: decoded.used, why: 'foreign'};
          }
          return {...decoded, frame: 'answer'};
        },
      },
    };
  }

  #ackIn(name: InstructionName, outcome: FrameOutcome): FingerprintAck | undefined {
    if (outcome.kind !== 'reply') return undefined;
    const decoded = decodePacket(outcome.bytes);
    return decoded.kind === 'frame' ? decodeAck(name, decoded.frame.payload) : undefined;
  }

  #take(input: SessionInput): void {
    if (this.#closed) return;
    const {state, effects} = stepSession(this.#session, input);
    this.#session = state;
    const {listener} = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'health':
          listener.onHealth(effect.health);
          break;
        case 'fault':
          listener.onFault(effect.fault, effect.isStanding, effect.detail);
          break;
        default:
          unreachable(effect, 'session effect');
      }
    }
  }
}

function noPage(detail: string): FingerUnavailable {
  return {kind: 'unavailable', why: 'page', detail};
}

function sessionInput(ack: FingerprintAck | undefined): SessionInput {
  return ack ? {kind: 'ack', ack} : {kind: 'lost'};
}
