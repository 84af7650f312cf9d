import {later, type Span} from './judge-states.js';
import type {Recording} from './recording.js';

/** What a gateway is doing when its power goes, and which part of the states is cut there. */
export interface Situation {
  readonly name: 'taps' | 'once' | 'grants' | 'boot' | 'prune' | 'siteFile';
  readonly share: number;
  /** Parts of its recording. */
  readonly spans: (recording: Recording) => readonly Span[];
}

/** A decision, its commit and its frame. */
const BEFORE_FRAME = 40_000;
const BEHIND_FRAME = 20_000;
/** A code is typed, stretched and judged. */
const JUDGED_MS = 2500;
/** The first events of an old site that the cloud confirms: from then on they are deleted. */
const FIRST_PRUNED = 50;
const PRUNE_MS = 25_000;
/** Until what was said of a site file was on the disk. */
const BEFORE_ANSWER = 80_000;
const BEHIND_ANSWER = 20_000;

/** All that the states are spread over. */
export const SITUATIONS: readonly Situation[] = [
  {name: 'taps', share: 0.2, spans: frames},
  {name: 'once', share: 0.2, spans: shows},
  {name: 'grants', share: 0.15, spans: snapshot},
  {name: 'boot', share: 0.15, spans: boots},
  {name: 'prune', share: 0.15, spans: prunes},
  {name: 'siteFile', share: 0.15, spans: siteFiles},
];

/** Around the frames that move an arm. */
export function frames({notes}: Recording): readonly Span[] {
  return notes.flatMap(({kind, at}) =>
    kind === 'frame' ? [[at - BEFORE_FRAME, at + BEHIND_FRAME] as const] : [],
  );
}

/** From a token or code shown until its arm may move. */
export function shows(recording: Recording): readonly Span[] {
  return recording.notes.flatMap(({kind, at}) =>
    kind === 'shown' ? [[at, later(recording, at, JUDGED_MS)] as const] : [],
  );
}

/** Parts of the log in which the gateway was booting. */
function boots({notes}: Recording): readonly Span[] {
  const phases = notes.filter(note => note.kind === 'phase');
  return phases.flatMap(({phase, at}, index) => {
    const next = phases[index + 1];
    return phase === 'boot' && next ? [[at, next.at] as const] : [];
  });
}

/** From the first boot to the report that a whole state of grants is held. */
function snapshot({notes}: Recording): readonly Span[] {
  const booted = notes.find(note => note.kind === 'phase' && note.phase === 'run');
  const held = notes.find(note => note.kind === 'grants');
  return booted && held ? [[booted.at, held.at]] : [];
}

/** Old events are deleted, the ballast grows, the log is written back. */
function prunes(recording: Recording): readonly Span[] {
  const first = recording.notes.find(note => note.kind === 'event' && note.seq >= FIRST_PRUNED);
  return first ? [[first.at, later(recording, first.at, PRUNE_MS)]] : [];
}

/** Around each answer to whoever brought a site file. */
export function siteFiles({notes}: Recording): readonly Span[] {
  return notes.flatMap(({kind, at}) =>
    kind === 'siteFile' ? [[at - BEFORE_ANSWER, at + BEHIND_ANSWER] as const] : [],
  );
}
