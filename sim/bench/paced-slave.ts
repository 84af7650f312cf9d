import {closeSync, constants, openSync, readSync, writeSync} from 'node:fs';
import koffi from 'koffi';
import {wireTimeMs} from '../../protocols/base/units.js';
import {encodeReplyPdu} from '../../protocols/modbus/pdu.js';
import {decodeRequest, encodeFrame} from '../../protocols/modbus/rtu-frame.js';
import {interFrameSilenceMs} from '../../protocols/modbus/timing.js';
import {openTerminalMaster} from '../wire/posix-terminal.js';
import {foreignReply} from './foreign-slaves.js';
import {SlaveRegisters} from './slave-registers.js';

/** What the slave says of itself when asked. */
export interface SlaveReport {
  readonly requests: number;
  /** Frames whose first byte came before the line had been silent for t3.5. */
  readonly gapViolations: number;
  /** Frames that were no request, or came in pieces. */
  readonly broken: number;
  /** When the first of the requests began, on the machine's monotonic clock. */
  readonly firstRequestMs: number | undefined;
}

/** One request with its reply on the wire, on the machine's monotonic clock. */
export interface WireSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** Said unasked for every FC05 and FC06: it moves something, or sounds. `before`: the spans before it, oldest first. */
export interface SeenCommand {
  readonly command: {
    readonly unit: number;
    readonly address: number;
    readonly value: number;
    readonly startMs: number;
    readonly before: readonly WireSpan[];
  };
}

export const TURNAROUND_MS = 5;

interface SlaveSettings {
  readonly baudRate: number;
  readonly mode: string;
  readonly deadFrom: number;
  readonly chunk: number;
  readonly latencyMs: number;
  /** Where a call button hangs; 0: none. */
  readonly buttonUnit: number;
}

/** Of a full-speed FTDI chip: 64 bytes, two of which are status. */
const USB_PACKET_BYTES = 62;
const POLLIN = 1;
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;
const PR_SET_TIMERSLACK = 29;
/** A sleep wakes late by about this much on a busy machine; the rest is spent spinning. */
const SPIN_NS = 100_000n;
const STDIN = 0;
const REMEMBERED_SPANS = 6;
const NOTHING_YET: SlaveReport = {
  requests: 0,
  gapViolations: 0,
  broken: 0,
  firstRequestMs: undefined,
};

const libc = koffi.load(null);
const poll = libc.func('int poll(_Inout_ uint8_t *fds, unsigned long count, int timeoutMs)');
const clockNanosleep = libc.func(
  'int clock_nanosleep(int clock, int flags, const int64_t *request, void *remain)',
);
const prctl = libc.func('int prctl(int option, unsigned long value)');

/**
 * All the slaves of a line in one blocking process that keeps wire time by absolute sleeps: request,
 * t3.5, turnaround, the reply byte by byte, t3.5. It blocks on purpose: an event loop would add the
 * very jitter that is to be measured in others.
 */
class PacedSlave {
  readonly #fd: number;
  readonly #byteNs: bigint;
  readonly #silenceNs: bigint;
  readonly #turnaroundNs = toNs(TURNAROUND_MS);
  readonly #isStrict: boolean;
  readonly #chunk: number;
  /** Latency timer of a USB adapter; 0n: bytes reach the host as they come. */
  readonly #latencyNs: bigint;
  readonly #deadFrom: number;
  readonly #units = new SlaveRegisters();
  readonly #inbox = new Uint8Array(512);
  readonly #pollFds = Buffer.alloc(16);
  readonly #spans: WireSpan[] = [];
  #wireEndNs = 0n;
  /** Just before the last byte was handed over: nobody can have heard it earlier. */
  #lastByteNs = 0n;
  #report: SlaveReport = NOTHING_YET;

  constructor(fd: number, settings: SlaveSettings) {
    const {baudRate, mode, deadFrom, chunk, latencyMs, buttonUnit} = settings;
    if (buttonUnit > 0) this.#units.addButton(buttonUnit);
    this.#fd = fd;
    this.#byteNs = toNs(wireTimeMs(1, baudRate));
    this.#silenceNs = toNs(interFrameSilenceMs(baudRate));
    this.#isStrict = mode === 'strict';
    this.#deadFrom = deadFrom;
    this.#chunk = chunk;
    this.#latencyNs = toNs(latencyMs);
    this.#pollFds.writeInt32LE(fd, 0);
    this.#pollFds.writeInt16LE(POLLIN, 4);
    this.#pollFds.writeInt32LE(STDIN, 8);
    this.#pollFds.writeInt16LE(POLLIN, 12);
  }

