import {stringify} from 'yaml';
import type {FoundLine} from './contract.js';

export interface SiteNames {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly language: 'zh-CN' | 'en';
  /** Who sets the site up, and may act on it. */
  readonly person: {readonly id: string; readonly name: string};
}

/** A line with the port of the reader that stands beside it. */
export interface PostLine {
  readonly line: FoundLine;
  readonly readerPath: string;
}

export interface ProposedSite {
  readonly text: string;
  /** In the order of their addresses. */
  readonly bays: readonly string[];
  /** What was found and has no place in the file. */
  readonly left: readonly string[];
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/**
 * A site file for what was found: each line with locks becomes a collector with the display, button and reader
 * beside it. `lockOf` says which lock stands at a bay, where that is another one than its address suggests.
 */
export function proposeSite(
  names: SiteNames,
  posts: readonly PostLine[],
  lockOf: ReadonlyMap<string, string> = new Map(),
): ProposedSite {
  const left: string[] = [];
  const buses: object[] = [];
  const collectors: object[] = [];
  const bays: string[] = [];
  for (const [index, {line, readerPath}] of posts.entries()) {
    const zone = LETTERS[index] ?? `Z${index}`;
    const post = `C${index + 1}`;
    const {path, baudRate, units} = line;
    const of = (kind: string) => units.filter(one => one.kind === kind).map(({unit}) => unit);
    const locks = of('parking-lock').map((unit, at) => ({unit, bay: bayName(zone, at)}));
    const [display, ...displays] = of('display');
    const [button, ...buttons] = of('emergency-button');
    if (display === undefined || button === undefined || locks.length === 0) {
      left.push(
        `${path}: a collector needs a lock, a display and a call button; found ${units.length} devices`,
      );
      continue;
    }
    for (const unit of [...displays, ...buttons, ...of('unknown')])
      left.push(`${path}: device ${unit}`);
    buses.push({
      id: `line-${index + 1}`,
      link: {kind: 'serial', path, baudRate},
      devices: [
        ...locks.map(({unit, bay}) => ({id: `L-${bay}`, kind: 'parking-lock', address: unit})),
        {id: `D-${index + 1}`, kind: 'display', address: display},
        {id: `E-${index + 1}`, kind: 'emergency-button', address: button},
      ],
    });
    collectors.push({
      ...{id: post, zone, kind: 'plain', minCardSecurity: 'uid'},
      reader: {kind: 'rdm6300', link: {kind: 'serial', path: readerPath}},
      ...{display: `D-${index + 1}`, button: `E-${index + 1}`},
      bays: locks.map(({bay}) => ({id: bay, lock: lockOf.get(bay) ?? `L-${bay}`})),
    });
    bays.push(...locks.map(({bay}) => bay));
  }
  const {id, name, timezone, language, person} = names;
  const text = stringify({
    site: {id, name, timezone, language},
    profiles: ['parkCard'],
    database: `./${id}.db`,
    buses,
    collectors,
    contacts: [{name: person.name, afterMs: 0}],
    staff: [person],
  });
  return {text, bays, left};
}

function bayName(zone: string, at: number): string {
  return `${zone}-${String(at + 1).padStart(3, '0')}`;
}
