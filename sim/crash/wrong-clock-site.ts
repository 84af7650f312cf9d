import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {fromHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {hashOfState} from '../../protocols/cloud/grant-state.js';
import {CardReader} from '../devices/card-reader.js';
import {CodeReader} from '../devices/code-reader.js';
import {Display} from '../devices/display.js';
import {EmergencyButton} from '../devices/emergency-button.js';
import {Keypad} from '../devices/keypad.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {rest, until} from '../real/peer-process.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {TcpFarEnd} from '../wire/tcp-far-end.js';
import {DATABASE, SECRET_KEY_HEX, SITE} from './crash-park.js';
import {ForgedClock} from './forged-clock.js';
import {GatewayProcess} from './gateway-process.js';
import {
  type End,
  isCode,
  KINDS,
  type Kind,
  TOKEN_KEYS,
  WrongClockBook,
} from './wrong-clock-book.js';

/** Where the bays of each end of a right are: a collector of its own, with a bay for each kind. */
const POSTS: Readonly<Record<End, number>> = {live: 1, soon: 2, dead: 3};

/** The collector where something is shown: codes that have ended where good ones are typed in between, or
 *  its keypad would be closed for guessing. */
export function collectorFor(kind: Kind, end: End): number {
  return POSTS[end === 'dead' && isCode(kind) ? 'live' : end];
}
const HEALTH_LIMIT_MS = 20_000;
const SETTLE_MS = 2000;
const VERDICT_LIMIT_MS = 15_000;
/** Whoever is not answered tries again: a busy machine loses keys. */
const AGAIN_MS = 5000;
const LOOK_EVERY_MS = 50;
const KEY_GAP_MS = 180;
/** The clock is read anew once a second, and the date of an answer is made once a second. */
const CLOCK_LIMIT_MS = 8000;
const BAUD_RATE = 9600;

interface Post {
  readonly reader: CardReader;
  readonly scanner: CodeReader;
  readonly keypad: Keypad;
  readonly locks: readonly ParkingLock[];
  close(): void;
}

interface Ends {
  readonly line: TcpFarEnd;
  readonly reader: TcpFarEnd;
  readonly scanner: TcpFarEnd;
}

/** A site without a cloud whose gateway has a clock that a test may set as it likes. */
export class WrongClockSite {
  readonly forged: ForgedClock;
  readonly #folder: string;
  readonly #outside: string;
  readonly #ends: readonly Ends[];
  readonly #posts: readonly Post[];
  readonly #book: WrongClockBook;
  #gateway: GatewayProcess | undefined;
  #opened: Database.Database | undefined;

  private constructor(
    folder: string,
    outside: string,
    ends: readonly Ends[],
    book: WrongClockBook,
  ) {
    this.forged = new ForgedClock(outside);
    this.#folder = folder;
    this.#outside = outside;
    this.#ends = ends;
    this.#book = book;
    this.#posts = ends.map(each => postOn(each));
  }

  /** Grants are stored already, by a gateway that never knew the time. `builtMs`: @see `wrong-clock-book` */
  static async build(folder: string, builtMs: UnixMillis): Promise<WrongClockSite> {
    const [disk, outside] = [join(folder, 'disk'), join(folder, 'outside')];
    for (const each of [disk, outside]) mkdirSync(each);
    const listen = () => TcpFarEnd.listen();
    const ends: Ends[] = [];
    for (const _ of Object.keys(POSTS)) {
      ends.push({line: await listen(), reader: await listen(), scanner: await listen()});
    }
    writeFileSync(join(disk, 'secret.key'), SECRET_KEY_HEX, {mode: 0o600});
    writeFileSync(join(disk, 'site.yaml'), siteFile(ends));
    const book = new WrongClockBook(builtMs);
    fillStore(join(disk, DATABASE), book);
    return new WrongClockSite(disk, outside, ends, book);
  }

  /** Power on, with the clock as it stands. Until every device is heard. */
  async start(): Promise<void> {
    const gateway = new GatewayProcess({
      ...{folder: this.#folder, workFolder: this.#outside},
      env: this.forged.env,
    });
    this.#gateway = gateway;
    await gateway.running();
    await until('every device is heard', () => isHealthy(gateway), HEALTH_LIMIT_MS);
    // No arm is lowered before its lock has answered three times.
    await rest(SETTLE_MS);
    await this.isSeen();
  }

  /** As the plug is pulled. */
  async cutPower(): Promise<void> {
    const gateway = this.#gateway;
    await gateway?.kill();
    if (gateway) ForgedClock.forget(gateway.pid);
    this.#gateway = undefined;
    this.#opened?.close();
    this.#opened = undefined;
  }

  /** Until the process itself shows the clock that was set. */
  isSeen(): Promise<void> {
    return until(
      'the clock has jumped',
      async () => Math.abs((await this.#running.wallMs()) - this.forged.nowMs()) < 3000,
      CLOCK_LIMIT_MS,
    );
  }

  /** Until the gateway has asked about the time server again, and had the answer. */
  async isAsked(): Promise<void> {
    const {asked} = this.forged;
    await until('the system is asked', () => this.forged.asked > asked, 15_000);
    await rest(200);
  }

  /** Show one thing, and wait for what is decided: `ALLOW`, or why not. */
  show(kind: Kind, end: End, truthMs: UnixMillis): Promise<string> {
    const post = this.#postNo(collectorFor(kind, end));
    switch (kind) {
      case 'standing card':
      case 'card with an end':
        return this.#verdict(kind, end, () => this.#tap(post, this.#book.uid(kind, end)));
      case 'code':
      case 'code good once':
        return this.#verdict(kind, end, () =>
          post.keypad.type(`${this.#book.code(kind, end)}#`, KEY_GAP_MS),
        );
      default:
        return this.#verdict(kind, end, () =>
          post.scanner.show(this.#book.token(kind, end, truthMs)),
        );
    }
  }

  /** Arms that lie flat at the collector of this end. */
  open(end: End): readonly Kind[] {
    return KINDS.filter((_, index) => this.#postOf(end).locks[index]?.position === 0);
  }

  async untilOpen(kind: Kind, end: End): Promise<void> {
    await until(`${kind} lowers its arm`, () => this.open(end).includes(kind), 5000);
  }

  /** Somebody raises the arm that this kind has opened. */
  async close(kind: Kind, end: End): Promise<void> {
    const bay = bayOf(POSTS[end], KINDS.indexOf(kind));
    await this.#running.act(`/api/bays/${bay}/close`, {person: 'wang', reason: 'next round'});
    const lock = this.#postOf(end).locks[KINDS.indexOf(kind)];
    await until('the arm is up', () => lock?.position === 1, 5000);
  }

  get output(): string {
    return this.#gateway?.output ?? '';
  }

  async end(): Promise<void> {
    await this.cutPower();
    for (const post of this.#posts) post.close();
    for (const {line, reader, scanner} of this.#ends) {
      for (const end of [line, reader, scanner]) await end.close();
    }
  }

  get #running(): GatewayProcess {
    if (!this.#gateway) throw new UsageError('sim/absent', 'no gateway runs');
    return this.#gateway;
  }

  #postOf(end: End): Post {
    return this.#postNo(POSTS[end]);
  }

  #postNo(no: number): Post {
    const post = this.#posts[no - 1];
    if (!post) throw new UsageError('sim/absent', `no post ${no}`);
    return post;
  }

  async #tap({reader}: Post, uid: string): Promise<void> {
    reader.present({uid: uid as never, userInfo: ''});
    await rest(150);
    reader.remove();
    // It needs 300 ms without a card before the next one counts.
    await rest(350);
  }

  /** The next decision at this collector that is not repeated. */
  async #verdict(kind: Kind, end: End, act: () => void | Promise<void>): Promise<string> {
    const collector = `C${collectorFor(kind, end)}`;
    const from = this.#head();
    const lateMs = performance.now() + VERDICT_LIMIT_MS;
    let againMs = 0;
    for (;;) {
      if (performance.now() >= againMs) {
        await act();
        againMs = performance.now() + AGAIN_MS;
      }
      const verdict = this.#decision(collector, from);
      if (verdict !== undefined) return verdict;
      if (performance.now() > lateMs) {
        throw new UsageError('real/late', `no decision on ${kind} at ${collector}`);
      }
      await rest(LOOK_EVERY_MS);
    }
  }

  #decision(collector: string, from: number): string | undefined {
    const row = this.#journal
      .prepare(
        `SELECT d.body ->> 'result' AS result, d.body ->> 'reason' AS reason FROM ev d
           JOIN ev o ON o.kind = 'attempt.opened' AND o.body ->> 'attempt' = d.body ->> 'attempt'
         WHERE d.seq > @from AND o.seq > @from AND d.kind = 'decision'
           AND o.body ->> 'collector' = @collector ORDER BY d.seq LIMIT 1`,
      )
      .get({from, collector}) as {result: string; reason: string | null} | undefined;
    return row && (row.reason ?? row.result);
  }

  #head(): number {
    const {head} = this.#journal.prepare('SELECT max(seq) AS head FROM ev').get() as {head: number};
    return head ?? 0;
  }

  /** As it lies on the disk. Opened once a life: the same thread plays the devices. */
  get #journal(): Database.Database {
    this.#opened ??= new Database(join(this.#folder, DATABASE), {readonly: true});
    return this.#opened;
  }
}

