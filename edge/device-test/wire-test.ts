import type {WireRecord} from '../../drivers/bus/wire-trace.js';
import type {Clock} from '../../protocols/base/clock.js';
import type {DeviceWire} from './contract.js';

export interface WireSeen {
  readonly answers: number;
  readonly asked: number;
  readonly roundTripMs: number | null;
}

const QUESTIONS = 3;

/** Ask a Modbus device a few times by reading alone; an exception is as good an answer as a value. */
export async function askDevice(wire: DeviceWire, clock: Clock): Promise<WireSeen> {
  const {unit, kind, base} = wire;
  if (unit === undefined) return {answers: 0, asked: 0, roundTripMs: null};
  const table = kind === 'emergency-button' ? 'input' : 'holding';
  const times: number[] = [];
  for (let count = 0; count < QUESTIONS; count += 1) {
    const sentMs = clock.nowMs();
    const request = {unit, table, address: base, quantity: 1, lane: 'confirm'} as const;
    const outcome = await wire.read(request);
    const isAnswer = outcome.kind === 'values' || outcome.kind === 'exception';
    if (isAnswer) times.push(outcome.atMs - sentMs);
  }
  const [roundTripMs = null] = [...times].sort((left, right) => left - right);
  return {answers: times.length, asked: QUESTIONS, roundTripMs};
}

/** The frames to and from one unit since an instant: ours by its address, and what came until our next one. */
export function framesOf(wire: DeviceWire, sinceMs: number): readonly WireRecord[] {
  const {unit} = wire;
  const start = unit?.toString(16).padStart(2, '0');
  let isOurs = unit === undefined;
  return wire.trace().filter(({kind, hex, atMs}) => {
    if (kind === 'tx' && start !== undefined) isOurs = hex.startsWith(start);
    return isOurs && atMs >= sinceMs;
  });
}

/** Orders that went out again: writes to a register beyond the first. */
export function repeatedOrders(frames: readonly WireRecord[]): number {
  const writes = frames.filter(({kind, hex}) => kind === 'tx' && /^..(?:05|06|10)/.test(hex));
  return Math.max(0, writes.length - 1);
}
