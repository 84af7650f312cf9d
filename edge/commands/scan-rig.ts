import type {ExecutionContext} from 'ava';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import {openScanLine} from '../../drivers/wiring/scan-line.js';
import {fromHex} from '../../protocols/base/bytes.js';
import {encodeFrame} from '../../protocols/modbus/rtu-frame.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ParkingLock} from '../../sim/devices/parking-lock.js';
import type {LineDevice} from '../../sim/wire/line-device.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {yieldTurn} from '../platform/event-loop.js';
import type {CommandResult} from './command.js';
import {type ScanRequest, scan} from './scan-bus.js';

const LINE_BAUD_RATE = 9600;

export interface ScanRig {
  readonly locks: number;
  /** Called for the line of each speed that is tried. */
  readonly prepare?: (line: Rs485Line, clock: VirtualClock) => void;
  readonly request?: Partial<ScanRequest>;
  readonly isAbsent?: boolean;
  readonly stopAfter?: number;
}

/** A scan of a simulated line, and what the devices saw of it: never a write. */
export async function scanned(
  t: ExecutionContext,
  rig: ScanRig,
): Promise<CommandResult & {readonly printed: readonly string[]; readonly writes: number}> {
  const clock = new VirtualClock({yieldTurn});
  const printed: string[] = [];
  const locks: ParkingLock[] = [];
  let asked = 0;
  const result = scan(
    {from: '1', to: '32', baud: '9600', language: 'en', json: false, ...rig.request},
    {
      clock,
      print: line => printed.push(line),
      isStopped: () => {
        asked += 1;
        return asked > (rig.stopAfter ?? Number.POSITIVE_INFINITY);
      },
      openLine: baudRate => {
        const {link, far} = createMemoryPair({clock, name: 'line-1'});
        if (rig.isAbsent === true) far.unplug();
        const line = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate});
        for (let unit = 1; unit <= rig.locks; unit += 1) {
          const lock = new ParkingLock({clock, unit});
          locks.push(lock);
          line.attach(lock);
        }
        if (baudRate !== LINE_BAUD_RATE) line.faults.set({baudMismatch: true});
        rig.prepare?.(line, clock);
        const scanLine = openScanLine({link, clock, baudRate, hasParity: false});
        return {
          read: request => scanLine.read(request),
          takeExchanges: () => scanLine.takeExchanges(),
          get trouble() {
            return scanLine.trouble;
          },
          close: async () => {
            await scanLine.close();
            await far.close();
            line.close();
          },
        };
      },
    },
  );
  const settled = await clock.settle(result);
  clock.assertIdle();
  const writes = locks.reduce((sum, lock) => sum + lock.commands.length, 0);
  t.is(writes, 0, 'a scan only reads');
  return {...settled, printed, writes};
}

/** Bias and wires the wrong way round: the receiver sees breaks whenever somebody stops talking. */
export class SwappedPair implements LineDevice {
  readonly unit = 'swapped pair';
  receive(frame: Uint8Array) {
    return [{afterMs: 1, bytes: fromHex((frame[0] ?? 0) % 2 === 0 ? '00 00 FF' : '00 FF 00 00')}];
  }
}

/** A device that says the same whatever it hears, when it is asked. */
export class FixedAnswer implements LineDevice {
  readonly unit: number;
  readonly #bytes: Uint8Array;

  constructor(unit: number, from: number, pduHex: string) {
    this.unit = unit;
    this.#bytes = encodeFrame(from, fromHex(pduHex));
  }

  receive(frame: Uint8Array) {
    return frame[0] === this.unit ? [{afterMs: 5, bytes: this.#bytes}] : [];
  }
}

/** A line without bias: what is left of two frames in quick succession breaks the answer to the third. */
export class RingingLine implements LineDevice {
  readonly unit = 'ringing line';
  #lastMs = Number.NEGATIVE_INFINITY;
  #quick = 0;

  receive(_: Uint8Array, atMs: number) {
    this.#quick = atMs - this.#lastMs < 30 ? this.#quick + 1 : 0;
    this.#lastMs = atMs;
    if (this.#quick < 2) return [];
    this.#quick = 0;
    return [{afterMs: 4, bytes: fromHex('ff 7f 00 3c ff 7f 00 3c')}];
  }
}
