import {createHmac, createPrivateKey} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {loadSiteConfig} from '../../edge/config/load.js';
import {lotConfigOf} from '../../edge/config/lot-config.js';
import type {BaySense, LotContext, LotEffect, LotInput} from '../../edge/domain/lot/contract.js';
import type {Log} from '../../edge/platform/log.js';
import type {StretchCode} from '../../edge/platform/stretch.js';
import {CodeDesk} from '../../edge/runtime/code-desk.js';
import type {CodeInlet} from '../../edge/runtime/devices/site-device.js';
import {LotRunner} from '../../edge/runtime/lot-runner.js';
import {LotTimers} from '../../edge/runtime/lot-timers.js';
import {SiteClock} from '../../edge/runtime/site-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import {codeSalt} from '../../protocols/credential/keypad-code.js';
import {encodeToken} from '../../protocols/credential/qr-token.js';
import {verifyRotation} from '../../protocols/credential/rotation.js';
import type {TokenBody} from '../../protocols/credential/token-body.js';
import {RFC8032_TEST_1} from '../../protocols/credential/vectors.js';
import type {SiteEventBodies, SiteEventKind} from '../../protocols/site/events.js';
import {asId, type BayId, type CollectorId} from '../../protocols/site/ids.js';

const SITE = 'lot-1';
/** Numbers of the bays of a collector. */
const numbersAt = (no: number, each: number) =>
  Array.from({length: each}, (_, index) => (no - 1) * each + index + 1);
const bayName = (number: number) => `A-${`${number}`.padStart(3, '0')}`;
const post = (no: number, each: number) => `
  - id: C${no}
    number: ${no}
    zone: A
    kind: plain
    codes: [S-${no}, K-${no}]
    reader: {kind: rdm6300, link: {kind: serial, path: reader-${no}}}
    display: D-${no}
    button: E-${no}
    minCardSecurity: uid
    bays: [${numbersAt(no, each)
      .map(number => `{id: ${bayName(number)}, lock: L-${number}, number: ${number}}`)
      .join(', ')}]`;
const line = (no: number, each: number) => `
  - id: line-${no}
    link: {kind: serial, path: line-${no}}
    devices:${numbersAt(no, each)
      .map(
        (number, index) => `
      - {id: L-${number}, kind: parking-lock, address: ${index + 1}}`,
      )
      .join('')}
      - {id: D-${no}, kind: display, address: 101}
      - {id: E-${no}, kind: emergency-button, address: 102}
      - {id: K-${no}, kind: keypad, address: 103}`;
const fileOf = (site: string, profile: string, posts: readonly number[], each: number) => `
site: {id: ${site}, name: Lot, timezone: Asia/Shanghai, language: en}
profiles: [${profile}]
database: lot.db
contacts: [{name: guard, afterMs: 0}]
rules: {commissioning: replaced}
tokenKeys: [{kid: 1, publicKey: '${RFC8032_TEST_1.publicKey}'}]
devices:${posts
  .map(
    no => `
  - {id: S-${no}, kind: code-scanner, link: {kind: serial, path: scanner-${no}}}`,
  )
  .join('')}
buses:${posts.map(no => line(no, each)).join('')}
collectors:${posts.map(no => post(no, each)).join('')}
`;
/** A stall of a bath beside them, with `K-9`. */
const STALL = 'B-9';
const bathFileOf = (...plan: Parameters<typeof fileOf>) => `${fileOf(...plan)
  .replace(`profiles: [${plan[1]}]`, `profiles: [${plan[1]}, bath]`)
  .replace(
    'collectors:',
    `      - {id: K-9, kind: keypad, address: 93}
      - {id: D-9, kind: display, address: 91}
      - {id: E-9, kind: emergency-button, address: 92}
      - {id: M-9, kind: water-meter, address: 94}
collectors:`,
  )}
bath:
  tariff: {by: water, fenPerLitre: 20}
  stalls: [{id: ${STALL}, keypad: K-9, display: D-9, button: E-9, meter: M-9}]
`;
const ISSUER = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${RFC8032_TEST_1.seed}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});

/** Costs nothing: a month of tries must not take a month. */
const CHEAP: StretchCode = async (digits, salt) =>
  new Uint8Array(createHmac('sha256', salt).update(digits).digest());

interface Run {
  readonly clock: SiteClock;
  readonly store: SiteStore;
  readonly runner: LotRunner;
  readonly timers: LotTimers;
  readonly desk: CodeDesk;
}