  run(): void {
    for (;;) {
      poll(this.#pollFds, 2, -1);
      const atNs = process.hrtime.bigint();
      if (this.#pollFds.readInt16LE(6) !== 0) this.#serve(atNs);
      if (this.#pollFds.readInt16LE(14) !== 0 && !this.#obey()) return;
    }
  }

  /** `press UNIT`; any other line asks for a report, after which counting begins anew. False at the end of input. */
  #obey(): boolean {
    const heard = Buffer.alloc(256);
    const count = readSync(STDIN, heard);
    if (count === 0) return false;
    const [word, unit] = heard.toString('utf8', 0, count).trim().split(' ');
    if (word === 'press') {
      this.#units.press(Number(unit));
      return true;
    }
    say(this.#report);
    this.#report = NOTHING_YET;
    return true;
  }

  #serve(atNs: bigint): void {
    const count = readSync(this.#fd, this.#inbox);
    const frame = this.#inbox.slice(0, count);
    const isEarly = atNs < this.#lastByteNs + this.#silenceNs;
    const quietNs = this.#wireEndNs + this.#silenceNs;
    // A line cannot carry two talkers: an early frame gains nothing by being early.
    const startNs = atNs > quietNs ? atNs : quietNs;
    const endNs = startNs + BigInt(count) * this.#byteNs;
    this.#wireEndNs = endNs;
    this.#lastByteNs = endNs;
    const foreign = foreignReply(frame);
    if (foreign) {
      this.#count(isEarly, false, toMs(startNs));
      if (!isEarly || !this.#isStrict) {
        this.#send(foreign, endNs + this.#silenceNs + this.#turnaroundNs);
      }
      return;
    }
    const decoded = decodeRequest(frame);
    const isWhole = decoded.kind === 'frame' && decoded.used === count;
    this.#count(isEarly, !isWhole, toMs(startNs));
    if (!isWhole || (isEarly && this.#isStrict)) return;
    const {unit, request} = decoded.frame;
    if (unit >= this.#deadFrom || request.kind === 'refused') return;
    if (request.kind === 'writeOne') {
      const {address, value} = request;
      say({command: {unit, address, value, startMs: toMs(startNs), before: this.#spans}});
    }
    const reply = encodeFrame(unit, encodeReplyPdu(this.#units.answer(unit, request)));
    this.#send(reply, endNs + this.#silenceNs + this.#turnaroundNs);
    this.#spans.push({startMs: toMs(startNs), endMs: toMs(this.#wireEndNs)});
    if (this.#spans.length > REMEMBERED_SPANS) this.#spans.shift();
  }

  #count(isEarly: boolean, isBroken: boolean, startMs: number): void {
    const {requests, gapViolations, broken, firstRequestMs} = this.#report;
    this.#report = {
      requests: requests + 1,
      gapViolations: gapViolations + Number(isEarly),
      broken: broken + Number(isBroken),
      firstRequestMs: firstRequestMs ?? startMs,
    };
  }

  #send(reply: Uint8Array, startNs: bigint): void {
    let sent = 0;
    while (sent < reply.length) {
      const {end, atNs} = this.#packet(reply.length, sent, startNs);
      sleepUntil(atNs);
      this.#lastByteNs = process.hrtime.bigint();
      writeSync(this.#fd, reply.subarray(sent, end));
      sent = end;
    }
    this.#wireEndNs = startNs + BigInt(reply.length) * this.#byteNs;
  }

  /** The next bytes that reach the host together, and when: a full packet, or what a tick of the timer finds. */
  #packet(length: number, sent: number, startNs: bigint): {end: number; atNs: bigint} {
    const endsNs = (count: number) => startNs + BigInt(count) * this.#byteNs;
    if (this.#latencyNs === 0n) {
      const end = Math.min(sent + this.#chunk, length);
      return {end, atNs: endsNs(end)};
    }
    const most = Math.min(sent + USB_PACKET_BYTES, length);
    const ticks = endsNs(sent + 1) / this.#latencyNs + 1n;
    const tickNs = ticks * this.#latencyNs;
    let end = sent + 1;
    while (end < most && endsNs(end + 1) <= tickNs) end += 1;
    return {end, atNs: end - sent === USB_PACKET_BYTES ? endsNs(end) : tickNs};
  }
}

function say(value: object): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

function toMs(ns: bigint): number {
  return Number(ns) / 1_000_000;
}

function toNs(ms: number): bigint {
  return BigInt(Math.round(ms * 1_000_000));
}

function sleepUntil(atNs: bigint): void {
  const wakeNs = atNs - SPIN_NS;
  if (wakeNs > process.hrtime.bigint()) {
    const time = [wakeNs / 1_000_000_000n, wakeNs % 1_000_000_000n];
    clockNanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, time, null);
  }
  while (process.hrtime.bigint() < atNs);
}

/** `BAUD MODE DEAD-FROM-UNIT CHUNK LATENCY-MS BUTTON-UNIT`: says its port, then serves until the end of input. */
export function run(args: readonly string[]): undefined {
  const [baud, mode = '', deadFrom = 248, chunk = 1, latencyMs = 0, buttonUnit = 0] = args;
  prctl(PR_SET_TIMERSLACK, 1000);
  const {fd, slavePath} = openTerminalMaster();
  // Held open, so that the terminal reads silence and not an error while no client has it.
  const holdFd = openSync(slavePath, constants.O_RDWR | constants.O_NOCTTY);
  say({path: slavePath});
  new PacedSlave(fd, {
    baudRate: Number(baud),
    mode,
    deadFrom: Number(deadFrom),
    chunk: Number(chunk),
    latencyMs: Number(latencyMs),
    buttonUnit: Number(buttonUnit),
  }).run();
  closeSync(holdFd);
  closeSync(fd);
  return undefined;
}
