import type {UnixMillis} from '../base/clock.js';
import {bad, isObject, type Read, wholeNumber, within} from './json.js';

/** Plate colours by number. @see VZ HTTP push protocol, 3.3 */
export const PLATE_COLOURS = [
  'unknown',
  'blue',
  'yellow',
  'white',
  'black',
  'green',
  'yellow_green',
] as const;
export type PlateColour = (typeof PLATE_COLOURS)[number];

/** Ways in which a car moves through the picture, by number. @see VZ HTTP push protocol, 3.5 */
export const PLATE_DIRECTIONS = ['unknown', 'left', 'right', 'up', 'down'] as const;
export type PlateDirection = (typeof PLATE_DIRECTIONS)[number];

/** One recognition as the camera tells it. */
export interface PlateResult {
  readonly license: string;
  /** 1..100; undefined when the camera does not say. */
  readonly confidence: number | undefined;
  readonly colour: PlateColour;
  readonly direction: PlateDirection;
  /** Number of the recognition; cameras start again at a restart. */
  readonly plateId: number | undefined;
  /** Kept while nobody listened and sent later. Whatever is not plainly "no" counts as yes. */
  readonly isOffline: boolean;
  /** By the camera's own clock, which may be wrong. */
  readonly capturedWallMs: UnixMillis | undefined;
}

/** How the licence is written: plainly, or as base64 of UTF-8. */
export type LicenseCodec = 'plain' | 'base64-utf8';

/**
 * Read a `PlateResult` object. Only the licence must be there; numbers may come as text; unknown
 * colours and directions count as unknown. Bad: `license` missing or no text, a confidence that is none.
 * @see VZ HTTP push protocol, 2.1.1 and 3
 */
export function readPlateResult(value: unknown, codec: LicenseCodec = 'plain'): Read<PlateResult> {
  if (!isObject(value)) return bad('PlateResult', 'is missing');
  const license = readLicense(value.license, codec);
  if (license === undefined) return bad('PlateResult.license', `is no ${codec} text`);
  const confidence = wholeNumber(value.confidence);
  if (value.confidence !== undefined && confidence === undefined) {
    return bad('PlateResult.confidence', 'is no whole number');
  }
  const result: PlateResult = {
    license,
    confidence,
    colour: PLATE_COLOURS[wholeNumber(value.colorType) ?? 0] ?? 'unknown',
    direction: PLATE_DIRECTIONS[wholeNumber(value.direction) ?? 0] ?? 'unknown',
    plateId: wholeNumber(value.plateid),
    isOffline: readOffline(value.isoffline),
    capturedWallMs: readTime(within(value, ['timeStamp', 'Timeval'])),
  };
  return {kind: 'ok', value: result};
}

/** Longer than any plate in the world; the text goes to screens and databases. */
const LONGEST_LICENSE = 32;

function readLicense(value: unknown, codec: LicenseCodec): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = codec === 'plain' ? value : decodeBase64(value);
  return text !== undefined && text.length <= LONGEST_LICENSE ? text : undefined;
}

function decodeBase64(value: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(value), character => character.charCodeAt(0));
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

/** An old record taken for a car at the gate would open it for nobody: in doubt it is old. */
function readOffline(value: unknown): boolean {
  return value !== undefined && value !== false && wholeNumber(value) !== 0;
}

function readTime(timeval: unknown): UnixMillis | undefined {
  const seconds = wholeNumber(within(timeval, ['sec']));
  if (seconds === undefined || seconds <= 0) return undefined;
  const micros = wholeNumber(within(timeval, ['usec'])) ?? 0;
  return (seconds * 1000 + Math.floor(micros / 1000)) as UnixMillis;
}
