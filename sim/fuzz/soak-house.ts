import {createHmac} from 'node:crypto';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {loadSiteConfig} from '../../edge/config/load.js';
import {lotConfigOf} from '../../edge/config/lot-config.js';
import type {ShowerRow} from '../../edge/domain/bath/shower-state.js';
import type {LotEffect, LotInput} from '../../edge/domain/lot/contract.js';
import type {Log} from '../../edge/platform/log.js';
import {CodeDesk} from '../../edge/runtime/code-desk.js';
import {LotRunner} from '../../edge/runtime/lot-runner.js';
import {LotTimers} from '../../edge/runtime/lot-timers.js';
import {SiteClock} from '../../edge/runtime/site-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {toHex} from '../../protocols/base/bytes.js';
import type {Clock, Entropy, Timer} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {DAY_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {SiteEventBodies} from '../../protocols/site/events.js';
import {asId} from '../../protocols/site/ids.js';
import {HOUSE_BAUD_RATE, housePlant, stallNames} from '../plan/house-plan.js';
import {siteYaml} from '../plan/site-plan.js';
import {quickStretch} from '../scenarios/shower-right.js';
import {SoakStall} from './soak-stall.js';

export type ShowerNews = SiteEventBodies['shower'];

export interface SoakHouseOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Half with Xintai meters, half with pulse sensors: here they are alike. */
  readonly stalls: number;
  /** Each arrow of a shower, once it is stored. */
  readonly onShower: (news: ShowerNews, stall: SoakStall) => void;
  readonly onAlarm: (kind: string, stall: string | null) => void;
}

interface Run {
  readonly clock: SiteClock;
  readonly store: SiteStore;
  readonly runner: LotRunner;
  readonly timers: LotTimers;
  readonly desk: CodeDesk;
  readonly tick: {timer: Timer | undefined};
}

export const SOAK_SITE = 'lot-1';
const PRUNED_ROWS = 5000;
/** A year of events would fill the memory. */
const KEPT_MS = DAY_MS;
/** Nine tenths of a day on a disk are its flushes, and no power cut here reaches a disk: `sim/crash` proves those. */
const MEMORY = '/dev/shm';

/**
 * A bathhouse as its gateway decides: lot, store and desk of codes, with meters and valves that are told
 * and heard once a second. Its wires would only take time: a day on them takes an hour.
 */
export class SoakHouse {
  readonly stalls: ReadonlyMap<string, SoakStall>;
  readonly #options: SoakHouseOptions;
  readonly #folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'latchkey-soak-'));
  #run: Run | undefined;

