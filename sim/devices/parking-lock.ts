import type {LockCommand} from '../../drivers/parking-lock/contract.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import {
  encodeLockRegisters,
  type LockArm,
  type LockProfile,
  type LockRegisters,
  type LockVehicle,
  lockOrderOf,
  REFERENCE_LOCK_PROFILE,
} from '../../protocols/profiles/parking-lock-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {Arm, type ArmDirection, type ArmObstruction, type ArmPosition} from './arm.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readRegisters, serveFrame} from './modbus-slave.js';

export interface ParkingLockOptions {
  readonly clock: Clock;
  readonly unit: number;
  /** Whole way up or down, 1-6 s; default 3 s. */
  readonly travelMs?: Millis;
  readonly turnaroundMs?: Millis;
  readonly profile?: LockProfile;
  readonly arm?: 'up' | 'down';
  readonly supplyMv?: number;
  readonly cycles?: number;
  /** What its identity registers say, where its map has them. */
  readonly model?: number;
  readonly firmware?: number;
}

/** Everything that can be wrong with a lock. `flapping`: the detector changes its mind every so many ms. */
export interface LockAilments {
  /** `silent`: commands get no reply, polls do. `acks`: commands are acknowledged and nothing moves. */
  readonly deaf: 'no' | 'silent' | 'acks';
  /** Acknowledges commands and moves only at the n-th of the same direction, counted from here; then well again. */
  readonly obeysNth: number;
  /** Something is broken at this position (0 flat, 1 upright): nothing passes it either way. */
  readonly jamAt: number | undefined;
  /** Something lies on the arm: it does not leave its place in this direction. */
  readonly obstacle: ArmDirection | undefined;
  /** Reports the fault and never moves. */
  readonly motorFault: boolean;
  readonly overCurrent: boolean;
  readonly limitSwitchFault: boolean;
  readonly tamper: boolean;
  readonly detector:
    | 'ok'
    | 'fault'
    | 'stuck_present'
    | 'stuck_absent'
    | {readonly flappingMs: Millis};
  /** No power or no wire: silence. */
  readonly unplugged: boolean;
}

export interface LockCommandHeard {
  readonly command: LockCommand;
  readonly atMs: Millis;
}

export const HEALTHY_LOCK: LockAilments = {
  deaf: 'no',
  obeysNth: 1,
  jamAt: undefined,
  obstacle: undefined,
  motorFault: false,
  overCurrent: false,
  limitSwitchFault: false,
  tamper: false,
  detector: 'ok',
  unplugged: false,
};

/** Where a rising arm meets the underbody of a car. `assumed:` */
const UNDERBODY_POSITION = 0.25;
/** Where somebody leaves an arm that he bent. `assumed:` */
const BENT_POSITION = 0.5;
/** `assumed:` of a 12 V battery. */
const LOW_BATTERY_MV = 10_500;
const DEFAULT_SUPPLY_MV = 12_400;
const DEFAULT_TRAVEL_MS: Millis = 3000;

/**
 * A parking lock as a Modbus slave with a body: it takes time to move, meets cars and obstacles, and
 * says what its registers would say at that instant. Damaged frames, other units and unknown
 * registers get what the Modbus specification says.
 */
export class ParkingLock implements LineDevice {
  readonly unit: number;
  readonly #clock: Clock;
  readonly #arm: Arm;
  readonly #profile: LockProfile;
  readonly #turnaroundMs: Millis;
  readonly #bornCycles: number;
  #model: number;
  #firmware: number;
  readonly #commands: LockCommandHeard[] = [];
  readonly #heardSince = {raise: 0, lower: 0};
  #ailments: LockAilments = HEALTHY_LOCK;
  #supplyMv: number;
  #lastOrderWord = 0;
  #isForced = false;
  #carAbove = false;
  #onHarm: (what: string) => void = () => {};