export interface DecisionRigOptions {
  readonly entropy: Entropy;
  /** Left out: one that costs nothing. */
  readonly stretch?: StretchCode;
  /** Left out: `lot-1`. */
  readonly site?: string;
  /** Left out: `parkCard`. */
  readonly profile?: string;
  /** A stall besides, `B-9`. */
  readonly hasStall?: boolean;
  /** Left out: two collectors with a bay each. */
  readonly size?: {readonly posts: number; readonly baysEach: number};
  /** What stands on the ground; left out: empty bays whose locks answer and do nothing. */
  readonly ground?: Ground;
}

/** The locks and what they see, for whoever plays them. */
export interface Ground {
  sense(bay: BayId): BaySense;
  /** After the commit; timers are kept by the rig. */
  perform(effect: LotEffect): void;
}

/**
 * What decides, without what moves: the lot, its store on a real disk and the desk of codes, for some
 * collectors with a scanner, a keypad and bays each. Their wires would only take time.
 */
export class DecisionRig {
  /** The clock of the machine follows a time server when it starts. */
  isSynchronised = true;
  /** The power goes after the commit: nothing reaches a wire. */
  isCut = false;
  /** Bays that were told to open, oldest first. */
  readonly lowered: BayId[] = [];
  readonly effects: LotEffect[] = [];
  commits = 0;
  readonly #options: DecisionRigOptions;
  readonly #stretch: StretchCode;
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-decide-'));
  #run: Run | undefined;

  constructor(options: DecisionRigOptions) {
    this.#options = options;
    this.#stretch = options.stretch ?? CHEAP;
  }