  constructor(options: SoakHouseOptions) {
    this.#options = options;
    const {stalls, clock} = options;
    const names = stallNames({xintai: stalls});
    this.stalls = new Map(
      names.map(id => [id, new SoakStall(id, clock, (_, said) => this.#hear(id, said))]),
    );
  }

  get run(): Run {
    if (!this.#run) throw new UsageError('sim/absent', 'nothing runs');
    return this.#run;
  }

  get isOn(): boolean {
    return this.#run !== undefined;
  }

  /** Switch on, at this price, with whatever the last run left on the disk. */
  start(fenPerLitre: number): void {
    const {entropy, clock: system, stalls} = this.#options;
    const clock = new SiteClock(system, 0);
    const {config, lot} = configOf(stalls, fenPerLitre);
    const path = join(this.#folder, 'lot.db');
    const store = new SiteStore({
      ...{path, site: SOAK_SITE, secretKey: new Uint8Array(32), clock, entropy},
      retentionMs: KEPT_MS,
      clockState: () => clock.read().clk,
      floorMs: () => clock.read().floorMs,
      recallTime: floorMs => clock.recall(floorMs),
    });
    clock.hearSystem(true);
    const dispatch = (input: LotInput) => runner.dispatch(input);
    const timers = new LotTimers(clock, timer => dispatch({kind: 'timer', timer}));
    const runner = new LotRunner({
      ...{config: lot, clock, log: QUIET, fraction: () => 1, gathers: false},
      journal: {
        commit: changes => {
          store.lot.commit(...changes.map(change => ({...change, stamp: store.stampNow()})));
          for (const {facts} of changes) for (const {kind, body} of facts) this.#note(kind, body);
        },
      },
      context: {
        ...{grants: store.book, newId: () => entropy.ulid(), inWindow: () => true},
        sense: () => ({raw: 'vacant', polledMs: clock.nowMs()}),
        ...{proofHolds: () => false, rotationHolds: () => false, timeOfDay: () => clock.read()},
      },
      perform: effect => this.#perform(effect, timers),
      onChange: () => {},
    });
    const desk = new CodeDesk({
      ...{config, log: QUIET, book: store.book, stretch: quickStretch, dispatch},
      name: code => toHex(createHmac('sha256', 'name').update(code).digest()).slice(0, 16),
      pepper: () => store.pepper(),
      isLocked: id => (runner.state.collectors.get(id)?.lockout.lockedUntilMs ?? 0) > clock.nowMs(),
    });
    const tick = {timer: undefined as Timer | undefined};
    this.#run = {clock, store, runner, timers, desk, tick};
    for (const stall of this.stalls.values()) stall.restart();
    const {boot: run, startCause: cause} = store;
    dispatch({kind: 'boot', run, open: store.lot.openRecords(), cause, version: 'soak'});
    this.#tick();
  }

  /** The plug is pulled: valves stay as they are. */
  cut(): void {
    const {clock, timers, runner, store, tick} = this.run;
    store.time.keep(store.stampNow(), clock.floorToKeep());
    tick.timer?.cancel();
    timers.cancelAll();
    runner.close();
    store.close();
    this.#run = undefined;
  }

  remove(): void {
    if (this.#run) this.cut();
    rmSync(this.#folder, {recursive: true, force: true});
  }

  /** Digits and enter; settles when the code was judged. */
  async keyIn(stall: string, digits: string): Promise<void> {
    const {desk} = this.run;
    desk.inletOf(`K-${stall}`)?.onEntry(digits);
    await desk.settled();
  }

  press(stall: string, key: '*' | '#'): void {
    this.#run?.desk.inletOf(`K-${stall}`)?.onCommand?.(key);
  }

  showerAt(stall: string): string | undefined {
    return this.#run?.runner.state.stalls.get(asId(stall))?.shower?.row.id;
  }

  /** A shower that a power cut broke off waits there for its code. */
  waitsForCode(stall: string): boolean {
    return this.#run?.runner.state.stalls.get(asId(stall))?.shower?.row.phase === 'resumable';
  }

  phaseAt(stall: string): ShowerRow['phase'] | undefined {
    return this.#run?.runner.state.stalls.get(asId(stall))?.shower?.row.phase;
  }

  grantAt(stall: string): string | undefined {
    return this.#run?.runner.state.stalls.get(asId(stall))?.shower?.row.grant;
  }

  /** Something is told by a stall that lay still. */
  wake(): void {
    if (this.#run) this.#tick();
  }

  /** Whoever is on duty has been at the stall, and set it right; what is of no stall in particular too. */
  closeAlarms(stall: string): void {
    const {runner} = this.run;
    const by = {person: asId<never>('wang'), reason: 'set right'};
    for (const {id, collector} of [...runner.state.alarms.values()]) {
      if (collector !== null && collector !== stall) continue;
      for (const action of ['acknowledge', 'close'] as const) {
        runner.dispatch({kind: 'alarmAction', alarm: id, action, ...by});
      }
    }
  }

  /** At night: what the cloud has, and is old, goes. */
  tidy(): void {
    const {store} = this.run;
    store.tend();
    while (store.prune(PRUNED_ROWS) > 0);
  }

  #tick(): void {
    const {run} = this;
    if (run.tick.timer) return;
    run.tick.timer = this.#options.clock.timer('soak second', SECOND_MS, () => {
      run.tick.timer = undefined;
      const awake = [...this.stalls.values()].filter(stall => stall.isAwake);
      for (const stall of awake) stall.second();
      // Where nothing runs nothing is told, and a night costs nothing.
      if (this.#run === run && awake.length > 0) this.#tick();
    });
  }

  #hear(id: string, said: Extract<LotInput, {kind: 'stall'}>['said']): void {
    this.#run?.runner.dispatch({kind: 'stall', collector: asId(id), said});
  }

  #note(kind: string, body: object): void {
    if (kind === 'alarm') {
      const {kind: what, collector, state} = body as SiteEventBodies['alarm'];
      if (state === 'raised') this.#options.onAlarm(what, collector);
    }
    if (kind !== 'shower') return;
    const news = body as ShowerNews;
    const stall = this.stalls.get(news.stall);
    if (stall) this.#options.onShower(news, stall);
  }

  #perform(effect: LotEffect, timers: LotTimers): void {
    if (effect.kind === 'startTimer') timers.start(effect.timer, effect.afterMs);
    if (effect.kind === 'cancelTimer') timers.cancel(effect.timer);
    if (effect.kind !== 'water') return;
    this.stalls.get(effect.stall)?.order(effect);
    if (this.#run) this.#tick();
  }
}

function configOf(stalls: number, fenPerLitre: number) {
  const tariff = {by: 'water', fenPerLitre};
  const linkOf = (path: string) => ({kind: 'serial', path, baudRate: HOUSE_BAUD_RATE}) as const;
  const text = siteYaml({
    ...{siteId: SOAK_SITE, collectors: [], database: 'lot.db', pagePort: 0, cloud: undefined},
    ...{secretKeyFile: 'secret.key', plant: housePlant({xintai: stalls, tariff}, linkOf)},
  });
  const loaded = loadSiteConfig(text, 'soak.yaml');
  if (!loaded.ok) throw new UsageError('sim/config', loaded.problems.join('\n'));
  return {config: loaded.config, lot: lotConfigOf(loaded.config)};
}

const QUIET: Log = {
  debug: () => {},
  info: () => {},
  notice: () => {},
  warn: () => {},
  error: () => {},
  fatal: () => {},
  child: () => QUIET,
};
