import {mkdirSync, readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {recordOf, recordPath} from '../../edge/runtime/site-config/site-files.js';
import {UsageError} from '../../protocols/base/errors.js';
import {siteTextHash} from '../../protocols/cloud/site-config.js';
import {rest, until} from '../real/peer-process.js';
import {CrashPark} from './crash-park.js';
import {GatewayProcess} from './gateway-process.js';
import type {Note, SiteFileResult} from './notes.js';
import type {Recording} from './recording.js';
import {makeImage, SimDisk, withMounted} from './sim-disk.js';
import {Watch} from './watch.js';

export interface SiteFileRecording {
  readonly recording: Recording;
  /** Hashes of every site file that anybody wrote. */
  readonly known: ReadonlySet<string>;
}

const DISK_MIB = 32;
/** A site at rest, a start, and a trial, with time to spare on a busy machine. */
const TRIAL_LIMIT_MS = 110_000;
const MOMENT_MS = 300;
/** Into a trial, before the power goes. */
const INTO_TRIAL_MS = 2000;

/**
 * Site files taken over by the real daemon, each in its own time: staged and taken back, one that does
 * not start, one whose trial is cut off by a kill and proves itself in the next life, and the one before
 * asked for again.
 */
export async function recordSiteFiles(folder: string): Promise<SiteFileRecording> {
  const outside = join(folder, 'outside');
  mkdirSync(outside, {recursive: true});
  const notes: Note[] = [];
  const times: {atMs: number; at: number}[] = [];
  const known = new Set<string>();
  const park = await CrashPark.build({folder: outside, withCloud: true, onFrame: () => {}});
  // What a trial does about devices that vanish is proved in virtual time. Here it is about the files.
  park.unplug();
  const image = join(folder, 'fresh.img');
  await makeImage(image, DISK_MIB);
  await withMounted(image, folder, mounted => park.install(mounted));
  const disk = await SimDisk.insert(join(folder, 'disk'), image);
  const watch = new Watch(park, () => disk.position(), notes, times);
  notes.push(...park.issuedNotes());
  try {
    const hands = new Hands({park, disk, outside, notes, known, watch});
    await hands.play();
  } finally {
    await watch.stop();
    await disk.remove();
    await park.close();
  }
  const {basePath, logPath} = disk;
  return {recording: {basePath, logPath, notes, times, cards: {}, once: park.goodOnce}, known};
}

interface HandsParts {
  readonly park: CrashPark;
  readonly disk: SimDisk;
  readonly outside: string;
  readonly notes: Note[];
  readonly known: Set<string>;
  readonly watch: Watch;
}

interface Answer {
  readonly kind: string;
  readonly sha: string;
  readonly problems: readonly string[];
}

/** A person who brings site files. */
class Hands {
  readonly #parts: HandsParts;
  #gateway: GatewayProcess | undefined;

  constructor(parts: HandsParts) {
    this.#parts = parts;
  }

  async play(): Promise<void> {
    const {park, known} = this.#parts;
    known.add(siteTextHash(park.siteFile()));
    const good = `${park.siteFile()}# one more word for the installer\n`;
    const taken = createServer();
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve));
    const {port} = taken.address() as {port: number};
    try {
      await this.#boot();
      for (const word of ['first', 'second']) {
        await this.#rollBack(await this.#apply(`${park.siteFile()}# ${word}\n`));
      }
      // The page cannot listen: the trial ends where it begins.
      const sha = await this.#apply(park.siteFile(port));
      await this.#until(sha, 'rolled_back');
      const proven = await this.#apply(good);
      await until('the trial runs', async () => (await this.#phase()) === 'trial', TRIAL_LIMIT_MS);
      await rest(INTO_TRIAL_MS);
      await this.#gateway?.kill();
      await this.#boot();
      await this.#until(proven, 'applied');
      await this.#apply(park.siteFile());
      await this.#gateway?.kill();
      await this.#boot();
      await rest(INTO_TRIAL_MS);
    } finally {
      await this.#gateway?.kill();
      taken.close();
    }
  }

  async #boot(): Promise<void> {
    const {disk, outside, watch} = this.#parts;
    watch.enter('boot');
    this.#gateway = new GatewayProcess({folder: disk.mounted, workFolder: outside});
    await this.#gateway.running();
    watch.enter('run');
    await rest(MOMENT_MS);
  }

  async #apply(text: string): Promise<string> {
    this.#parts.known.add(siteTextHash(text));
    const body = {text, by: 'wang', removing: false};
    const answer = (await this.#gateway?.act('/api/config/apply', body)) as Answer;
    if (answer.kind !== 'staged') {
      throw new UsageError('crash/site-file', `${answer.kind}: ${answer.problems.join(', ')}`);
    }
    this.#note(answer.sha, 'staged');
    await rest(MOMENT_MS);
    return answer.sha;
  }

  /** End the trial of that file before it began. */
  async #rollBack(sha: string): Promise<void> {
    const answer = (await this.#gateway?.act('/api/config/rollback', {by: 'wang'})) as Answer;
    if (answer.kind !== 'rolled_back') throw new UsageError('crash/site-file', answer.kind);
    this.#note(sha, 'rolled_back');
    await rest(MOMENT_MS);
  }

  async #until(sha: string, result: SiteFileResult): Promise<void> {
    const isOver = async () => (await this.#phase()) === 'none';
    await until(`${result} ${sha}`, isOver, TRIAL_LIMIT_MS);
    const path = recordPath(join(this.#parts.disk.mounted, 'site.yaml'));
    const entry = recordOf(readFileSync(path, 'utf8'))?.history.at(-1);
    if (entry?.sha !== sha || entry.result !== result) {
      throw new UsageError('crash/site-file', `not ${result}: ${JSON.stringify(entry)}`);
    }
    this.#note(sha, result);
    await rest(MOMENT_MS);
  }

  /** The page is away while the daemon starts anew. */
  async #phase(): Promise<string> {
    const state = await this.#gateway?.state().catch(() => undefined);
    return state?.config.phase ?? 'starting';
  }

  #note(sha: string, result: SiteFileResult): void {
    const {notes, disk} = this.#parts;
    notes.push({at: disk.position(), kind: 'siteFile', sha, result});
  }
}
