import {closeSync, constants, openSync} from 'node:fs';
import {InternalError} from '../../protocols/base/errors.js';
import {COIL_ON} from '../../protocols/modbus/pdu.js';
import {REFERENCE_BUTTON_PROFILE} from '../../protocols/profiles/emergency-button-profile.js';
import {DATABASE} from '../crash/crash-park.js';
import {GatewayProcess} from '../crash/gateway-process.js';
import {BUTTON_UNIT} from '../plan/site-plan.js';
import {openTerminalMaster} from '../wire/posix-terminal.js';
import {type BenchSite, makeBenchSite} from './bench-site.js';
import {BoardEar} from './board-ear.js';
import {Child} from './child.js';
import type {SeenCommand} from './paced-slave.js';

const BAUD = 9600;
const BAYS = 30;
/** Shorter than a sweep of the line, so that it never idles. */
const POLL_MS = 50;
const TILE_LIMIT_MS = 20_000;

/** How long one press took, on the machine's monotonic clock. */
export interface PressTimes {
  readonly pressedMs: number;
  readonly toSoundMs: number;
  readonly toTileMs: number;
}

/**
 * The built daemon on a line of 30 locks that never rests, its cloud out of reach; a call button on the same line, and
 * a board that listens as a browser does.
 */
export class CallSite {
  readonly #site: BenchSite;
  readonly #slave: Child;
  readonly #fds: readonly number[];
  /** When the sounder at the post was last switched on, until it is switched off. */
  #soundsSinceMs: number | undefined;
  #gateway: GatewayProcess | undefined;
  #board: BoardEar | undefined;

  private constructor(slave: Child, site: BenchSite, fds: readonly number[]) {
    this.#slave = slave;
    this.#site = site;
    this.#fds = fds;
    void this.#hear();
  }

  static async open({bays = BAYS, pollMs = POLL_MS} = {}): Promise<CallSite> {
    const slave = new Child('paced-slave', BAUD, 'lenient', 248, 16, 0, BUTTON_UNIT);
    const {path: linePath} = await slave.next<{readonly path: string}>();
    const reader = openTerminalMaster();
    const holdFd = openSync(reader.slavePath, constants.O_RDWR | constants.O_NOCTTY);
    const places = {linePath, readerPath: reader.slavePath};
    const site = makeBenchSite({
      ...places,
      bays,
      pollMs,
      cloud: true,
      database: DATABASE,
    });
    return new CallSite(slave, site, [holdFd, reader.fd]);
  }

  /** Of its page. */
  get url(): string {
    return this.#gateway?.pageUrl() ?? '';
  }

  /** How often each open call was pressed for. */
  counts(): readonly number[] {
    return this.#ear().picture?.calls.map(({count}) => count) ?? [];
  }

  /** Until the daemon decides, every lock answers, and a board watches. */
  async start(): Promise<void> {
    const {folder} = this.#site;
    const gateway = new GatewayProcess({folder, workFolder: folder});
    this.#gateway = gateway;
    await gateway.running();
    this.#board = await BoardEar.open(gateway);
    await this.#board.until(({bays}) => bays.every(({health}) => health === 'ok'), TILE_LIMIT_MS);
  }

  /** As if its power went. */
  async kill(): Promise<void> {
    this.#board?.close();
    await this.#gateway?.kill();
  }

  /** The button is pressed and let go; gives when. */
  press(): number {
    const atMs = nowMs();
    this.#slave.say(`press ${BUTTON_UNIT}`);
    return atMs;
  }

  /** One press, from the finger to the sounder and to the tile; undefined: it never came to a board. */
  async timed(): Promise<PressTimes | undefined> {
    await this.#until('the sounder falls silent', () => this.#soundsSinceMs === undefined);
    const pressedMs = this.press();
    const tile = await this.called();
    if (!tile) return undefined;
    await this.#until('the sounder sounds', () => this.#soundsSinceMs !== undefined);
    return {
      pressedMs,
      toSoundMs: (this.#soundsSinceMs ?? 0) - pressedMs,
      toTileMs: tile.atMs - pressedMs,
    };
  }

  /** Until a board shows a call that nobody has taken. */
  called(): Promise<{readonly atMs: number} | undefined> {
    return this.#ear().until(({calls}) => calls.some(isUntaken), TILE_LIMIT_MS);
  }

  /** Take whatever calls, and end it. */
  async answer(): Promise<void> {
    const calls = this.#ear().picture?.calls ?? [];
    const by = {person: 'li', reason: 'bench'};
    for (const {id} of calls.filter(isUntaken)) {
      await this.#gateway?.act(`/api/alarms/${id}/acknowledge`, by);
      await this.#gateway?.act(`/api/alarms/${id}/close`, by);
    }
    const isOver = (id: string) => !this.#ear().picture?.calls.some(call => call.id === id);
    const areOver = () => calls.filter(isUntaken).every(({id}) => isOver(id));
    if (!(await this.#ear().until(areOver, TILE_LIMIT_MS))) {
      throw new InternalError('bench/call', 'a call cannot be ended');
    }
  }

  async close(): Promise<void> {
    this.#board?.close();
    await this.#gateway?.end();
    await this.#slave.end();
    for (const fd of this.#fds) closeSync(fd);
    this.#site.remove();
  }

  #ear(): BoardEar {
    if (!this.#board) throw new InternalError('bench/call', 'no board watches');
    return this.#board;
  }

  async #until(what: string, condition: () => boolean): Promise<void> {
    const limitMs = nowMs() + TILE_LIMIT_MS;
    while (!condition()) {
      if (nowMs() > limitMs) throw new InternalError('bench/call', `it never was that ${what}`);
      await new Promise(resolve => setTimeout(resolve, 2));
    }
  }

  async #hear(): Promise<void> {
    const {buzzer} = REFERENCE_BUTTON_PROFILE.coils;
    for (;;) {
      const said = await this.#slave.next<Partial<SeenCommand>>().catch(() => undefined);
      if (!said) return;
      const {unit, address, value, startMs = 0} = said.command ?? {};
      if (unit !== BUTTON_UNIT || address !== buzzer) continue;
      this.#soundsSinceMs = value === COIL_ON ? (this.#soundsSinceMs ?? startMs) : undefined;
    }
  }
}

function isUntaken({state}: {readonly state: string}): boolean {
  return state === 'raised' || state === 'stored' || state === 'announced';
}

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}