  get run(): Run {
    if (!this.#run) throw new UsageError('sim/absent', 'nothing runs');
    return this.#run;
  }

  get store(): SiteStore {
    return this.run.store;
  }

  /** Switch on, on this clock, with whatever the last run left on the disk. */
  start(system: Clock): void {
    const clock = new SiteClock(system, 0);
    const {entropy} = this.#options;
    const {site = SITE, profile = 'parkCard', hasStall = false} = this.#options;
    const {size = {posts: 2, baysEach: 1}} = this.#options;
    const posts = Array.from({length: size.posts}, (_, index) => index + 1);
    const file = (hasStall ? bathFileOf : fileOf)(site, profile, posts, size.baysEach);
    const loaded = loadSiteConfig(file, 'decide.yaml');
    if (!loaded.ok) throw new UsageError('sim/config', loaded.problems.join('\n'));
    const {config} = loaded;
    const path = join(this.#folder, 'lot.db');
    const store = new SiteStore({
      ...{path, site, secretKey: new Uint8Array(32), clock, entropy},
      clockState: () => clock.read().clk,
      floorMs: () => clock.read().floorMs,
      recallTime: floorMs => clock.recall(floorMs),
    });
    if (this.isSynchronised) clock.hearSystem(true);
    const dispatch = (input: LotInput) => runner.dispatch(input);
    const timers = new LotTimers(clock, timer => dispatch({kind: 'timer', timer}));
    const log = QUIET;
    const runner = new LotRunner({
      ...{config: lotConfigOf(config), clock, log, fraction: () => 1},
      // Whoever asks here wants the answer now, not with the next full transaction.
      gathers: false,
      journal: {
        commit: changes => {
          this.commits += 1;
          store.lot.commit(...changes.map(change => ({...change, stamp: store.stampNow()})));
        },
      },
      context: this.#context(clock, store),
      perform: effect => this.#perform(effect, timers),
      onChange: () => {},
    });
    const desk = new CodeDesk({
      ...{config, log, book: store.book, stretch: this.#stretch, dispatch},
      name: code => toHex(createHmac('sha256', 'name').update(code).digest()).slice(0, 16),
      pepper: () => store.pepper(),
      isLocked: id => (runner.state.collectors.get(id)?.lockout.lockedUntilMs ?? 0) > clock.nowMs(),
    });
    this.#run = {clock, store, runner, timers, desk};
    const {boot: run, startCause: cause} = store;
    dispatch({kind: 'boot', run, open: store.lot.openRecords(), cause, version: 'test'});
    if (!this.#options.ground) this.#settle(clock, dispatch);
  }

  /** Switch off, in order or by the plug. */
  stop(): void {
    const {clock, timers, runner, store} = this.run;
    store.time.keep(store.stampNow(), clock.floorToKeep());
    timers.cancelAll();
    runner.close();
    store.close();
    this.#run = undefined;
    this.isCut = false;
  }

  remove(): void {
    if (this.#run) this.stop();
    rmSync(this.#folder, {recursive: true, force: true});
  }

  /** Replace all grants and credentials. */
  apply(rows: readonly GrantStateRow[]): void {
    const {grants} = this.store;
    const ver = grants.current().ver + 1;
    const result = grants.takePart({i: 0, isLast: true, ver, rows, hash: hashOfState(rows)});
    if (result !== 'applied') throw new UsageError('sim/grants', `not applied: ${result}`);
    grants.touch();
    this.run.runner.dispatch({kind: 'grantsChanged'});
  }

  /** What the cloud would send of a code. */
  async digestOf(digits: string, epoch = 1): Promise<string> {
    return toHex(await this.#stretch(digits, codeSalt(this.#options.site ?? SITE, epoch)));
  }

  token(body: Partial<TokenBody> & Pick<TokenBody, 'grant'>): string {
    const nowSeconds = Math.floor(this.run.clock.wallMs() / 1000);
    const usual: Omit<TokenBody, 'grant'> = {
      keyNumber: 1,
      isOneUse: false,
      isRotating: false,
      doors: {kind: 'mask', mask: 0xffff},
      fromSeconds: nowSeconds - 60,
      untilSeconds: nowSeconds + 3600,
    };
    return encodeToken({...usual, ...body}, {site: SITE, gateway: SITE}, ISSUER);
  }

  scan(no: number, text: string): void {
    this.#inlet(`S-${no}`).onToken(text);
  }

  /** Settles when the code has been judged. */
  async key(no: number, digits: string): Promise<void> {
    this.#inlet(`K-${no}`).onEntry(digits);
    await this.run.desk.settled();
  }

  tap(no: 1 | 2, uid: string): void {
    const collector: CollectorId = asId(`C${no}`);
    const {clock, runner} = this.run;
    const atMs = clock.nowMs();
    const card = {
      uid: asId<never>(uid),
      assurance: {kind: 'uid'},
      userInfo: '',
      requestNo: 1,
      atMs,
    } as const;
    runner.dispatch({kind: 'card', collector, card});
    runner.dispatch({kind: 'cardGone', collector, uid: card.uid});
  }

  /** Journalled bodies of one kind from number `from` on, with the instant of each. */
  told<Kind extends SiteEventKind>(
    kind: Kind,
    from = 1,
  ): readonly {readonly body: SiteEventBodies[Kind]; readonly monoMs: number}[] {
    return this.store.outbox
      .read(from, Number.MAX_SAFE_INTEGER)
      .filter(row => row.kind === kind)
      .map(({body, monoMs}) => ({body: JSON.parse(body) as SiteEventBodies[Kind], monoMs}));
  }

  /** Reason of the newest decision; `ALLOW` when it was one. */
  get verdict(): string {
    const {outbox} = this.store;
    const last = this.told('decision', Math.max(1, outbox.head() - 30)).at(-1);
    return last?.body.reason ?? last?.body.result ?? 'none';
  }

  #inlet(device: string): CodeInlet {
    const inlet = this.run.desk.inletOf(device);
    if (!inlet) throw new UsageError('sim/absent', `${device} hands nothing over`);
    return inlet;
  }

  /** Locks answer and bays are empty. */
  #settle(clock: SiteClock, dispatch: (input: LotInput) => void): void {
    for (const bay of ['A-001', 'A-002'].map(id => asId<BayId>(id))) {
      dispatch({kind: 'lockHealth', bay, health: 'ok'});
      const faults = {
        ...{motor: false, limitSwitch: false, lowBattery: false, tamper: false},
        overCurrent: false,
      };
      const stamp = {supplyMv: 12_000, cycles: 0, atMs: clock.nowMs(), wallMs: clock.wallMs()};
      const reading = {arm: 'up', vehicle: 'absent', faults, ...stamp} as const;
      for (let poll = 0; poll < 3; poll += 1) dispatch({kind: 'lockReading', bay, reading});
    }
  }

  #perform(effect: LotEffect, timers: LotTimers): void {
    if (this.isCut) return;
    const {ground} = this.#options;
    if (ground) ground.perform(effect);
    else this.effects.push(effect);
    if (effect.kind === 'startTimer') timers.start(effect.timer, effect.afterMs);
    if (effect.kind === 'cancelTimer') timers.cancel(effect.timer);
    if (!ground && effect.kind === 'lockCommand' && effect.command === 'lower') {
      this.lowered.push(effect.bay);
    }
  }

  #context(clock: SiteClock, store: SiteStore): Omit<LotContext, 'nowMs' | 'wallMs'> {
    const {entropy, ground} = this.#options;
    return {
      grants: store.book,
      newId: () => entropy.ulid(),
      sense: bay => ground?.sense(bay) ?? {raw: 'vacant', polledMs: clock.nowMs()},
      proofHolds: () => false,
      rotationHolds: (rotation, secretHex) =>
        clock.read().clk !== 'floor' &&
        verifyRotation(fromHex(secretHex), rotation, clock.wallMs()),
      inWindow: () => true,
      timeOfDay: () => clock.read(),
    };
  }
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