async function isHealthy(gateway: GatewayProcess): Promise<boolean> {
  const {bays, devices} = await gateway.state();
  return [...bays, ...devices].every(({health}) => health === 'ok');
}

const bayOf = (post: number, index: number) => `${'ABC'[post - 1]}-00${index + 1}`;

function postOn({line, reader, scanner}: Ends): Post {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const bus = new Rs485Line({clock, entropy, farEnd: line, baudRate: BAUD_RATE, pacing: 'bytes'});
  const locks = KINDS.map((_, index) => new ParkingLock({clock, unit: index + 1, travelMs: 300}));
  const keypad = new Keypad({clock, unit: 33});
  bus.attach(...locks, keypad);
  bus.attach(new Display({clock, unit: 31}), new EmergencyButton({clock, unit: 32}));
  const cards = new CardReader({clock, farEnd: reader});
  const codes = new CodeReader({clock, farEnd: scanner});
  return {
    ...{reader: cards, scanner: codes, keypad, locks},
    close: () => {
      for (const each of [cards, codes, keypad, bus]) each.close();
    },
  };
}

function siteFile(ends: readonly Ends[]): string {
  const link = ({host, port}: TcpFarEnd) =>
    `{kind: tcp, host: ${host}, port: ${port}, baudRate: ${BAUD_RATE}}`;
  const each = (make: (end: Ends, no: number) => string) =>
    ends.map((end, index) => make(end, index + 1)).join('');
  const perKind = (make: (index: number) => string) =>
    KINDS.map((_, index) => make(index)).join('');
  return `
site: {id: ${SITE}, name: Lot, timezone: Asia/Shanghai, language: en}
profiles: [parkCard]
database: ./${DATABASE}
secretKey: {file: secret.key}
page: {host: 127.0.0.1, port: 0}
contacts: [{name: guard, afterMs: 0}]
staff: [{id: wang, name: Wang}]
${TOKEN_KEYS}
rules:
  commissioning: replaced
  verify: {repeats: 0}
  debounceMs: 100
  startBackoffMaxMs: 0
  codes: {wrongTries: 10, triesPerDay: 100}
devices:${each(
    ({scanner}, no) => `
  - {id: S-${no}, kind: code-scanner, family: gm65, link: ${link(scanner)}}`,
  )}
buses:${each(
    ({line}, no) => `
  - id: line-${no}
    link: ${link(line)}
    devices:
      - {id: D-${no}, kind: display, address: 31}
      - {id: E-${no}, kind: emergency-button, address: 32}
      - {id: K-${no}, kind: keypad, address: 33}${perKind(
        index => `
      - {id: L-${no}${index}, kind: parking-lock, address: ${index + 1}, travelMs: 1000, pollMs: 500}`,
      )}`,
  )}
collectors:${each(
    ({reader}, no) => `
  - id: C${no}
    number: ${no}
    zone: ${'ABC'[no - 1]}
    kind: plain
    codes: [S-${no}, K-${no}]
    reader: {kind: rdm6300, link: ${link(reader)}}
    display: D-${no}
    button: E-${no}
    minCardSecurity: uid
    bays:${perKind(
      index => `
      - {id: ${bayOf(no, index)}, lock: L-${no}${index}, number: ${no * 10 + index}}`,
    )}`,
  )}
`;
}

/** What the cloud had sent before, by the gateway's own door; of the time nothing was ever known. */
function fillStore(path: string, book: WrongClockBook): void {
  const clock = new SystemClock();
  const store = new SiteStore({
    ...{path, site: SITE, secretKey: fromHex(SECRET_KEY_HEX), clock},
    entropy: new SystemEntropy(clock),
    clockState: () => 'floor',
    floorMs: () => 0 as UnixMillis,
  });
  const rows = book.rows((kind, end) => bayOf(POSTS[end], KINDS.indexOf(kind)));
  const hash = hashOfState(rows);
  store.grants.takePart({i: 0, isLast: true, ver: 1, rows, hash});
  store.close();
}
