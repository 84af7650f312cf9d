import type {BaySensorState} from '../../../drivers/bay-sensor/contract.js';
import type {CardPresented} from '../../../drivers/collector/contract.js';
import type {ArmState, LockReading} from '../../../drivers/parking-lock/contract.js';
import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import type {SiteEventBodies, SiteEventKind, SiteFact} from '../../../protocols/site/events.js';
import type {
  CardCredential,
  CodeCredential,
  Grant,
  QrCredential,
} from '../../../protocols/site/grant.js';
import {
  asId,
  type BayId,
  type CardUid,
  type CollectorId,
  type CredentialId,
  type GrantId,
  type HolderId,
} from '../../../protocols/site/ids.js';
import {SiteZone} from '../../../protocols/site/zone.js';
import type {TimeReading} from '../time/time-machine.js';
import type {
  FormerRun,
  LotConfig,
  LotContext,
  LotEffect,
  LotInput,
  LotRecord,
  LotStep,
  LotTimer,
  OpenRecords,
} from './contract.js';
import type {DisplayMessage} from './display-message.js';
import {createLot, type LotState} from './lot-state.js';
import {
  bayId,
  cardUid,
  collectorId,
  NOTHING_OPEN,
  type RigLock,
  restingLock,
  rigConfig,
  sureTime,
} from './rig-config.js';
import {stepLot} from './step-lot.js';

const WALL_START = 1_760_000_000_000;
const POLL_MS = 250;
const UTC = new SiteZone('UTC');

interface Sent {
  readonly atMs: Millis;
  readonly bay: BayId;
  readonly command: string;
}

/** Plays runtime, locks, sensors and time around the pure lot, for tests. */
export class LotRig {
  readonly sent: Sent[] = [];
  readonly facts: {atMs: Millis; fact: SiteFact}[] = [];
  readonly records: LotRecord[] = [];
  readonly shown: {atMs: Millis; collector: CollectorId; message: DisplayMessage}[] = [];
  readonly effects: {atMs: Millis; effect: LotEffect}[] = [];
  readonly locks = new Map<BayId, RigLock>();
  readonly cards = new Map<CardUid, CardCredential>();
  /** By the digest under which they are looked up. */
  readonly keypadCodes = new Map<string, CodeCredential>();
  readonly qrs: QrCredential[] = [];
  readonly spent = new Set<string>();
  readonly grants = new Map<GrantId, Grant>();
  readonly revoked = new Set<string>();
  readonly used = new Set<GrantId>();
  /** Cards in the field answer a reread with this; absent = gone. */
  readonly inField = new Map<CollectorId, CardPresented>();
  /** What differs from a clock that is right. */
  time: Partial<TimeReading> = {};
  bookAgeMs = 0;
  proofIsGood = true;
  rotationIsNow = true;
  answersRereads = true;
  inWindow = true;
  hasCloud = false;
  nowMs: Millis = 1000;
  wallStart = WALL_START;
  state: LotState;
  readonly #timers = new Map<string, {timer: LotTimer; dueMs: Millis}>();
  readonly #moves = new Map<BayId, {dueMs: Millis; to: ArmState}>();
  readonly #sensors = new Map<BayId, BaySensorState>();
  #nextPollMs: Millis = 1000;
  #id = 0;
  #requestNo = 0;

  /** `open` and `used`: what the store holds from before. */
  constructor(
    config: LotConfig = rigConfig(),
    open: Partial<OpenRecords> = {},
    used: readonly GrantId[] = [],
    former: FormerRun = {endedMs: 995_000, offMs: 5000},
  ) {
    this.state = createLot(config);
    for (const grant of used) this.used.add(grant);
    for (const {id, travelMs} of config.bays) {
      this.locks.set(id, restingLock(travelMs));
    }
    const boot = {kind: 'boot', run: 'run-1', cause: 'start', version: 'test'} as const;
    this.input({...boot, open: {...NOTHING_OPEN, ...open}, former});
  }

  /** Locks answer, sensors settle: the lot as it stands a few polls after start. */
  settled(): this {
    for (const bay of this.state.bays.keys()) {
      this.input({kind: 'lockHealth', bay, health: 'ok'});
      this.sense(bay, 'vacant');
    }
    this.advance(2000);
    return this;
  }

