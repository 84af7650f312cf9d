import type {Millis} from '../../protocols/base/clock.js';
import type {Lane} from './contract.js';

/** What the line saw of one unit since it was opened. */
export interface UnitCounters {
  readonly unit: number;
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
  /** Refused because the lane was full. */
  readonly refused: number;
}

export interface LineCounters {
  readonly units: readonly UnitCounters[];
  readonly lanes: Readonly<Record<Lane, LaneCounters>>;
  /** Share of time in which a transaction or its silence held the line. */
  readonly utilisation: number;
  /** Drops of bytes that belong to no known unit. */
  readonly noise: number;
  readonly linkLosses: number;
  readonly reopenings: number;
}

type Mutable<Type> = {-readonly [Key in keyof Type]: Type[Key]};
type UnitTally = Mutable<Omit<UnitCounters, 'rttP50Ms' | 'rttP95Ms'>> & {readonly rtts: Millis[]};
type UnitCount = 'timeouts' | 'crcErrors' | 'late' | 'resent';

const REMEMBERED_RTTS = 64;

/** Running totals of one line; reading them costs more than counting. */
export class LinkCounters {
  readonly #units = new Map<number, UnitTally>();
  readonly #lanes: Record<Lane, Mutable<LaneCounters>> = {
    command: emptyLane(),
    confirm: emptyLane(),
    poll: emptyLane(),
  };
  readonly #openedAtMs: Millis;
  #busyMs: Millis = 0;
  #noise = 0;
  #linkLosses = 0;
  #reopenings = 0;

  constructor(openedAtMs: Millis) {
    this.#openedAtMs = openedAtMs;
  }

  reply(unit: number, kind: 'ok' | 'exceptions', atMs: Millis, rttMs: Millis): void {
    const tally = this.#unit(unit);
    tally[kind] += 1;
    tally.lastOkAtMs = atMs;
    tally.rtts.push(rttMs);
    if (tally.rtts.length > REMEMBERED_RTTS) tally.rtts.shift();
  }

  count(unit: number, what: UnitCount): void {
    this.#unit(unit)[what] += 1;
  }

  /** Bytes that came uncalled: late when they begin with the address of a unit we talk to. */
  dropped(bytes: Uint8Array): void {
    const tally = this.#units.get(bytes[0] ?? 0);
    if (tally) tally.late += 1;
    else this.#noise += 1;
  }

  sent(unit: number, lane: Lane, waitMs: Millis): void {
    this.#unit(unit);
    const tally = this.#lanes[lane];
    tally.sent += 1;
    tally.lastWaitMs = waitMs;
    tally.worstWaitMs = Math.max(tally.worstWaitMs, waitMs);
  }

  refused(lane: Lane): void {
    this.#lanes[lane].refused += 1;
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

  snapshot(nowMs: Millis): LineCounters {
    const {command, confirm, poll} = this.#lanes;
    const openMs = nowMs - this.#openedAtMs;
    return {
      units: [...this.#units.values()].map(readTally),
      lanes: {command: {...command}, confirm: {...confirm}, poll: {...poll}},
      utilisation: openMs > 0 ? Math.min(1, this.#busyMs / openMs) : 0,
      noise: this.#noise,
      linkLosses: this.#linkLosses,
      reopenings: this.#reopenings,
    };
  }

  #unit(unit: number): UnitTally {
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
      };
      this.#units.set(unit, tally);
    }
    return tally;
  }
}

function emptyLane(): Mutable<LaneCounters> {
  return {sent: 0, worstWaitMs: 0, lastWaitMs: 0, refused: 0};
}

function readTally({rtts, ...counts}: UnitTally): UnitCounters {
  const sorted = rtts.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  return {...counts, rttP50Ms: at(0.5), rttP95Ms: at(0.95)};
}
