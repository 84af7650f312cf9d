import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {fromHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {DAY_MS} from '../../protocols/base/units.js';
import {EMPTY_STATE_HASH, type GrantStateRow, hashWith} from '../../protocols/cloud/grant-state.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {asId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {rest, until} from '../real/peer-process.js';
import {CrashPark, DATABASE, SECRET_KEY_HEX, SITE} from './crash-park.js';
import {CrashPeople} from './crash-people.js';
import {GatewayProcess} from './gateway-process.js';
import type {GoodOnce} from './good-once.js';
import type {Note} from './notes.js';
import {makeImage, SimDisk, withMounted} from './sim-disk.js';
import {Watch} from './watch.js';

/** A disk from its first write to its last, and what the world outside saw meanwhile. */
export interface Recording {
  readonly basePath: string;
  readonly logPath: string;
  readonly notes: readonly Note[];
  /** Length of the log at moments of a clock that runs through: for cards that lie about the last second. */
  readonly times: readonly {readonly atMs: number; readonly at: number}[];
  /** One-entry cards that were shown to a reader: number by grant. */
  readonly cards: Readonly<Record<string, string>>;
  /** Tokens and codes that the gateway was sent. */
  readonly once: readonly GoodOnce[];
}

export interface RecordingOptions {
  readonly folder: string;
  readonly seed: number;
  /** How long each life of the gateway lasts, and how it ends. */
  readonly lives: readonly Life[];
  readonly preload?: string;
}

export interface Life {
  readonly forMs: number;
  /** It goes on until enough was seen: a busy machine sees fewer cars in the same time. */
  readonly lacking?: (notes: readonly Note[]) => readonly string[];
  readonly end: 'kill' | 'signal';
}

const DISK_MIB = 32;
/** Events of 40 days ago, for the cloud to confirm and the gateway to delete. */
const OLD_EVENTS = 1000;
const OLD_MS = 40 * DAY_MS;
const CARDS_PER_BAY = 12;
const UPLINK_LIMIT_MS = 60_000;
const LIVELY_LIMIT_MS = 90_000;

/** Run the real gateway on a disk that is written down, with people about, and cut its power now and then. */
export async function record(options: RecordingOptions): Promise<Recording> {
  const {folder, seed, lives, preload} = options;
  const outside = join(folder, 'outside');
  mkdirSync(outside, {recursive: true});
  const notes: Note[] = [];
  const times: {atMs: number; at: number}[] = [];
  const cards: Record<string, string> = {};
  let disk: SimDisk | undefined;
  const position = () => disk?.position() ?? 0;
  const park = await CrashPark.build({
    ...{folder: outside, withCloud: true, codesEach: 3},
    onFrame: frame => void notes.push({at: position(), kind: 'frame', ...frame}),
  });
  try {
    const image = join(folder, 'fresh.img');
    await makeImage(image, DISK_MIB);
    await withMounted(image, folder, mounted => {
      park.install(mounted);
      growOld(mounted, seed);
    });
    disk = await SimDisk.insert(join(folder, 'disk'), image);
    notes.push(...park.issuedNotes());
    const people = new CrashPeople(
      park,
      new SeededEntropy(seed),
      marker => void notes.push({at: position(), kind: 'told', marker}),
      grant => void notes.push({at: position(), kind: 'shown', grant}),
    );
    await people.fillBook(CARDS_PER_BAY);
    const watch = new Watch(park, position, notes, times);
    people.start();
    try {
      for (const life of lives) {
        await live(life, {disk, outside, preload, people, watch, notes});
      }
    } finally {
      await people.stop();
      await watch.stop();
    }
    for (const [grant, {uid}] of people.oneEntryCards) cards[grant] = uid;
    await disk.remove();
    disk = undefined;
  } finally {
    await park.close();
  }
  const at = (name: string) => join(folder, 'disk', name);
  const paths = {basePath: at('base.img'), logPath: at('log.bin')};
  return {...paths, notes, times, cards, once: park.goodOnce};
}

interface LifeParts {
  readonly disk: SimDisk;
  readonly outside: string;
  readonly preload: string | undefined;
  readonly people: CrashPeople;
  readonly watch: Watch;
  readonly notes: readonly Note[];
}

async function live(
  {forMs, lacking = () => [], end}: Life,
  {disk, outside, preload, people, watch, notes}: LifeParts,
): Promise<void> {
  watch.enter('boot');
  const gateway = new GatewayProcess({
    folder: disk.mounted,
    workFolder: outside,
    ...(preload === undefined ? {} : {preload}),
  });
  try {
    await gateway.running();
    watch.enter('run');
    people.gateway = gateway;
    // The uplink takes its time, so that a fleet does not come back all at once.
    await until('the grants have come', () => watch.isHeld, UPLINK_LIMIT_MS);
    await rest(forMs);
    await until('enough has happened', () => lacking(notes).length === 0, LIVELY_LIMIT_MS).catch(
      () => {
        throw new UsageError('crash/dull', `too little has happened: ${lacking(notes).join(', ')}`);
      },
    );
  } finally {
    people.gateway = undefined;
    await (end === 'kill' ? gateway.kill() : gateway.end());
  }
}

/** A database with a past: old events, and a grant of which the cloud knows nothing, so that it sends its whole state. */
function growOld(folder: string, seed: number): void {
  const now = new SystemClock();
  const store = new SiteStore({
    path: join(folder, DATABASE),
    site: SITE,
    secretKey: fromHex(SECRET_KEY_HEX),
    clock: now,
    entropy: new SeededEntropy(seed),
    clockState: () => 'floor',
  });
  const wallMs = (now.wallMs() - OLD_MS) as UnixMillis;
  const fact: SiteFact = {kind: 'epoch.new', body: {why: 'long ago'}};
  store.journal.append(Array<SiteFact>(OLD_EVENTS).fill(fact), {nowMs: 0, wallMs, clk: 'floor'});
  const stray: GrantStateRow = {
    table: 'credential',
    row: {
      ...{kind: 'card', id: asId('card-stray'), holder: asId('holder-stray')},
      ...{uid: asId('4C00000001'), secretHex: undefined, state: 'active', rev: 1},
    },
  };
  const hash = hashWith(EMPTY_STATE_HASH, stray);
  store.grants.applyDelta({from: 0, to: 1, ops: [{op: 'put', ...stray}], hash});
  store.close();
}

/** Keep a recording that shows a fault, so that it can be judged again. */
export function keep(recording: Recording, folder: string): void {
  mkdirSync(folder, {recursive: true});
  copyFileSync(recording.basePath, join(folder, 'base.img'));
  copyFileSync(recording.logPath, join(folder, 'log.bin'));
  const {notes, times, cards, once} = recording;
  writeFileSync(join(folder, 'notes.json'), JSON.stringify({notes, times, cards, once}));
}

/** @see keep */
export function readKept(folder: string): Recording {
  const told = JSON.parse(readFileSync(join(folder, 'notes.json'), 'utf8')) as Pick<
    Recording,
    'notes' | 'times' | 'cards' | 'once'
  >;
  return {basePath: join(folder, 'base.img'), logPath: join(folder, 'log.bin'), ...told};
}
