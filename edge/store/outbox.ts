import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import type {WireEvent} from '../../protocols/cloud/up-messages.js';
import type {ClockState} from '../domain/time/time-machine.js';
import type {StoreDatabase} from './database.js';
import type {Journal} from './journal.js';
import type {SentOrigin} from './origins.js';
import type {Stamp} from './stamp.js';

/** One committed event. */
export interface OutboxRow {
  readonly seq: number;
  readonly kind: string;
  readonly boot: string;
  readonly monoMs: Millis;
  readonly wallMs: UnixMillis;
  readonly clk: ClockState;
  /** JSON text exactly as hashed into the chain. */
  readonly body: string;
}

const FIRST = 'SELECT boot, clk FROM ev WHERE seq >= ? ORDER BY seq LIMIT 1';
/** Each column of a page as one text, and how many rows have boot and clock state of the first. */
const PAGE = `
  SELECT count(*), sum(boot = ? AND clk = ?), json_group_array(kind), json_group_array(mono),
    json_group_array(wall), group_concat(body, char(10))
  FROM (SELECT kind, boot, mono, wall, clk, body FROM ev WHERE seq >= ? ORDER BY seq LIMIT ?)`;

type FirstRow = readonly [boot: string, clk: ClockState];
type PageRow = readonly [
  count: number,
  alike: number,
  kinds: string,
  monos: string,
  walls: string,
  bodies: string,
];

/** Undefined when the rows differ in what they should have in common. */
function eventsOf([boot, clk]: FirstRow, page: PageRow): readonly WireEvent[] | undefined {
  const [count, alike, kindText, monoText, wallText, bodyText] = page;
  // Printed JSON has no line break within it.
  const bodies = bodyText.split('\n');
  if (alike !== count || bodies.length !== count) return undefined;
  const kinds = JSON.parse(kindText) as readonly string[];
  const monos = JSON.parse(monoText) as readonly number[];
  const walls = JSON.parse(wallText) as readonly UnixMillis[];
  return bodies.map((body, index) => [
    kinds[index] as string,
    boot,
    monos[index] as number,
    walls[index] as UnixMillis,
    clk,
    body,
  ]);
}

/** The journal as its sender sees it: committed rows only, so that what is sent never rolls back. */
export class JournalOutbox {
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  readonly #stampNow: () => Stamp;
  readonly #onOldCopy: (why: string) => void;

  /** `onOldCopy` runs before a new epoch: the file turned out to be older than what it sent. */
  constructor(
    database: StoreDatabase,
    journal: Journal,
    hooks: {readonly stampNow: () => Stamp; readonly onOldCopy: (why: string) => void},
  ) {
    this.#database = database;
    this.#journal = journal;
    this.#stampNow = hooks.stampNow;
    this.#onOldCopy = hooks.onOldCopy;
  }

  epoch(): string {
    return this.#journal.epoch();
  }

  /** False while the numbers end with the process. */
  isDurable(): boolean {
    return this.#database.isDurable;
  }

  head(): number {
    return this.#journal.tip().seq;
  }

  acked(): number {
    return this.#journal.acked();
  }

  /** Lowest number still held; `head() + 1` when none is. */
  low(): number {
    return this.#journal.low();
  }

  /** Lowest number that this epoch ever had. */
  first(): number {
    return this.#journal.first();
  }

  /** At most `limit` rows of this epoch from `fromSeq` on, ascending and without a gap. */
  read(fromSeq: number, limit: number): readonly OutboxRow[] {
    const from = Math.max(fromSeq, this.low());
    return this.#database.read('outbox', () =>
      this.#database
        .statement(
          `SELECT seq, kind, boot, mono AS monoMs, wall AS wallMs, clk, body FROM ev
           WHERE seq >= ? ORDER BY seq LIMIT ?`,
        )
        .all(from, limit),
    ) as OutboxRow[];
  }

  /** The same rows as the contract with the cloud orders their fields: a backlog is read by the
   *  hundred thousand, and a cell at a time would take several times as long. */
  page(fromSeq: number, limit: number): readonly WireEvent[] {
    const database = this.#database;
    const first = database.statement(FIRST).raw().get(fromSeq) as FirstRow | undefined;
    if (!first) return [];
    const page = database
      .statement(PAGE)
      .raw()
      .get(...first, fromSeq, limit) as PageRow;
    return eventsOf(first, page) ?? this.#rows(fromSeq, limit);
  }

  /** Of several boots or clock states. */
  #rows(fromSeq: number, limit: number): readonly WireEvent[] {
    return this.#database
      .statement(
        `SELECT kind, boot, mono, wall, clk, body FROM ev
         WHERE seq >= ? ORDER BY seq LIMIT ?`,
      )
      .raw()
      .all(fromSeq, limit) as WireEvent[];
  }

  /** Where rows from `fromSeq` on stood first, as far as they were carried over. */
  origins(fromSeq: number, limit: number): readonly SentOrigin[] {
    return this.#journal.origins.read(fromSeq, limit);
  }

  /** Chain hash after `seq`, 32 bytes; undefined for a row no longer known. `low() - 1` always is. */
  hashAt(seq: number): Uint8Array | undefined {
    const base = this.#journal.base();
    if (seq === base.seq) return base.hash;
    if (seq < this.low() - 1) return undefined;
    const tip = this.#journal.tip();
    if (seq === tip.seq) return tip.hash;
    const row = this.#database.read('outbox', () =>
      this.#database.statement('SELECT h FROM ev WHERE seq = ?').get(seq),
    ) as {readonly h: Uint8Array} | undefined;
    return row === undefined ? undefined : new Uint8Array(row.h);
  }

  /** The cloud has committed everything up to `seq`. Ignored when lower than before or not yet here. */
  markAcked(seq: number): void {
    if (seq <= this.acked() || seq > this.head()) return;
    this.#journal.setAcked(seq);
  }

  startNewEpoch(why: string): void {
    this.#onOldCopy(why);
    this.#journal.startNewEpoch(why, this.#stampNow());
  }

  onAppend(listener: () => void): () => void {
    return this.#journal.onAppend(listener);
  }
}
