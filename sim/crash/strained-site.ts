import {SeededEntropy} from '../clock/seeded-entropy.js';
import {rest, until} from '../real/peer-process.js';
import {COLLECTORS, CrashPark} from './crash-park.js';
import {CrashPeople, NO_ENTRY} from './crash-people.js';
import {type DiskFindings, judgeDisk} from './disk-oracle.js';
import {GatewayProcess, type SeenSite} from './gateway-process.js';
import type {Note} from './notes.js';
import {Watch} from './watch.js';

export interface StrainOptions {
  /** Where the gateway works. */
  readonly folder: string;
  /** For what belongs to the world outside. */
  readonly outside: string;
  readonly seed: number;
  /** A module that the gateway loads first. */
  readonly preload?: string;
}

const CARDS_PER_BAY = 6;
/** The reason in the event. */
const FULL = '"STORAGE_FULL"';
const LOOK_EVERY_MS = 200;
const UPLINK_LIMIT_MS = 30_000;

/** A real gateway in trouble with its disk, with people and a cloud about. */
export class StrainedSite {
  readonly notes: Note[] = [];
  /** Kinds of alarm that stood at one time or another. */
  readonly alarms = new Set<string>();
  readonly #folder: string;
  readonly #park: CrashPark;
  readonly #people: CrashPeople;
  readonly #watch: Watch;
  readonly #gateway: GatewayProcess;
  #looking: Promise<void> | undefined;
  #isOver = false;
  #seen: SeenSite | undefined;

  private constructor(
    options: StrainOptions,
    parts: {
      readonly park: CrashPark;
      readonly people: CrashPeople;
      readonly gateway: GatewayProcess;
      readonly notes: Note[];
    },
  ) {
    this.#folder = options.folder;
    this.#park = parts.park;
    this.#people = parts.people;
    this.#gateway = parts.gateway;
    this.notes = parts.notes;
    this.#watch = new Watch(parts.park, () => 0, parts.notes, []);
  }

  /** Until the gateway runs and holds its grants. */
  static async start(options: StrainOptions): Promise<StrainedSite> {
    const {folder, outside, seed, preload} = options;
    const notes: Note[] = [];
    const park = await CrashPark.build({
      ...{folder: outside, withCloud: true},
      onFrame: frame => void notes.push({at: 0, kind: 'frame', ...frame}),
    });
    park.install(folder);
    notes.push(...park.issuedNotes());
    const people = new CrashPeople(park, new SeededEntropy(seed), marker => {
      notes.push({at: 0, kind: 'told', marker});
    });
    await people.fillBook(CARDS_PER_BAY);
    const gateway = new GatewayProcess({
      ...{folder, workFolder: outside},
      ...(preload === undefined ? {} : {preload}),
    });
    const site = new StrainedSite(options, {park, people, gateway, notes});
    await gateway.running();
    await until('the grants have come', () => site.#watch.isHeld, UPLINK_LIMIT_MS);
    people.gateway = gateway;
    people.start();
    site.#looking = site.#look();
    return site;
  }

  get isAlive(): boolean {
    return !this.#gateway.isOver;
  }

  get pid(): number {
    return this.#gateway.pid;
  }

  get output(): string {
    return this.#gateway.output;
  }

  /** Alarms that stand now. */
  standing(): readonly string[] {
    const open = this.#seen?.alarms.filter(({state}) => state !== 'closed') ?? [];
    return open.map(({kind}) => kind);
  }

  /** Frames that moved an arm so far. */
  frames(): number {
    return this.notes.filter(({kind}) => kind === 'frame').length;
  }

  /** Answers so far that said done. */
  answers(): number {
    return this.notes.filter(({kind}) => kind === 'told').length;
  }

  /** How often a display has said so far that nobody new is let in. */
  turnedAway(): number {
    const screens = COLLECTORS.flatMap(id => this.#park.site.post(id).screens);
    return screens.filter(({screen}) => screen.lines[0] === NO_ENTRY).length;
  }

  /** How many decisions to say so the cloud has confirmed. */
  turnedAwayStored(): number {
    return this.notes.filter(
      note => note.kind === 'event' && note.event === 'decision' && note.body.includes(FULL),
    ).length;
  }

  /** Events that the cloud has confirmed so far. */
  confirmed(): number {
    return this.notes.filter(({kind}) => kind === 'event').length;
  }

  /** The network stands still, and loses nothing: the cloud confirms no event any more. */
  holdUplink(): void {
    this.#park.uplink?.hold();
  }

  releaseUplink(): void {
    this.#park.uplink?.release();
  }

  /** Let people go on until `condition` holds. */
  until(what: string, condition: () => boolean, limitMs = 60_000): Promise<void> {
    return until(what, () => condition() || !this.isAlive, limitMs);
  }

  /** Stop everything and judge what the disk holds against all that was promised. */
  async finish(): Promise<DiskFindings> {
    await this.close();
    return judgeDisk(this.#folder, this.notes);
  }

  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#people.stop();
    await this.#looking;
    await this.#gateway.end();
    await this.#watch.stop();
    await this.#park.close();
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      this.#seen = await this.#gateway.state().catch(() => this.#seen);
      for (const kind of this.standing()) this.alarms.add(kind);
      await rest(LOOK_EVERY_MS);
    }
  }
}
