import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import type {SiteEventBodies} from '../../../protocols/site/events.js';
import type {CodeCredential, Grant} from '../../../protocols/site/grant.js';
import {asId, type CollectorId} from '../../../protocols/site/ids.js';
import type {FormerRun, LotConfig, LotEffect, OpenRecords} from '../lot/contract.js';
import type {DisplayMessage} from '../lot/display-message.js';
import {LotRig} from '../lot/lot-rig.js';
import {RULES as LOT_RULES} from '../lot/rig-config.js';
import type {BathConfig, BathRules, StallSaid} from './contract.js';
import {BY_WATER, RULES} from './shower-rig.js';

const BATH_RULES: BathRules = {
  ...RULES,
  capMs: 1_800_000,
  codes: {wrongTries: 3, lockMs: 60_000, longestMs: 3_600_000, triesPerDay: 30, slowMs: 600_000},
  guesses: {count: 20, withinMs: 600_000},
  hottestMilliCelsius: 45_000,
  dryStalls: 3,
};

/** Its pipe, valve and meter as a plumber finds them. */
interface RigStall {
  isOpen: boolean;
  totalMl: number;
  flowMlPerS: number;
  /** The valve stays as it is. */
  isStuck: boolean;
  isMeterDead: boolean;
  /** What the lot was told of the valve last. */
  told: 'open' | 'shut' | 'unknown';
}

interface BathRigOptions {
  readonly stalls?: readonly string[];
  readonly probes?: boolean;
  readonly bath?: Partial<BathConfig>;
  readonly calls?: LotConfig['calls'];
  readonly rules?: Partial<BathRules>;
  readonly open?: Partial<OpenRecords>;
  /** Left out: that of the lot's rig. */
  readonly former?: FormerRun;
}

/**
 * A house on the pure lot, second by second: what wires would carry is told at once. Water flows while a
 * valve is open; readings come as long as there is something new.
 */
export class BathRig {
  readonly lot: LotRig;
  readonly stalls = new Map<string, RigStall>();
  readonly rowOrders: string[] = [];
  /** Rows whose master valve is shut. */
  readonly shutRows = new Set<string>();
  readonly #config: BathConfig;
  #seen = 0;
  #stored = 0;
  #rights = 0;

  constructor({stalls = ['S-01', 'S-02'], probes = false, ...more}: BathRigOptions = {}) {
    this.#config = {
      stalls: stalls.map(id => ({
        ...{id: asId<CollectorId>(id), meter: asId<never>(`M-${id}`), tariff: BY_WATER},
        hasProbe: probes,
      })),
      rows: [],
      rules: {...BATH_RULES, ...more.rules},
      ...more.bath,
    };
    this.lot = new LotRig(configOf(this.#config, more.calls), more.open, [], more.former);
    for (const id of stalls) {
      this.stalls.set(id, {
        ...{isOpen: false, totalMl: 1000, flowMlPerS: 150, isStuck: false, isMeterDead: false},
        told: 'unknown',
      });
    }
    this.#obey();
    this.run(1);
  }

  stall(id: string): RigStall {
    const found = this.stalls.get(id);
    if (!found) throw new UsageError('rig/stall', `no stall ${id}`);
    return found;
  }

  /** A code and its right to a shower. */
  code(digits: string, change: Partial<Grant> = {}, uses: CodeCredential['uses'] = 'one'): Grant {
    this.#rights += 1;
    const no = this.#rights;
    const holder = change.holder ?? asId<never>(`bather-${no}`);
    const id = asId<never>(`code-${no}`);
    const {lot} = this;
    lot.keypadCodes.set(digits, {
      ...{kind: 'code', id, holder, digest: digits, epoch: 1, uses, state: 'active', rev: 1},
    });
    const grant: Grant = {
      ...{id: asId(`right-${no}`), number: `${no}`, kind: 'shower', holder, holderMask: ''},
      ...{credentials: [id], points: [...this.stalls.keys()].map(one => asId<never>(one))},
      validFrom: lot.wallMs,
      validUntil: (lot.wallMs + 30 * MINUTE_MS) as UnixMillis,
      ...{weekly: [], entries: 'one', budget: {fen: 1000, seconds: 1800}, state: 'active', rev: 1},
      leaseUntil: (lot.wallMs + 720 * 3_600_000) as UnixMillis,
      ...change,
    };
    lot.grants.set(grant.id, grant);
    return grant;
  }

  /** Key it in; the reason why not, or `ALLOW`. */
  type(stall: string, digits: string): string {
    const uid = asId<never>(digits);
    const collector = asId<CollectorId>(stall);
    const before = this.lot.facts.length;
    this.lot.input({kind: 'shown', collector, shown: {kind: 'code', uid, digest: digits}});
    this.#obey();
    for (const {fact} of this.lot.facts.slice(before)) {
      if (fact.kind === 'attempt.closed') return fact.body.reason ?? fact.body.result;
    }
    return 'LOCKED_OUT';
  }

  say(stall: string, said: StallSaid): void {
    this.lot.input({kind: 'stall', collector: asId(stall), said});
    this.#obey();
  }

  key(stall: string, key: 'confirm' | 'stop'): void {
    this.say(stall, {kind: 'key', key});
  }

  run(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.lot.advance(1000);
      this.#obey();
      for (const [id, stall] of this.stalls) this.#tick(id, stall);
    }
  }

