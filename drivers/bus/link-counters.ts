import type {Millis} from '../../protocols/base/clock.js';
import type {Lane, ReplyReader, UnitKey} from './contract.js';

/** What the line saw of one unit since it was opened. */
export interface UnitCounters {
  readonly unit: UnitKey;
  readonly ok: number;
  readonly exceptions: number;
  readonly timeouts: number;
  /** Requests to it during which a broken frame came. */
  readonly crcErrors: number;
  /** Sound replies of it that came when nobody waited for them: dropped. */
  readonly late: number;
  readonly resent: number;
  readonly lastOkAtMs: Millis | undefined;
  /** Request handed over to reply complete, of the last replies. */
  readonly rttP50Ms: Millis | undefined;
  readonly rttP95Ms: Millis | undefined;
}

export interface LaneCounters {
  readonly sent: number;
  readonly worstWaitMs: Millis;
  readonly lastWaitMs: Millis;
  /** Of the last 256 that had their turn. */
  readonly p99WaitMs: Millis;
  /** How long the one that goes next has waited. */
  readonly queueAgeMs: Millis;
  /** Refused because the lane was full. */
  readonly refused: number;
}

export interface LineCounters {
  readonly units: readonly UnitCounters[];
  readonly lanes: Readonly<Record<Lane, LaneCounters>>;
  /** Share of time in which a transaction or its silence held the line. */
  readonly utilisation: number;
  /** Polls that were due for longer than their whole period before they went. */
  readonly starvedPolls: number;
  /** Drops of bytes that belong to no known unit. */
  readonly noise: number;
  readonly linkLosses: number;
  readonly reopenings: number;
}

type Mutable<Type> = {-readonly [Key in keyof Type]: Type[Key]};
type UnitTally = Mutable<Omit<UnitCounters, 'rttP50Ms' | 'rttP95Ms'>> & {
  readonly rtts: Millis[];
  /** Of its last request, and of the last before that which waited for another reply. */
  reader: ReplyReader | undefined;
  readerBefore: ReplyReader | undefined;
};
type LaneTally = Mutable<Omit<LaneCounters, 'p99WaitMs' | 'queueAgeMs'>> & {
  readonly waits: Millis[];
};
type UnitCount = 'timeouts' | 'crcErrors' | 'late' | 'resent';

const REMEMBERED_RTTS = 64;
const REMEMBERED_WAITS = 256;

/** Running totals of one line; reading them costs more than counting. */
export class LinkCounters {
  readonly #units = new Map<UnitKey, UnitTally>();
  readonly #lanes: Record<Lane, LaneTally> = {
    command: emptyLane(),
    confirm: emptyLane(),
    poll: emptyLane(),
  };
  readonly #openedAtMs: Millis;
  #busyMs: Millis = 0;
  #noise = 0;
  #starvedPolls = 0;
  #linkLosses = 0;
  #reopenings = 0;

  constructor(openedAtMs: Millis) {
    this.#openedAtMs = openedAtMs;
  }

  reply(unit: UnitKey, kind: 'ok' | 'exceptions', atMs: Millis, rttMs: Millis): void {
    const tally = this.#unit(unit);
    tally[kind] += 1;
    tally.lastOkAtMs = atMs;
    tally.rtts.push(rttMs);
    if (tally.rtts.length > REMEMBERED_RTTS) tally.rtts.shift();
  }

  count(unit: UnitKey, what: UnitCount): void {
    this.#unit(unit)[what] += 1;
  }

  /** Bytes that came uncalled: late when they hold the reply to one of the last requests of a unit. */
  dropped(bytes: Uint8Array): void {
    for (const tally of this.#units.values()) {
      const {reader, readerBefore} = tally;
      if (!holdsReply(reader, bytes) && !holdsReply(readerBefore, bytes)) continue;
      tally.late += 1;
      return;
    }
    this.#noise += 1;
  }

  sent(unit: UnitKey, lane: Lane, waitMs: Millis, reader: ReplyReader | undefined): void {
    const unitTally = this.#unit(unit);
    if (reader && reader !== unitTally.reader) {
      unitTally.readerBefore = unitTally.reader;
      unitTally.reader = reader;
    }
    const tally = this.#lanes[lane];
    tally.waits[tally.sent % REMEMBERED_WAITS] = waitMs;
    tally.sent += 1;
    tally.lastWaitMs = waitMs;
    tally.worstWaitMs = Math.max(tally.worstWaitMs, waitMs);
  }

  refused(lane: Lane): void {
    this.#lanes[lane].refused += 1;
  }

  starved(): void {
    this.#starvedPolls += 1;
  }

  busy(forMs: Millis): void {
    this.#busyMs += forMs;
  }

  linkLost(): void {
    this.#linkLosses += 1;
  }

  reopened(): void {
    this.#reopenings += 1;
  }

  snapshot(nowMs: Millis, queueAgeMs: (lane: Lane) => Millis = () => 0): LineCounters {
    const {command, confirm, poll} = this.#lanes;
    const openMs = nowMs - this.#openedAtMs;
    return {
      units: [...this.#units.values()].map(readTally),
      lanes: {
        command: readLane(command, queueAgeMs('command')),
        confirm: readLane(confirm, queueAgeMs('confirm')),
        poll: readLane(poll, queueAgeMs('poll')),
      },
      utilisation: openMs > 0 ? Math.min(1, this.#busyMs / openMs) : 0,
      starvedPolls: this.#starvedPolls,
      noise: this.#noise,
      linkLosses: this.#linkLosses,
      reopenings: this.#reopenings,
    };
  }

  #unit(unit: UnitKey): UnitTally {
    let tally = this.#units.get(unit);
    if (!tally) {
      tally = {
        unit,
        ok: 0,
        exceptions: 0,
        timeouts: 0,
        crcErrors: 0,
        late: 0,
        resent: 0,
        lastOkAtMs: undefined,
        rtts: [],
        reader: undefined,
        readerBefore: undefined,
      };
      this.#units.set(unit, tally);
    }
    return tally;
  }
}

function emptyLane(): LaneTally {
  return {sent: 0, worstWaitMs: 0, lastWaitMs: 0, refused: 0, waits: []};
}

function readLane({waits, ...counts}: LaneTally, queueAgeMs: Millis): LaneCounters {
  return {...counts, p99WaitMs: shareOf(waits, 0.99) ?? 0, queueAgeMs};
}

/** The value that `share` of them do not exceed; undefined for none. */
function shareOf(values: readonly Millis[], share: number): Millis | undefined {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(share * (sorted.length - 1))];
}

function holdsReply(reader: ReplyReader | undefined, bytes: Uint8Array): boolean {
  let rest = bytes;
  while (reader && rest.length > 0) {
    const decoded = reader.read(rest);
    if (decoded.kind !== 'discard') return decoded.kind === 'frame';
    rest = rest.subarray(decoded.used);
  }
  return false;
}

function readTally(tally: UnitTally): UnitCounters {
  const {rtts, reader: _, readerBefore: __, ...counts} = tally;
  return {...counts, rttP50Ms: shareOf(rtts, 0.5), rttP95Ms: shareOf(rtts, 0.95)};
}
