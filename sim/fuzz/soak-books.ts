import type {ShowerNews} from './soak-house.js';
import type {SoakCode} from './soak-rights.js';
import type {SoakStall} from './soak-stall.js';

/** What ran through the pipes, in ml. Metered = billed + rinse + free; ran = metered + idle. */
export interface WaterSums {
  readonly meteredMl: number;
  readonly billedMl: number;
  readonly rinseMl: number;
  /** Within a shower and not charged: after its close, beyond its budget, while nobody could tell. */
  readonly freeMl: number;
  /** Under no shower, by the fault that it is explained by. */
  readonly idleMl: Readonly<Record<string, number>>;
}

interface Session {
  readonly grant: string;
  readonly startMl: number;
  /** Of a litre, when it began. */
  readonly priceFen: number;
  isSettled: boolean;
}

/** So much under no shower is a leak that somebody has to be told of. */
const LEAK_ML = 200;
const ML_PER_LITRE = 1000;

/** What a gateway says of its showers, held against what ran through the pipes. */
export class SoakBooks {
  usedFen = 0;
  owedFen = 0;
  rinses = 0;
  /** Showers whose meter was silent for a while. */
  estimated = 0;
  readonly findings: string[] = [];
  readonly #sums = {meteredMl: 0, billedMl: 0, rinseMl: 0, freeMl: 0};
  readonly #idleMl: Record<string, number> = {};
  readonly #sessions = new Map<string, Session>();
  readonly #opened = new Set<string>();
  /** Where the meter of each stall stood when its last shower was settled. */
  readonly #lastMl = new Map<string, number>();
  readonly #leaks = new Set<string>();
  readonly #priceFen: () => number;
  /** Of each code that may still be keyed in. */
  readonly #budgets = new Map<string, number>();
  #isOver = 0;

  /** `priceFen`: what a litre costs now. */
  constructor(priceFen: () => number) {
    this.#priceFen = priceFen;
  }

  sold({grant, budgetFen}: SoakCode): void {
    this.#budgets.set(grant, budgetFen);
  }

  get showers(): number {
    return this.#isOver;
  }

  get water(): WaterSums {
    return {...this.#sums, idleMl: this.#idleMl};
  }

  hasOpened(grant: string): boolean {
    return this.#opened.has(grant);
  }

  hearAlarm(kind: string, stall: string | null): void {
    if (kind === 'LEAK' && stall !== null) this.#leaks.add(stall);
  }

  hear(news: ShowerNews, stall: SoakStall): void {
    const {session, grant, phase} = news;
    let known = this.#sessions.get(session);
    if (!known) {
      if (this.#opened.has(grant)) this.find(`${grant} opened twice`);
      this.#opened.add(grant);
      known = {startMl: stall.heardMl, grant, priceFen: this.#priceFen(), isSettled: false};
      this.#sessions.set(session, known);
      this.#explain(stall);
      return;
    }
    if (news.isGivenBack) this.#opened.delete(grant);
    if (phase !== 'settled') return;
    if (known.isSettled) this.find(`${session} was settled twice`);
    known.isSettled = true;
    this.#lastMl.set(stall.id, stall.heardMl);
    this.#add(news, known, stall.heardMl - known.startMl);
  }

  /** Nothing runs any more. */
  end(stalls: Iterable<SoakStall>): void {
    let ranMl = 0;
    for (const stall of stalls) {
      this.#explain(stall);
      ranMl += stall.pipe.totalMl;
    }
    for (const [session, {isSettled}] of this.#sessions) {
      if (!isSettled) this.find(`${session} was never settled`);
    }
    const {meteredMl, billedMl, rinseMl, freeMl} = this.#sums;
    const sharedMl = billedMl + rinseMl + freeMl;
    if (meteredMl !== sharedMl) this.find(`${meteredMl} ml metered, ${sharedMl} ml shared out`);
    const idleMl = Object.values(this.#idleMl).reduce((sum, ml) => sum + ml, 0);
    if (ranMl !== meteredMl + idleMl) {
      this.find(`${ranMl} ml ran, ${meteredMl} ml metered and ${idleMl} ml explained`);
    }
  }

  find(text: string): void {
    this.findings.push(text);
  }

  #add(news: ShowerNews, {priceFen}: Session, ranMl: number): void {
    const {session, grant, meteredMl, billedMl, rinseMl, freeMl, usedFen, owedFen} = news;
    if (meteredMl !== ranMl) this.find(`${session}: ${meteredMl} ml metered, ${ranMl} ml ran`);
    if (billedMl + rinseMl + freeMl !== meteredMl) this.find(`${session}: shares of ${meteredMl}`);
    const budgetFen = this.#budgets.get(grant) ?? 0;
    const dueFen = Math.min(budgetFen, Math.floor((billedMl * priceFen) / ML_PER_LITRE));
    // Time that nobody measured costs more than its water, and never more than was set aside.
    const isRight = news.quality === 'good' ? usedFen === dueFen : usedFen >= dueFen;
    if (!isRight || usedFen > budgetFen) this.find(`${session}: ${usedFen} fen, not ${dueFen}`);
    const rinsedFen = Math.floor((rinseMl * priceFen) / ML_PER_LITRE);
    if (owedFen !== rinsedFen) this.find(`${session}: ${owedFen} fen owed, not ${rinsedFen}`);
    const sums = this.#sums;
    sums.meteredMl += meteredMl;
    sums.billedMl += billedMl;
    sums.rinseMl += rinseMl;
    sums.freeMl += freeMl;
    // Nothing was used and the code is good again.
    if (!this.#opened.has(grant)) return;
    this.#isOver += 1;
    if (rinseMl > 0) this.rinses += 1;
    if (news.quality === 'estimated') this.estimated += 1;
    this.#budgets.delete(grant);
    this.usedFen += usedFen;
    this.owedFen += owedFen;
  }

  /** Before a shower begins: what ran since the one before. */
  #explain(stall: SoakStall): void {
    const ml = stall.heardMl - (this.#lastMl.get(stall.id) ?? 0);
    const [cause] = stall.causes;
    const isKnown = ml <= LEAK_ML || this.#leaks.has(stall.id) || cause === 'meterGone';
    stall.causes.clear();
    this.#leaks.delete(stall.id);
    this.#lastMl.set(stall.id, stall.heardMl);
    if (ml === 0) return;
    if (cause === undefined) this.find(`${stall.id}: ${ml} ml ran under no shower`);
    if (!isKnown) this.find(`${stall.id}: ${ml} ml ran under no shower, and nobody was told`);
    const name = cause ?? 'unknown';
    this.#idleMl[name] = (this.#idleMl[name] ?? 0) + ml;
  }
}