  /** Second by second until it holds. */
  until(condition: () => boolean, limitS = 4000): void {
    for (let second = 0; !condition(); second += 1) {
      if (second >= limitS) throw new UsageError('rig/stuck', `not within ${limitS} s`);
      this.run(1);
    }
  }

  /** The last word of each shower, in the order of their beginnings. */
  showers(): readonly SiteEventBodies['shower'][] {
    const last = new Map<string, SiteEventBodies['shower']>();
    for (const body of this.lot.bodies('shower')) last.set(body.session, body);
    return [...last.values()];
  }

  screen(stall: string): DisplayMessage | undefined {
    return this.lot.screen(stall);
  }

  alarms(kind: string) {
    return [...this.lot.state.alarms.values()].filter(alarm => alarm.kind === kind);
  }

  closeAlarm(kind: string): void {
    const person = asId<never>('wang');
    for (const {id: alarm} of this.alarms(kind)) {
      for (const action of ['acknowledge', 'close'] as const) {
        this.lot.input({kind: 'alarmAction', alarm, action, person, reason: 'seen to'});
      }
    }
    this.#obey();
  }

  #tick(id: string, stall: RigStall): void {
    const isRowShut = this.#config.rows.some(
      ({valve, stalls}) => this.shutRows.has(valve) && stalls.includes(asId(id)),
    );
    const flow = stall.isOpen && !isRowShut ? stall.flowMlPerS : 0;
    stall.totalMl += flow;
    if (stall.isMeterDead) return;
    const valve = stall.isOpen ? 'open' : 'shut';
    const isNews = valve !== stall.told;
    stall.told = valve;
    if (flow === 0 && !isNews) return;
    const said = {totalMl: stall.totalMl, flowMlPerMin: flow * 60, quality: 'good'} as const;
    this.say(id, {kind: 'reading', said});
    if (isNews) this.say(id, {kind: 'valve', valve});
  }

  /** What the lot ordered since the last look. */
  #obey(): void {
    const {effects, records, spent} = this.lot;
    for (; this.#stored < records.length; this.#stored += 1) {
      const record = records[this.#stored];
      if (record?.table === 'unspent') spent.delete(record.id);
    }
    for (; this.#seen < effects.length; this.#seen += 1)
      this.#carryOut(effects[this.#seen]?.effect);
  }

  #carryOut(effect: LotEffect | undefined): void {
    if (effect?.kind === 'rowValve') {
      const {valve, order} = effect;
      this.rowOrders.push(`${valve} ${order}`);
      if (order === 'shut') this.shutRows.add(valve);
      else this.shutRows.delete(valve);
    }
    if (effect?.kind !== 'water') return;
    const stall = this.stall(effect.stall);
    if (!stall.isStuck) stall.isOpen = effect.order === 'open';
  }
}

function configOf(bath: BathConfig, calls: LotConfig['calls']): LotConfig {
  return {
    ...(calls && {calls}),
    bays: [],
    collectors: bath.stalls.map(({id}) => ({
      ...{id, zone: 'B', profile: 'bath', arrow: '→', minCardSecurity: 'proof'},
    })),
    contacts: [
      {name: 'attendant', afterMs: 0},
      {name: 'operator', afterMs: 60_000 as Millis},
    ],
    rules: LOT_RULES,
    bath,
  };
}
