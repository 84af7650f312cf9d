/** A place on the earth: degrees times 10^7, whole. */
export interface GeoPoint {
  readonly latE7: number;
  readonly lngE7: number;
}

/** A part of the map that holds everything within a distance, and some more. */
export interface GeoBox {
  readonly minLatE7: number;
  readonly maxLatE7: number;
  /** One, or two where it goes over the 180th meridian. */
  readonly lngRangesE7: readonly (readonly [number, number])[];
}

const E7 = 10_000_000;
/** Mean radius. */
const EARTH_M = 6_371_009;
const HALF_TURN_E7 = 180 * E7;
/** A little more than a degree's share, so that rounding never cuts off the edge. */
const WIDER = 1.001;

/** Whole metres along the surface. @see requirements P32 */
export function distanceM(from: GeoPoint, to: GeoPoint): number {
  const [fromLat, toLat] = [radians(from.latE7), radians(to.latE7)];
  const latSin = Math.sin((toLat - fromLat) / 2);
  const lngSin = Math.sin(radians(to.lngE7 - from.lngE7) / 2);
  const chord = latSin * latSin + Math.cos(fromLat) * Math.cos(toLat) * lngSin * lngSin;
  return Math.round(2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord))));
}

export function boxAround({latE7, lngE7}: GeoPoint, withinM: number): GeoBox {
  const reachE7 = Math.ceil((withinM / EARTH_M) * (180 / Math.PI) * E7 * WIDER);
  const [minLatE7, maxLatE7] = [latE7 - reachE7, latE7 + reachE7];
  const farLat = Math.max(Math.abs(minLatE7), Math.abs(maxLatE7));
  // Around a pole every longitude is near.
  if (farLat >= 90 * E7) return {minLatE7, maxLatE7, lngRangesE7: [[-HALF_TURN_E7, HALF_TURN_E7]]};
  const wideE7 = Math.ceil(reachE7 / Math.cos(radians(farLat)));
  return {minLatE7, maxLatE7, lngRangesE7: rangesAround(lngE7, wideE7)};
}

function rangesAround(lngE7: number, wideE7: number): readonly (readonly [number, number])[] {
  const [from, to] = [lngE7 - wideE7, lngE7 + wideE7];
  if (wideE7 >= HALF_TURN_E7) return [[-HALF_TURN_E7, HALF_TURN_E7]];
  if (from < -HALF_TURN_E7) {
    return [
      [from + 2 * HALF_TURN_E7, HALF_TURN_E7],
      [-HALF_TURN_E7, to],
    ];
  }
  if (to > HALF_TURN_E7) {
    return [
      [from, HALF_TURN_E7],
      [-HALF_TURN_E7, to - 2 * HALF_TURN_E7],
    ];
  }
  return [[from, to]];
}

function radians(e7: number): number {
  return (e7 / E7) * (Math.PI / 180);
}
