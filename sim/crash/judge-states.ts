import {closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {BlockLog} from './block-log.js';
import {CrashStates, type Cut} from './crash-states.js';
import {type DiskFindings, judgeDisk} from './disk-oracle.js';
import type {Note} from './notes.js';
import type {Recording} from './recording.js';
import {withMounted} from './sim-disk.js';

/** One crash and what was found after it. */
export interface JudgedState {
  readonly cut: Cut;
  /** Length of the log at the cut: notes beyond it do not count. */
  readonly at: number;
  /** What the world had been told by then. */
  readonly notes: readonly Note[];
  readonly findings: DiskFindings;
}

export interface JudgeOptions {
  readonly recording: Recording;
  readonly folder: string;
  readonly seed: number;
  readonly cuts: readonly Cut[];
  /** How many are judged side by side. */
  readonly lanes?: number;
  /** What else must hold on a recovered disk, given what was told before the cut. */
  readonly alsoJudge?: (mounted: string, notes: readonly Note[]) => readonly string[];
  /** Called with the recovered disk still mounted, after it was judged. */
  readonly afterwards?: (mounted: string, state: JudgedState, lane: number) => Promise<void>;
}

/** States are judged side by side: a mount waits for the disk most of the time. */
const LANES = 2;

/** Cut the power as told, let the file system recover and judge what is left. */
export async function judgeStates(options: JudgeOptions): Promise<readonly JudgedState[]> {
  const inOrder = options.cuts.toSorted((left, right) => left.entries - right.entries);
  const {lanes: count = LANES} = options;
  const lanes = Array.from({length: count}, (_, lane) =>
    judgeLane({...options, cuts: inOrder.filter((_cut, index) => index % count === lane)}, lane),
  );
  // Also after a failure each lane comes to its end: the next test has the sites for itself.
  const done = await Promise.allSettled(lanes);
  const judged = done.flatMap(lane => {
    if (lane.status === 'rejected') throw lane.reason;
    return lane.value;
  });
  return judged.toSorted((left, right) => left.at - right.at);
}

async function judgeLane(options: JudgeOptions, lane: number): Promise<readonly JudgedState[]> {
  const {recording, seed, cuts} = options;
  const folder = join(options.folder, `lane-${lane}`);
  mkdirSync(folder, {recursive: true});
  const log = new BlockLog(recording.logPath);
  try {
    const disks = new CrashStates(log, recording.basePath);
    const chance = new SeededEntropy(seed + lane);
    const image = join(folder, 'state.img');
    const judged: JudgedState[] = [];
    for (const cut of cuts) {
      overwrite(image, disks.image(cut, chance));
      const at = log.entries[cut.entries - 1]?.end ?? 0;
      const promised = log.entries[disks.solidEntries(cut) - 1]?.end ?? 0;
      const limit = cut.lyingFrom === undefined ? at : promised;
      const notes = recording.notes.filter(note => note.at <= limit);
      judged.push(
        await withMounted(image, folder, async mounted => {
          const judged = judgeDisk(mounted, notes);
          const more = options.alsoJudge?.(mounted, notes) ?? [];
          const findings = {...judged, problems: [...judged.problems, ...more]};
          const state = {cut, at, notes, findings};
          await options.afterwards?.(mounted, state, lane);
          return state;
        }),
      );
    }
    return judged;
  } finally {
    log.close();
  }
}

/** Faster than a file that is cut off and grown again. */
function overwrite(path: string, content: Buffer): void {
  const fd = openSync(path, existsSync(path) ? 'r+' : 'w');
  try {
    writeSync(fd, content);
  } finally {
    closeSync(fd);
  }
}

/** Write the image of one crash. */
export function writeState(recording: Recording, cut: Cut, seed: number, path: string): void {
  const log = new BlockLog(recording.logPath);
  const disks = new CrashStates(log, recording.basePath);
  writeFileSync(path, disks.image(cut, new SeededEntropy(seed)));
  log.close();
}

/** A part of a log, by its length. */
export type Span = readonly [from: number, to: number];

export interface CutOptions {
  readonly recording: Recording;
  readonly seed: number;
  readonly states: number;
  /** Where cuts may fall, by length of the log; everywhere when absent. */
  readonly between?: readonly Span[];
  /** Flushes of the last so many milliseconds before a cut did nothing. */
  readonly lyingMs?: number;
}

/** Random cuts. Half of them fall right behind something that the world was told, where a loss shows. */
export function chooseCuts(options: CutOptions): readonly Cut[] {
  const {recording, seed, states, between, lyingMs} = options;
  const chance = new SeededEntropy(seed);
  const log = new BlockLog(recording.logPath);
  log.close();
  const ends = log.entries.map(entry => entry.end);
  const isWithin = (at: number) => between?.some(([from, to]) => at >= from && at <= to) ?? true;
  const places = ends.flatMap((end, index) => (isWithin(end) ? [index + 1] : []));
  const noted = recording.notes.filter(note => note.kind !== 'phase' && isWithin(note.at));
  return Array.from({length: states}, () => {
    const note = noted[Math.floor(chance.fraction() * noted.length)];
    const place = places[Math.floor(chance.fraction() * places.length)] ?? ends.length;
    const isBehindNote = chance.fraction() < 0.5;
    const behind = ends.findLastIndex(end => end <= (note?.at ?? 0)) + 1;
    const entries = note && isBehindNote ? behind : place;
    if (lyingMs === undefined) return {entries};
    return {entries, lyingFrom: firstLie(recording, ends, ends[entries - 1] ?? 0, lyingMs)};
  });
}

/** Length of the log `ms` after it was `at` long; its whole length where the recording ends before. */
export function later({times}: Recording, at: number, ms: number): number {
  const fromMs = times.find(time => time.at >= at)?.atMs ?? Number.POSITIVE_INFINITY;
  return times.find(time => time.atMs >= fromMs + ms)?.at ?? Number.POSITIVE_INFINITY;
}

/** The first entry written less than `lyingMs` before the log was `at` long. */
function firstLie(
  {times}: Recording,
  ends: readonly number[],
  at: number,
  lyingMs: number,
): number {
  const cutMs = times.find(time => time.at >= at)?.atMs ?? Number.POSITIVE_INFINITY;
  const honest = times.findLast(time => time.atMs <= cutMs - lyingMs)?.at ?? 0;
  return ends.findLastIndex(end => end <= honest) + 1;
}