  input(input: LotInput): LotStep<LotState> {
    const step = stepLot(this.state, input, this.#context());
    this.state = step.state;
    for (const fact of step.facts) this.facts.push({atMs: this.nowMs, fact});
    for (const record of step.records) this.#store(record);
    for (const effect of step.effects) this.#carryOut(effect);
    return step;
  }

  /** Let time pass: timers, movements and polls in due order. */
  advance(byMs: Millis): void {
    const untilMs = this.nowMs + byMs;
    for (;;) {
      const dueMs = Math.min(
        this.#nextPollMs,
        ...[...this.#timers.values()].map(one => one.dueMs),
        ...[...this.#moves.values()].map(one => one.dueMs),
      );
      if (dueMs > untilMs) break;
      this.nowMs = dueMs;
      this.#run();
    }
    this.nowMs = untilMs;
  }

  lock(bay: string): RigLock {
    const lock = this.locks.get(bayId(bay));
    if (!lock) throw new UsageError('rig/bay', `no bay ${bay}`);
    return lock;
  }

  /** Bind a card to a grant for `points`. */
  grant(uid: string, points: readonly string[], more: Partial<Grant> = {}): Grant {
    const credential = asId<CredentialId>(`cred-${uid}`);
    const holder = asId<HolderId>(`holder-${uid}`);
    const grant: Grant = {
      id: asId<GrantId>(`grant-${uid}-${this.grants.size}`),
      number: '1',
      kind: 'park',
      holder,
      holderMask: '陈** 138****5678',
      credentials: [credential],
      points: points.map(bayId),
      validFrom: (this.wallMs - 3_600_000) as UnixMillis,
      validUntil: (this.wallMs + 36_000_000) as UnixMillis,
      ...({weekly: [], entries: 'one', state: 'active', rev: 1} as const),
      leaseUntil: (this.wallMs + 30 * 86_400_000) as UnixMillis,
      ...more,
    };
    this.grants.set(grant.id, grant);
    const uidId = cardUid(uid);
    this.cards.set(uidId, {
      kind: 'card',
      id: credential,
      holder,
      ...{uid: uidId, secretHex: undefined},
      state: 'active',
      rev: 1,
    });
    return grant;
  }

  /** Give the card a secret of its own, so that it can prove itself. */
  secret(uid: string): void {
    const card = this.cards.get(cardUid(uid));
    if (card) this.cards.set(card.uid, {...card, secretHex: '00'.repeat(16)});
  }

  /** Show a card for a moment, or leave it in the field. */
  tap(collector: string, uid: string, hold = false): void {
    this.present(collector, {kind: 'uid'}, uid);
    if (!hold) this.takeAway(collector, uid);
  }

  present(collector: string, assurance: CardPresented['assurance'], uid: string): void {
    this.#requestNo += 1;
    const card: CardPresented = {
      uid: cardUid(uid),
      assurance,
      userInfo: '',
      requestNo: this.#requestNo,
      atMs: this.nowMs,
    };
    this.inField.set(collectorId(collector), card);
    this.input({kind: 'card', collector: collectorId(collector), card});
  }

  takeAway(collector: string, uid: string): void {
    this.inField.delete(collectorId(collector));
    this.input({kind: 'cardGone', collector: collectorId(collector), uid: cardUid(uid)});
  }

  /** The car is confirmed in or out: raw flag, lock's flag and debounced state at once. */
  sense(
    bay: BayId | string,
    occupancy: 'vacant' | 'occupied',
    fault?: BaySensorState['fault'],
  ): void {
    const id = bayId(bay);
    const lock = this.lock(id);
    lock.vehicle = occupancy === 'occupied' ? 'present' : 'absent';
    this.#poll(id);
    const sensor = {occupancy, fault, sinceMs: this.nowMs};
    this.#sensors.set(id, sensor);
    this.input({kind: 'occupancy', bay: id, sensor});
  }

  commands(command: string, bay?: string): readonly Millis[] {
    return this.sent
      .filter(one => one.command === command && (bay === undefined || one.bay === bay))
      .map(one => one.atMs);
  }

  bodies<Kind extends SiteEventKind>(kind: Kind): readonly SiteEventBodies[Kind][] {
    return this.facts
      .filter(({fact}) => fact.kind === kind)
      .map(({fact}) => fact.body as SiteEventBodies[Kind]);
  }

  screen(collector: string): DisplayMessage | undefined {
    return this.shown.findLast(one => one.collector === collector)?.message;
  }

  codes(collector: string): readonly string[] {
    return this.shown.filter(one => one.collector === collector).map(one => one.message.code);
  }

  openAlarms(): readonly string[] {
    return [...this.state.alarms.values()].map(alarm => alarm.kind);
  }

  get wallMs(): UnixMillis {
    return (this.wallStart + this.nowMs) as UnixMillis;
  }

  /** Move the wall clock alone. */
  stepWall(byMs: Millis): void {
    this.wallStart += byMs;
  }

  get timers(): readonly LotTimer[] {
    return [...this.#timers.values()].map(one => one.timer);
  }

  #run(): void {
    for (const [bay, move] of this.#moves) {
      if (move.dueMs > this.nowMs) continue;
      this.#moves.delete(bay);
      const lock = this.lock(bay);
      lock.arm = lock.endsAs ?? move.to;
      lock.faults = {...lock.faults, ...lock.endFaults};
    }
    if (this.#nextPollMs <= this.nowMs) {
      this.#nextPollMs += POLL_MS;
      for (const bay of this.locks.keys()) this.#poll(bay);
    }
    for (const [key, {timer, dueMs}] of this.#timers) {
      if (dueMs > this.nowMs) continue;
      this.#timers.delete(key);
      this.input({kind: 'timer', timer});
    }
  }

  readonly #polledMs = new Map<BayId, Millis>();

  #poll(bay: BayId): void {
    const lock = this.lock(bay);
    if (!lock.polls) return;
    this.#polledMs.set(bay, this.nowMs);
    const {arm, vehicle, faults} = lock;
    const stamp = {supplyMv: 12_000, cycles: 0, atMs: this.nowMs, wallMs: this.wallMs};
    const reading: LockReading = {arm, vehicle, faults, ...stamp};
    this.input({kind: 'lockReading', bay, reading});
  }

  #store(record: LotRecord): void {
    this.records.push(record);
    if (record.table === 'grantUse') {
      if (this.used.has(record.grant))
        throw new UsageError('rig/used', `${record.grant} used twice`);
      this.used.add(record.grant);
    }
    if (record.table === 'used') {
      if (this.spent.has(record.id)) throw new UsageError('rig/used', `${record.id} used twice`);
      this.spent.add(record.id);
    }
    if (record.table === 'grantUnused') this.used.delete(record.grant);
  }

  #carryOut(effect: LotEffect): void {
    this.effects.push({atMs: this.nowMs, effect});
    switch (effect.kind) {
      case 'startTimer':
        this.#timers.set(JSON.stringify(effect.timer), {
          timer: effect.timer,
          dueMs: this.nowMs + effect.afterMs,
        });
        return;
      case 'cancelTimer':
        this.#timers.delete(JSON.stringify(effect.timer));
        return;
      case 'show':
        this.shown.push({atMs: this.nowMs, collector: effect.collector, message: effect.message});
        return;
      case 'notify':
        if (effect.alarm.call?.isTold === false)
          this.input({kind: 'callTold', call: effect.alarm.id});
        return;
      case 'reread': {
        const {collector} = effect;
        if (!this.answersRereads) return;
        this.input({kind: 'reread', collector, card: this.inField.get(collector)});
        return;
      }
      case 'lockCommand': {
        const {bay, command, actuation, tryNo} = effect;
        this.sent.push({atMs: this.nowMs, bay, command});
        this.#obey(bay, command);
        this.input({kind: 'commandOutcome', bay, actuation, tryNo, outcome: 'acknowledged'});
        return;
      }
      default:
        return;
    }
  }

  #obey(bay: BayId, command: string): void {
    const lock = this.lock(bay);
    if (command === 'stop') {
      if (this.#moves.delete(bay)) lock.arm = 'unknown';
      return;
    }
    if (lock.deafTo > 0) {
      lock.deafTo -= 1;
      return;
    }
    lock.arm = 'moving';
    this.#moves.set(bay, {
      dueMs: this.nowMs + lock.travelMs,
      to: command === 'raise' ? 'up' : 'down',
    });
  }

  #context(): LotContext {
    return {
      nowMs: this.nowMs,
      wallMs: this.wallMs,
      timeOfDay: () => ({...sureTime(this.wallMs), ...this.time}),
      newId: () => {
        this.#id += 1;
        return `id-${this.#id}`;
      },
      sense: bay => ({
        raw: this.locks.get(bay)?.vehicle === 'present' ? 'occupied' : 'vacant',
        polledMs: this.#polledMs.get(bay),
      }),
      proofHolds: () => this.proofIsGood,
      rotationHolds: () => this.rotationIsNow,
      localTime: at => UTC.localTime(at),
      hasCloud: () => this.hasCloud,
      inWindow: () => this.inWindow,
      grants: {
        cardByUid: uid => this.cards.get(uid),
        codeByDigest: digest => this.keypadCodes.get(digest),
        qrsOf: grant => this.qrs.filter(({id}) => grant.credentials.includes(id)),
        grantByNumber: number => [...this.grants.values()].find(grant => grant.number === number),
        isSpent: id => this.spent.has(id),
        grantById: id => this.grants.get(id),
        grantsOf: id => [...this.grants.values()].filter(one => one.credentials.includes(id)),
        grantsOfPlate: at => [...this.grants.values()].filter(one => one.plates?.includes(at)),
        grantsAt: bay => [...this.grants.values()].filter(one => one.points.includes(bay)),
        isRevoked: id => this.revoked.has(id),
        isUsed: grant => this.used.has(grant),
        ageMs: () => this.bookAgeMs,
      },
    };
  }
}
