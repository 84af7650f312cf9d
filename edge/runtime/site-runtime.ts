import type {Screen} from '../../drivers/display/contract.js';
import type {Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import type {AlarmKind} from '../../protocols/site/events.js';
import {asId, type CollectorId, type DeviceId} from '../../protocols/site/ids.js';
import {lotConfigOf} from '../config/lot-config.js';
import type {TestParts} from '../device-test/contract.js';
import {sounderLevel} from '../domain/calls/stations-flow.js';
import {firesLeft} from '../domain/fire/fire-zone.js';
import {lockLeftMs} from '../domain/lockout/lockout-machine.js';
import type {LotContext, LotEffect, LotInput} from '../domain/lot/contract.js';
import type {LotState} from '../domain/lot/lot-state.js';
import type {
  AlarmAction,
  ArmOrder,
  DeviceAction,
  PageActions,
  PageView,
  PageWarning,
} from '../page/view.js';
import {NO_TRIAL} from '../page/view.js';
import type {StretchCode} from '../platform/stretch.js';
import type {SiteStore} from '../store/site-store.js';
import {SiteCalls} from './call-desk.js';
import {CloudPicture} from './cloud-picture.js';
import {CodeDesk} from './code-desk.js';
import type {ConfigView} from './config-view.js';
import {type AnswersNow, deviceHealth, isAtRest} from './device-health.js';
import type {DeviceSurroundings} from './devices/site-devices.js';
import {performEffect} from './effect-performer.js';
import {lotContext} from './lot-context.js';
import {freeBays} from './lot-counts.js';
import {LotRunner} from './lot-runner.js';
import {LotTimers} from './lot-timers.js';
import {NoticeBoard} from './notice-board.js';
import {OrderDesk} from './order-desk.js';
import {RemoteOrders} from './remote-orders.js';
import type {SiteClock} from './site-clock.js';
import {SiteHardware} from './site-hardware.js';
import {drawSite} from './site-picture.js';
import {StorageWatch} from './storage-watch.js';
import {type InputTaker, testParts} from './test-parts.js';

/** The way to the cloud, as the site needs it; a site without a cloud has none. */
export interface CloudLink {
  /** Ask for grants that may be on their way; returns at once. */
  pullGrants(): void;
  /** True once the cloud has answered on the present connection. */
  isOnline(): boolean;
}

export interface SiteRuntimeOptions extends Omit<DeviceSurroundings, 'dispatch' | 'codesOf'> {
  readonly clock: SiteClock;
  readonly version: string;
  readonly store: SiteStore;
  readonly keys: ReadonlyMap<CollectorId, Uint8Array>;
  readonly configView?: ConfigView | undefined;
  readonly warnings: readonly PageWarning[];
  /** One scrypt of a code. */
  readonly stretch: StretchCode;
  /** Somebody is about to give this gateway its identity. */
  readonly isEnrolling?: (() => boolean) | undefined;
  /** As the gateway was enrolled; left out, or undefined: as the site file says. */
  readonly gatewayName?: (() => string | undefined) | undefined;
}

/** How often what nobody reports is looked at: the cloud link, the backlog, rows to prune. */
const HOUSEKEEPING_MS: Millis = 1000;

const CLOCK_UNSET: PageWarning = {code: 'wallClockUnset', subject: ''};

/** Alarms whose cause may stand on the wire. */
const WIRE_FAULTS: ReadonlySet<AlarmKind> = new Set(['UNLOCK_FAILED', 'RELOCK_FAILED']);

/** A site that runs: hardware, lot, store and what people see of them, for as long as it is open. */
export class SiteRuntime implements PageView, PageActions {
  readonly remoteOrders: RemoteOrders;
  readonly codes: CodeDesk;
  readonly calls: SiteCalls;
  readonly #options: SiteRuntimeOptions;
  readonly #hardware: SiteHardware;
  readonly #runner: LotRunner;
  readonly #timers: LotTimers;
  readonly #desk: OrderDesk;
  readonly #storage: StorageWatch;
  readonly #notices: NoticeBoard;
  readonly #screens = new Map<CollectorId, Screen>();
  readonly #listeners = new Set<() => void>();
  #cloud: CloudLink | undefined;
  readonly #cloudPicture: CloudPicture;
  #housekeeping: Timer | undefined;
  #forgetConfig: (() => void) | undefined;
  /** Tests that look at inputs before the lot does. */
  readonly #takers = new Set<InputTaker>();
  #isClosed = false;

  constructor(options: SiteRuntimeOptions) {
    this.#options = options;
    const {config, store, clock, log} = options;
    const dispatch = (input: LotInput) => this.#dispatch(input);
    this.#cloudPicture = new CloudPicture(store.outbox, clock, () => this.#cloud);
    this.#timers = new LotTimers(clock, timer => dispatch({kind: 'timer', timer}));
    this.#desk = new OrderDesk(dispatch);
    this.#runner = new LotRunner({
      config: lotConfigOf(config),
      clock,
      log,
      fraction: () => options.entropy.fraction(),
      journal: {
        commit: changes => {
          const {clk} = store.stampNow();
          store.lot.commit(
            ...changes.map(({facts, records, nowMs, wallMs}) => ({
              ...{facts, records},
              stamp: {nowMs, wallMs, clk},
            })),
          );
          this.#storage.look();
        },
      },
      context: lotContext({...options, ...this.#senses()}),
      perform: effect => this.#perform(effect),
      onChange: () => this.#changed(),
    });
    this.remoteOrders = new RemoteOrders({
      commands: store.commands,
      desk: this.#desk,
      tell: fact => dispatch({kind: 'deviceFact', fact}),
      ordersOf: device => this.#hardware.ordersOf(device),
      showerAt: stall => this.lot.stalls.get(stall)?.shower?.row.id,
      stampNow: () => store.stampNow(),
      append: facts => store.lot.commit({facts, records: [], stamp: store.stampNow()}),
    });
    this.codes = new CodeDesk({
      config,
      log,
      name: options.digest,
      book: store.book,
      pepper: () => store.pepper(),
      stretch: options.stretch,
      gatewayName: options.gatewayName,
      isLocked: id => this.#areCodesLocked(id),
      dispatch,
    });
    this.#hardware = new SiteHardware({
      ...options,
      ...leftBy(store),
      codesOf: device => this.codes.inletOf(device),
      dispatch,
    });
    const sample = () => ({
      lines: this.#hardware.lineStates().map(({id, state}) => ({id, state})),
      devices: this.#hardware.devices(),
    });
    this.#notices = new NoticeBoard({
      clock,
      wallMs: () => clock.wallMs(),
      language: config.site.language,
      all: () => store.notices.all(),
      show: (collector, screen) => {
        this.#hardware.collectors.get(collector)?.show(screen);
        this.#screens.set(collector, screen);
        this.#changed();
      },
    });
    this.calls = this.#callsOf(dispatch);
    this.#storage = new StorageWatch({store, clock, dispatch, sample, path: options.databasePath});
  }

  get lot(): LotState {
    return this.#runner.state;
  }

  /** Take up what the last run left open, `offMs` ago as far as known, then listen to the hardware. */
  start(offMs: Millis | undefined): void {
    const {store, version} = this.#options;
    const open = store.lot.openRecords();
    const {former} = store.time;
    const {boot: run, startCause: cause, shortRuns} = store;
    this.#runner.dispatch({
      ...{kind: 'boot', run, open, cause, version, shortRuns},
      former: former && {endedMs: former.monoMs, offMs},
    });
    this.#storage.look();
    this.#hardware.open();
    this.#keepHouse();
    this.#forgetConfig = this.#options.configView?.onReport(() => this.#changed());
  }

  connectCloud(cloud: CloudLink): void {
    this.#cloud = cloud;
  }

  /** Undefined: the site has no cloud. */
  get isLinkUp(): boolean | undefined {
    // As the picture says it: boards are shown calls while the disk cannot be read, too.
    const {link} = this.#cloudPicture.state();
    return link === 'none' ? undefined : link === 'online';
  }

  /** An arm moves or is ordered to, or a card is being judged. */
  get isBusy(): boolean {
    return !isAtRest(this.#runner.state);
  }

  stillLines(nowMs: Millis): ReturnType<SiteHardware['stillLines']> {
    return this.#hardware.stillLines(nowMs);
  }

  /** Who answers now, of all devices that the site file names. */
  deviceHealth(): ReadonlyMap<string, AnswersNow> {
    return deviceHealth(this.#options.config, this.#runner.state, this.#hardware.devices());
  }

  /** A site file was taken back: somebody must look at it. */
  raiseRollback(detail: string): void {
    const device = asId<DeviceId>(this.#options.config.site.id);
    const fault = 'CONFIG_ROLLED_BACK';
    this.#dispatch({kind: 'deviceFault', device, fault, isStanding: true, detail});
  }

  /** Let nobody new in while another gateway lives under this one's identity; `detail` is for the guard. */
  stopAdmission(isStanding: boolean, detail: string): void {
    this.#dispatch({kind: 'admission', stop: 'identity', isStanding, detail});
  }

  /** The clock was lost, or came back. */
  clockChanged(): void {
    if (!this.#isClosed) this.#changed();
  }

  /** A lost clock came back: this long the gateway was off before this run. */
  offTimeKnown(offMs: Millis): void {
    this.#dispatch({kind: 'offTime', offMs});
  }

  /** Grants or credentials came, changed or went. */
  grantsChanged(): void {
    this.#dispatch({kind: 'grantsChanged'});
  }

  state(): ReturnType<PageView['state']> {
    const {config, version, warnings, configView, clock} = this.#options;
    const trouble = this.#runner.storageFault ?? this.#storage.trouble;
    return drawSite({
      config,
      version,
      lot: this.#runner.state,
      screens: this.#screens,
      orders: this.#desk.latest,
      lines: this.#hardware.lineStates(),
      devices: this.#hardware.devices(),
      cloud: this.#cloudPicture.state(),
      isEnrolling: this.#options.isEnrolling?.() ?? false,
      warnings: clock.read().clk === 'floor' ? [...warnings, CLOCK_UNSET] : warnings,
      storage: {
        ...{state: trouble === undefined ? 'ok' : 'fault', detail: trouble ?? ''},
        disk: this.#storage.disk,
      },
      siteConfig: configView?.picture() ?? NO_TRIAL,
      notices: this.#notices.notices.map(({id, text}) => ({id, text})),
    });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  alarm(action: AlarmAction): ReturnType<PageActions['alarm']> {
    return this.#desk.alarm(action);
  }

  order({bay, desired, person, reason}: ArmOrder): ReturnType<PageActions['order']> {
    return new Promise(resolve => {
      this.#desk.order(bay, desired, {kind: 'person', person, reason}, resolve);
    });
  }

  device({device, verb, person, reason}: DeviceAction): ReturnType<PageActions['device']> {
    const known = this.#hardware.device(device);
    if (!known) return Promise.resolve('UNKNOWN_DEVICE');
    const act = known.actions?.[verb];
    if (!act) return Promise.resolve('UNFIT');
    // A gate opens though the disk is full: the runner keeps the fact until it can be stored.
    const body = {person, action: `${device} ${verb}`, bay: null, reason, result: 'ordered'};
    this.#dispatch({kind: 'deviceFact', fact: {kind: 'override', body}});
    act({person, reason});
    return Promise.resolve('done');
  }

  async close(): Promise<void> {
    this.#runner.close();
    this.#isClosed = true;
    this.#forgetConfig?.();
    this.#housekeeping?.cancel();
    this.#timers.cancelAll();
    await this.#hardware.close();
  }

  /** What the tests of single devices may use. */
  testParts(): TestParts {
    const {config, clock} = this.#options;
    const tell = (input: LotInput) => this.#dispatch(input);
    const parts = {config, clock, tell, lot: () => this.lot, takers: this.#takers};
    return testParts({...parts, hardware: this.#hardware, desk: this.#desk});
  }

  #dispatch(input: LotInput): void {
    const isTaken = [...this.#takers].some(take => take(input));
    if (!this.#isClosed && !isTaken) this.#runner.dispatch(input);
  }

  #perform(effect: LotEffect): void {
    if (effect.kind === 'notify' && effect.alarm.escalation === 0 && effect.alarm.bay) {
      if (WIRE_FAULTS.has(effect.alarm.kind)) this.#hardware.dumpTraceOf(effect.alarm.bay);
    }
    const {config, log} = this.#options;
    performEffect(effect, {
      locks: this.#hardware.locks,
      collectors: this.#hardware.collectors,
      water: effect => this.#hardware.orderWater(effect),
      timers: this.#timers,
      language: config.site.language,
      log,
      dispatch: input => this.#dispatch(input),
      pullGrants: () => this.#cloud?.pullGrants(),
      desk: this.#desk,
      letIn: gate => this.#hardware.device(gate)?.letIn?.(),
      callOutput: (device, isOn) => this.#hardware.device(device)?.onCallOutput?.(isOn),
      onScreen: (collector, screen) => this.#screens.set(collector, screen),
    });
    if (effect.kind === 'notify' && effect.alarm.call?.isTold === false) {
      this.#dispatch({kind: 'callTold', call: effect.alarm.id});
    }
    if (effect.kind === 'show') this.#notices.note(effect.collector, effect.message);
  }

  #senses(): Pick<LotContext, 'sense' | 'hasCloud'> {
    return {sense: bay => this.#hardware.sense(bay), hasCloud: () => this.#cloud !== undefined};
  }

  #callsOf(dispatch: (input: LotInput) => void): SiteCalls {
    const healthOf = (device: DeviceId) => this.#hardware.device(device)?.health;
    return new SiteCalls({...this.#options, dispatch, desk: this.#desk, site: this, healthOf});
  }

  #areCodesLocked(id: CollectorId): boolean {
    const at = this.lot.collectors.get(id);
    return at !== undefined && lockLeftMs(at.lockout, this.#options.clock.nowMs()) > 0;
  }

  #keepHouse(): void {
    this.#housekeeping = this.#options.clock.timer('site housekeeping', HOUSEKEEPING_MS, () => {
      this.#keepHouse();
      this.#lookAround();
    });
  }

  /** Each by itself: while the disk cannot be read, whoever tries it again must have his turn. */
  #lookAround(): void {
    const {store, log} = this.#options;
    const chores = [
      () => store.tend(),
      () => this.#storage.look(),
      () => this.#storage.tend(),
      () => this.calls.look(),
      () => {
        if (this.#cloudPicture.look()) this.#changed();
      },
      () => {
        if (this.#notices.look()) this.#changed();
      },
    ];
    for (const chore of chores) {
      try {
        chore();
      } catch (thrown) {
        // Nothing here decides anything: a failing disk must not end the site.
        log.error('site.housekeeping', {error: errorText(thrown)});
      }
    }
  }

  #changed(): void {
    this.#hardware.tellFreeBays(freeBays(this.#runner.state));
    this.#hardware.tellCalls(sounderLevel(this.#runner.state, this.#options.clock.nowMs()));
    for (const listener of this.#listeners) listener();
  }
}

/** What devices go on from. */
function leftBy({counters, lot}: SiteRuntimeOptions['store']) {
  const fires = firesLeft(lot.openRecords().alarms);
  return {counters, pressCounts: lot.pressCounts(), firesLeft: fires};
}
