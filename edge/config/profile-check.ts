import {LOT_PROFILES} from '../domain/policies/profiles.js';
import type {TopologyProblem} from './topology.js';

/** Profiles of which a site may run several. */
export const BUILT_PROFILES = [...LOT_PROFILES, 'bath'] as const;

/**
 * Profiles and collectors must fit, read without trusting the shape of the file: a collector works under one
 * that the site names, and none that has bays is named for nothing.
 */
export function profileProblems(site: unknown): readonly TopologyProblem[] {
  const named = listOf(field(site, 'profiles'));
  if (!named.every(profile => BUILT_PROFILES.some(built => built === profile))) return [];
  const collectors = listOf(field(site, 'collectors'));
  const lots = named.filter(isLot);
  const own = collectors.map(collector => field(collector, 'profile'));
  const misplaced = own.flatMap((profile, index) => {
    const isFitting = profile === undefined ? lots.length > 0 : named.includes(profile);
    if (isFitting || (profile !== undefined && !isLot(profile))) return [];
    const path = ['collectors', index, ...(profile === undefined ? [] : ['profile'])];
    return [{path, text: `expected a profile of the site, which are: ${named.join(', ')}`}];
  });
  const used = new Set(own.map(profile => profile ?? lots[0]));
  const idle = named.flatMap((profile, index) =>
    isLot(profile) && collectors.length > 0 && !used.has(profile)
      ? [{path: ['profiles', index], text: `no collector works under ${profile}`}]
      : [],
  );
  return [...(misplaced.length > 0 ? misplaced : idle), ...bathProblems(site, named)];
}

/** Stalls and the profile for them come together. */
function bathProblems(site: unknown, named: readonly unknown[]): readonly TopologyProblem[] {
  const index = named.indexOf('bath');
  const bath = field(site, 'bath');
  const hasStalls = bath !== undefined;
  if (index >= 0 === hasStalls) return rowProblems(bath);
  return hasStalls
    ? [{path: ['bath'], text: 'expected bath among the profiles of the site'}]
    : [{path: ['profiles', index], text: 'no stall works under bath'}];
}

/** A stall hangs behind one master valve at most, and a row has no others. */
function rowProblems(bath: unknown): readonly TopologyProblem[] {
  const known = new Set(listOf(field(bath, 'stalls')).map(stall => field(stall, 'id')));
  const taken = new Set<unknown>();
  return listOf(field(bath, 'rows')).flatMap((row, index) =>
    listOf(field(row, 'stalls')).flatMap((stall, place) => {
      const path = ['bath', 'rows', index, 'stalls', place];
      if (!known.has(stall)) return [{path, text: 'expected the name of a stall of the bath'}];
      if (taken.has(stall)) return [{path, text: `${stall} is behind another valve already`}];
      taken.add(stall);
      return [];
    }),
  );
}

function isLot(profile: unknown): boolean {
  return LOT_PROFILES.some(lot => lot === profile);
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
