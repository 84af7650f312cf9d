import type {UnixMillis} from '../../protocols/base/clock.js';
import {type AlarmId, asId} from '../../protocols/site/ids.js';
import type {
  BoardAlive,
  CallActor,
  CallAnswer,
  CallDesk,
  CallRequest,
  CallStation,
  CallTile,
  CallView,
} from '../domain/calls/call-view.js';

const WALL_MS = 1_700_000_000_000 as UnixMillis;
const SILENCE_MS = 60_000;
const TYPES = ['emergency', 'assistance', 'fault', 'test'];

const CALL: CallTile = {
  id: asId<AlarmId>('CALL-1'),
  type: 'emergency',
  kind: 'EMERGENCY_BUTTON',
  state: 'announced',
  place: {
    ...{zone: 'A', collector: asId('C1'), bay: null, device: 'C1.button'},
    text: '停车场 A 区东侧',
  },
  count: 1,
  raisedMs: 0,
  raisedWallMs: WALL_MS,
  ring: 'normal',
  takenBy: null,
  takenMs: null,
  isReminded: false,
  contact: '值班保安',
  next: {step: 'louder', atMs: 30_000},
  grouped: 1,
  isMaintenance: false,
  advice: null,
  detail: '张** 138****5678',
  steps: [
    {step: 'raised', wallMs: WALL_MS, person: null, where: null, end: null, note: null},
    {step: 'stored', wallMs: WALL_MS, person: null, where: null, end: null, note: null},
  ],
};

const DUE = {
  ...{lastWallMs: WALL_MS, passed: true, dueWallMs: WALL_MS, isOverdue: false},
  ...{isRunning: false, note: null},
};

const CALM: Omit<CallView, 'nowMs' | 'nowWallMs' | 'calls' | 'stations'> = {
  maintenance: [],
  tests: {
    devices: [{...DUE, device: 'C1.button', collector: asId('C1'), walkedWallMs: null}],
    path: DUE,
    walk: {
      ...{person: null, isRunning: false, begunWallMs: null, overWallMs: null},
      ...{dueWallMs: WALL_MS, isOverdue: false, done: 1, of: 1},
    },
  },
  cloudEscalation: 'available',
  localStep: 'none',
  sounder: 'silent',
  phone: '0755-8888 1234',
  takesShared: false,
};

/** Calls as a test wants them: shown as told, and what boards ask is noted and, where it is simple, done. */
export class FixtureCalls implements CallDesk {
  readonly asked: (CallRequest & {readonly person: string})[] = [];
  readonly heard: (BoardAlive & {readonly atMs: number})[] = [];
  /** Said instead of doing anything. */
  answer: CallAnswer | undefined;
  #calls: readonly CallTile[] = [];
  #changes: Partial<CallView> = {};
  readonly #stations = new Map<string, CallStation>();
  readonly #listeners = new Set<() => void>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Calls from now on, raised just now unless said otherwise. */
  show(...calls: readonly Partial<CallTile>[]): void {
    const silent = new Set(this.#calls.map(({id}) => id));
    this.#calls = calls.map(call => ({...CALL, raisedMs: this.#nowMs(), ...call}));
    // A new call sounds at once, also where silence was asked for.
    if (this.#calls.some(({id}) => !silent.has(id))) {
      for (const [id, one] of this.#stations) this.#stations.set(id, {...one, silentUntilMs: null});
    }
    this.#changed();
  }

  change(changes: Partial<CallView>): void {
    this.#changes = {...this.#changes, ...changes};
    this.#changed();
  }

  view(seesPersons: boolean): CallView {
    const nowMs = this.#nowMs();
    const calls = this.#calls.map(call => (seesPersons ? call : {...call, detail: null}));
    const stations = [...this.#stations.values()].map(one => ({...one, sound: this.#soundAt(one)}));
    return {...CALM, ...this.#changes, nowMs, nowWallMs: WALL_MS, calls, stations};
  }

  request(by: CallActor, request: CallRequest): Promise<CallAnswer> {
    this.asked.push({...request, person: by.person});
    if (this.answer) return Promise.resolve(this.answer);
    const {person} = by;
    if (request.kind === 'acknowledge') {
      const taken = this.#calls.find(({id}) => id === request.call)?.takenBy;
      if (taken) return Promise.resolve({kind: 'refused', why: 'TAKEN', by: taken});
      this.#patch(request.call, {takenBy: person, state: 'acknowledged', next: null});
    }
    if (request.kind === 'attend') this.#patch(request.call, {state: 'attending'});
    if (request.kind === 'end') this.#calls = this.#calls.filter(({id}) => id !== request.call);
    if (request.kind === 'silence') {
      this.#station(request.station, {silentUntilMs: this.#nowMs() + SILENCE_MS});
    }
    if (request.kind === 'watch') this.#station(request.station, {person});
    this.#changed();
    return Promise.resolve({kind: 'done'});
  }

  alive(board: BoardAlive): void {
    this.heard.push({...board, atMs: this.#nowMs()});
    const isNew = !this.#stations.has(board.station);
    this.#station(board.station, {hasSound: board.hasSound, seenMs: this.#nowMs()});
    if (isNew) this.#changed();
  }

  log(): readonly [] {
    return [];
  }

  csv(): string {
    return 'seq,time,event\r\n1,2023-11-14T22:13:20.000Z,call\r\n';
  }

  report(fromWallMs: UnixMillis, toWallMs: UnixMillis) {
    const counts = {calls: 12, answered: 11, unanswered: 1};
    return {fromWallMs, toWallMs, ...counts, medianMs: 8200, p95Ms: 21_000, longestMs: 44_000};
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #soundAt({silentUntilMs}: CallStation): CallStation['sound'] {
    if (silentUntilMs !== null && silentUntilMs > this.#nowMs()) return null;
    const open = this.#calls.filter(({takenBy}) => takenBy === null);
    const [first] = open.toSorted((a, b) => TYPES.indexOf(a.type) - TYPES.indexOf(b.type));
    return first ? {type: first.type, ring: first.ring} : null;
  }

  #station(id: string, changes: Partial<CallStation>): void {
    const blank = {id, person: null, isAlive: true, hasSound: false, silentUntilMs: null};
    const before = this.#stations.get(id) ?? {...blank, seenMs: this.#nowMs(), sound: null};
    this.#stations.set(id, {...before, ...changes});
  }

  #patch(id: AlarmId, changes: Partial<CallTile>): void {
    this.#calls = this.#calls.map(call => (call.id === id ? {...call, ...changes} : call));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
