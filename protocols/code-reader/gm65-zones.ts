/** Some bits of one zone, and what they shall be. */
export interface ZoneSetting {
  readonly name: string;
  readonly zone: number;
  readonly mask: number;
  readonly value: number;
}

/** When a module looks for codes. */
export type Gm65Mode = 'continuous' | 'sense';

/** Where a model keeps the settings that matter here. */
export interface Gm65Zones {
  readonly name: string;
  readonly mode: {readonly zone: number; readonly mask: number} & Readonly<
    Record<'manual' | 'command' | Gm65Mode, number>
  >;
  /** What stands behind a code: sent at all, and which. */
  readonly tail: {readonly zone: number; readonly mask: number; readonly cr: number};
}

const MODE = {zone: 0x0000, mask: 0x03, manual: 0, command: 1, continuous: 2, sense: 3};
/** `assumed:` bit 0 sends a tail, bits 6-5 choose it (00 CR, 01 CRLF, 10 TAB, 11 none). */
const CR_TAIL = {mask: 0x61, cr: 0x01};

/**
 * Zone maps by model. Copies of the map on the web disagree about the tail, so what was written is read
 * back, and a module whose tail is elsewhere gets the other map.
 * `assumed:` both. @see devices.md 4.6; Grow GM65 and GM812 user manuals, zone bits
 */
export const GM65_ZONE_MAPS = {
  gm65: {name: 'gm65', mode: MODE, tail: {zone: 0x0060, ...CR_TAIL}},
  gm65TailAt0e: {name: 'gm65-tail-0e', mode: MODE, tail: {zone: 0x000e, ...CR_TAIL}},
} as const satisfies Readonly<Record<string, Gm65Zones>>;

/** Every code ends with CR, and the module looks by itself: without these two nothing is ever read. */
export function gm65Settings(zones: Gm65Zones, mode: Gm65Mode): readonly ZoneSetting[] {
  const {zone, mask} = zones.mode;
  return [
    {name: 'mode', zone, mask, value: zones.mode[mode]},
    {name: 'tail', zone: zones.tail.zone, mask: zones.tail.mask, value: zones.tail.cr},
  ];
}