  constructor(options: ParkingLockOptions) {
    this.unit = options.unit;
    this.#clock = options.clock;
    this.#arm = new Arm({
      travelMs: options.travelMs ?? DEFAULT_TRAVEL_MS,
      position: options.arm === 'down' ? 0 : 1,
    });
    this.#profile = options.profile ?? REFERENCE_LOCK_PROFILE;
    this.#turnaroundMs = options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    this.#supplyMv = options.supplyMv ?? DEFAULT_SUPPLY_MV;
    this.#bornCycles = options.cycles ?? 0;
    this.#model = options.model ?? 1;
    this.#firmware = options.firmware ?? 1;
  }

  /** Every command that reached the lock, obeyed or not. */
  get commands(): readonly LockCommandHeard[] {
    return this.#commands;
  }

  /** The state that the lock would report now. */
  get arm(): LockArm {
    return this.#registers().arm;
  }

  /** Where the arm really is: 0 lies flat, 1 stands. */
  get position(): ArmPosition {
    return this.#arm.positionAt(this.#clock.nowMs());
  }

  get registers(): LockRegisters {
    return this.#registers();
  }

  get ailments(): LockAilments {
    return this.#ailments;
  }

  /** Add ailments; what is not named stays. */
  ail(ailments: Partial<LockAilments>): void {
    const nowMs = this.#clock.nowMs();
    this.#ailments = {...this.#ailments, ...ailments};
    if (ailments.obeysNth !== undefined) this.#heardSince.raise = this.#heardSince.lower = 0;
    if (ailments.motorFault) this.#arm.stop(nowMs);
    const direction = this.#arm.directionAt(nowMs);
    if (direction && ('jamAt' in ailments || 'obstacle' in ailments)) this.#move(direction, nowMs);
  }

  heal(): void {
    this.ail(HEALTHY_LOCK);
  }

  /** Somebody screws another lock on in its place, arm and address as before. */
  exchangeFor(model: number, firmware: number): void {
    this.#model = model;
    this.#firmware = firmware;
  }

  setSupply(supplyMv: number): void {
    this.#supplyMv = supplyMv;
  }

  /** Somebody bends the arm down, or a car drives over it. The next order to move ends the state. */
  force(): void {
    this.#arm.push(BENT_POSITION, this.#clock.nowMs());
    this.#isForced = true;
  }

  /** The plant's word: a car stands over the arm, whatever the detector says of it. */
  setCarAbove(isAbove: boolean): void {
    this.#carAbove = isAbove;
    const nowMs = this.#clock.nowMs();
    if (isAbove && this.#arm.directionAt(nowMs) === 'raise') this.#raiseUnderCar(nowMs);
  }

  /** Told what must never happen: an arm driven up under a car. */
  onHarm(listener: (what: string) => void): void {
    this.#onHarm = listener;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.#ailments.unplugged) return [];
    const address = {unit: this.unit, turnaroundMs: this.#turnaroundMs};
    return serveFrame(address, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply | undefined {
    if (request.kind === 'read' && request.functionCode === 3) {
      return readRegisters(request, this.#words());
    }
    if (request.kind !== 'writeOne' || request.functionCode !== 6) {
      return exceptionReply(request.functionCode, 1);
    }
    const {address, value} = request;
    if (address !== this.#profile.command.register) return exceptionReply(6, 2);
    const order = lockOrderOf(value, this.#profile);
    if (!order) return exceptionReply(6, 3);
    this.#lastOrderWord = value;
    this.#command(order);
    if (this.#ailments.deaf === 'silent') return undefined;
    return {kind: 'written', functionCode: 6, address, value};
  }

  /** All registers from 0 on. */
  #words(): readonly number[] {
    const {command, status} = this.#profile;
    const state = encodeLockRegisters(this.#registers(), this.#profile);
    const words = new Array<number>(Math.max(command.register, status.register)).fill(0);
    words.splice(status.register, state.length, ...state);
    const {identity} = this.#profile;
    if (identity) {
      words[identity.modelRegister] = this.#model;
      words[identity.firmwareRegister] = this.#firmware;
    }
    words[command.register] = this.#lastOrderWord;
    return words;
  }

  #command(command: LockCommand): void {
    const nowMs = this.#clock.nowMs();
    this.#commands.push({command, atMs: nowMs});
    if (this.#ailments.deaf !== 'no') return;
    switch (command) {
      case 'stop':
        this.#arm.stop(nowMs);
        return;
      case 'buzzer':
        return;
      case 'raise':
      case 'lower':
        this.#heardSince[command] += 1;
        if (this.#ailments.motorFault || this.#heardSince[command] < this.#ailments.obeysNth)
          return;
        this.#move(command, nowMs);
    }
  }

  #move(direction: ArmDirection, nowMs: Millis): void {
    this.#isForced = false;
    if (direction === 'raise' && this.#carAbove && this.#arm.positionAt(nowMs) < 1) {
      this.#raiseUnderCar(nowMs);
      return;
    }
    this.#arm.move(direction, nowMs, this.#obstruction(direction, nowMs));
  }

  #raiseUnderCar(nowMs: Millis): void {
    this.#onHarm('arm raised under a car');
    const position = Math.max(UNDERBODY_POSITION, this.#arm.positionAt(nowMs));
    this.#arm.move('raise', nowMs, {position});
  }

  #obstruction(direction: ArmDirection, nowMs: Millis): ArmObstruction | undefined {
    const {jamAt, obstacle} = this.#ailments;
    if (obstacle === direction) return {position: this.#arm.positionAt(nowMs)};
    return jamAt === undefined ? undefined : {position: jamAt};
  }

  #registers(): LockRegisters {
    const nowMs = this.#clock.nowMs();
    const ailments = this.#ailments;
    const isBlocked = this.#arm.restAt(nowMs) === 'blocked' && !this.#arm.directionAt(nowMs);
    return {
      arm: this.#armState(nowMs),
      vehicle: this.#vehicle(nowMs),
      supplyMv: this.#supplyMv,
      faults: {
        motor: ailments.motorFault,
        limitSwitch: ailments.limitSwitchFault,
        lowBattery: this.#supplyMv < LOW_BATTERY_MV,
        tamper: ailments.tamper,
        overCurrent: ailments.overCurrent || isBlocked,
      },
      cycles: this.#bornCycles + this.#arm.completedAt(nowMs),
    };
  }

  #armState(nowMs: Millis): LockArm {
    if (this.#isForced) return 'forced';
    if (this.#arm.directionAt(nowMs)) return 'moving';
    switch (this.#arm.restAt(nowMs)) {
      case 'blocked':
        return 'blocked';
      case 'stopped':
        return 'unknown';
      case 'limit':
        return this.#arm.positionAt(nowMs) === 1 ? 'up' : 'down';
    }
  }

  #vehicle(nowMs: Millis): LockVehicle {
    const {detector} = this.#ailments;
    if (typeof detector === 'object') {
      return Math.floor(nowMs / detector.flappingMs) % 2 === 0 ? 'absent' : 'present';
    }
    switch (detector) {
      case 'fault':
        return 'fault';
      case 'stuck_present':
        return 'present';
      case 'stuck_absent':
        return 'absent';
      case 'ok':
        return this.#carAbove ? 'present' : 'absent';
    }
  }
}
