import {existsSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {encodeRequestPdu} from '../../protocols/modbus/pdu.js';
import {encodeFrame} from '../../protocols/modbus/rtu-frame.js';
import {
  lockCommandWrite,
  REFERENCE_LOCK_PROFILE,
} from '../../protocols/profiles/parking-lock-profile.js';
import {asId} from '../../protocols/site/ids.js';
import {rest, until} from '../real/peer-process.js';
import {COLLECTORS, CrashPark, DATABASE, DEAF_BAY} from './crash-park.js';
import {type DiskFindings, judgeDisk} from './disk-oracle.js';
import {GatewayProcess} from './gateway-process.js';
import type {GoodOnce} from './good-once.js';
import type {Note, NotedFrame} from './notes.js';
import type {Recording} from './recording.js';
import {SimDisk, withMounted} from './sim-disk.js';

export interface RebootOptions {
  /** The recovered disk. */
  readonly mounted: string;
  readonly notes: readonly Note[];
  /** What the disk held before. */
  readonly before: DiskFindings;
  /** Cards that are shown once the site stands, each at the collector of its bay. */
  readonly taps: readonly {readonly uid: string; readonly bay: string}[];
  /** Tokens and codes that were used, shown likewise. */
  readonly used: readonly GoodOnce[];
  /** One that was not, shown last: it must open, or nobody was listening. */
  readonly fresh: GoodOnce | undefined;
  /** A module that the process loads first, as that of a mutant. */
  readonly preload?: string;
}

export interface RecoveryOptions {
  /** Empty, for this disk alone. */
  readonly folder: string;
  /** The disk after its first crash. */
  readonly image: string;
  /** What was promised before it. */
  readonly notes: readonly Note[];
  /** How long each boot lives. */
  readonly lives: readonly number[];
}

export interface Rebooted {
  readonly problems: readonly string[];
  /** Arms that were lowered for what was used. */
  readonly lowered: readonly string[];
}

const TRAVEL_MS = 1050;
/** Long enough for an order that somebody gave of himself. */
const QUIET_MS = 700;
const HOLD_MS = 150;
const TAP_MS = 900;
/** A code is stretched by scrypt first. */
const SHOW_MS = 1500;
/** Until the arm of a fresh one is on its way. */
const OPEN_LIMIT_MS = 8000;
const MOST_TRIES = 3;
const HEALTH_LIMIT_MS = 60_000;

/** A site without a cloud, that real gateways boot on, one after the other. */
export class RebootSite {
  readonly #park: CrashPark;
  readonly #frames: NotedFrame[];
  readonly #folder: string;

  private constructor(park: CrashPark, frames: NotedFrame[], folder: string) {
    this.#park = park;
    this.#frames = frames;
    this.#folder = folder;
  }

  static async build(folder: string): Promise<RebootSite> {
    const frames: NotedFrame[] = [];
    const onFrame = (frame: NotedFrame) => void frames.push(frame);
    const park = await CrashPark.build({folder, withCloud: false, onFrame});
    return new RebootSite(park, frames, folder);
  }

  /** Boot the gateway on a recovered disk; arms lie as the last frames before the cut left them. */
  async boot(options: RebootOptions): Promise<Rebooted> {
    const {mounted, notes, before, taps, used, fresh, preload} = options;
    await this.#settleArms(notes);
    this.#frames.length = 0;
    this.#park.install(mounted);
    rmSync(join(mounted, `${DATABASE}.token`), {force: true});
    const gateway = new GatewayProcess({
      ...{folder: mounted, workFolder: this.#folder},
      ...(preload === undefined ? {} : {preload}),
    });
    let lowered: readonly string[] = [];
    let byItself: readonly string[] = [];
    const problems: string[] = [];
    try {
      await gateway.running();
      await until('every lock is heard', () => isHealthy(gateway), HEALTH_LIMIT_MS);
      await rest(QUIET_MS);
      const moved = this.#lowered();
      byItself = moved;
      const isReady = () => until('every lock is heard', () => isHealthy(gateway), HEALTH_LIMIT_MS);
      for (const tap of taps) await isReady().then(() => this.#tap(tap));
      for (const once of used) await isReady().then(() => this.#show(once));
      await isReady();
      lowered = this.#lowered().slice(moved.length);
      if (fresh && !(await this.#opens(fresh))) problems.push(`${fresh.grant} did not open`);
    } finally {
      await gateway.end();
    }
    if (existsSync(join(mounted, `${DATABASE}.token`))) problems.push('the access was left behind');
    const frames = this.#frames.map((frame): Note => ({at: 0, kind: 'frame', ...frame}));
    const after = judgeDisk(mounted, [...notes, ...frames]);
    // What stops an arm on its way up is let go of again.
    const moved = byItself.filter(bay => !after.letGo.includes(bay));
    if (moved.length > 0) problems.push(`lowered by itself: ${moved.join(' ')}`);
    const wanted = [...taps, ...used].map(() => 'DENY ALREADY_USED');
    if (fresh) wanted.push('ALLOW');
    // A refusal for another reason would say nothing of the use. A busy machine may miss a poll of a lock, need a
    // fresh one shown twice, and have a code stretched only when the next was shown: what opened is told by `lowered`.
    const heard = after.answers.filter(answer => answer !== 'DENY DEVICE_OFFLINE');
    const told = heard.slice(0, wanted.length).toSorted().join(', ');
    const said = wanted.toSorted().join(', ');
    if (told !== said) problems.push(`answered ${told}, not ${said}`);
    const opened = lowered.filter(bay => !after.letGo.includes(bay));
    return {problems: [...problems, ...after.problems, ...compare(before, after)], lowered: opened};
  }

  /** Boot on the disk of a crash, and write down what the recovery itself writes; its power fails too. */
  async recordRecovery(options: RecoveryOptions): Promise<Recording> {
    const {folder, image, notes, lives} = options;
    mkdirSync(folder, {recursive: true});
    const noted: Note[] = notes.map(note => ({...note, at: 0}));
    await withMounted(image, folder, mounted => this.#park.install(mounted));
    const disk = await SimDisk.insert(join(folder, 'disk'), image);
    for (const forMs of lives) {
      this.#frames.length = 0;
      const gateway = new GatewayProcess({folder: disk.mounted, workFolder: this.#folder});
      try {
        await gateway.running();
        await rest(forMs);
      } finally {
        await gateway.kill();
        // Without people nothing orders an arm; what moves all the same has to be stored by the end.
        const at = disk.position();
        noted.push(...this.#frames.map((frame): Note => ({at, kind: 'frame', ...frame})));
      }
    }
    await disk.remove();
    const {basePath, logPath} = disk;
    return {basePath, logPath, notes: noted, times: [], cards: {}, once: []};
  }

  close(): Promise<void> {
    return this.#park.close();
  }

  #lowered(): readonly string[] {
    return this.#frames.flatMap(({bay, command}) => (command === 'lower' ? [bay] : []));
  }

  async #tap({uid, bay}: {readonly uid: string; readonly bay: string}): Promise<void> {
    const post = this.#park.site.post(collectorOf(this.#park, bay));
    post.present({uid: asId(uid), secret: new Uint8Array(16), userInfo: ''});
    await rest(HOLD_MS);
    post.remove();
    await rest(TAP_MS);
  }

  async #show(once: GoodOnce): Promise<void> {
    await this.#park.show(collectorOf(this.#park, once.bay), once);
    await rest(SHOW_MS);
  }

  async #opens(once: GoodOnce): Promise<boolean> {
    const before = this.#lowered().length;
    const isLowered = () => this.#lowered().slice(before).includes(once.bay);
    for (let tries = 0; tries < MOST_TRIES && !isLowered(); tries += 1) {
      await this.#show(once);
      await until('its arm goes down', isLowered, OPEN_LIMIT_MS).catch(() => {});
    }
    return isLowered();
  }

  async #settleArms(notes: readonly Note[]): Promise<void> {
    for (const collector of COLLECTORS) {
      for (const bay of this.#park.bays(collector)) {
        const last = notes.findLast(note => note.kind === 'frame' && note.bay === bay);
        const order = last?.kind === 'frame' && bay !== DEAF_BAY ? last.command : 'raise';
        const {address, value} = lockCommandWrite(order, REFERENCE_LOCK_PROFILE);
        const lock = this.#park.site.lock(bay);
        lock.receive(
          encodeFrame(
            lock.unit,
            encodeRequestPdu({kind: 'writeOne', functionCode: 6, address, value}),
          ),
        );
      }
    }
    await rest(TRAVEL_MS);
  }
}

function collectorOf(park: CrashPark, bay: string): string {
  return COLLECTORS.find(id => park.bays(id).includes(bay)) ?? 'C1';
}

async function isHealthy(gateway: GatewayProcess): Promise<boolean> {
  const {bays, devices} = await gateway.state();
  const takesCodes = devices.filter(({id}) => /^[SK]-/.test(id));
  return [...bays, ...takesCodes].every(({health}) => health === 'ok');
}

/** The numbering goes on, and this boot closed all that was under way. */
function compare(before: DiskFindings, after: DiskFindings): readonly string[] {
  const problems: string[] = [];
  if (after.epoch !== before.epoch) problems.push(`epoch ${before.epoch} became ${after.epoch}`);
  if (after.head <= before.head) problems.push(`head ${before.head}, then ${after.head}`);
  if (after.boots.length !== before.boots.length + 1) {
    problems.push(`${after.boots.length - before.boots.length} boots in one life`);
  }
  const interrupted = after.boots.at(-1);
  if (interrupted !== before.underway) {
    problems.push(`${before.underway} orders under way, the boot says ${interrupted}`);
  }
  return problems;
}
