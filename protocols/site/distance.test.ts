import test from 'ava';
import {boxAround, distanceM, type GeoPoint} from './distance.js';

const at = (lat: number, lng: number): GeoPoint => ({
  latE7: Math.round(lat * 1e7),
  lngE7: Math.round(lng * 1e7),
});

test('distances are whole metres along the surface', t => {
  t.is(distanceM(at(22.5, 113.9), at(22.5, 113.9)), 0);
  t.is(distanceM(at(0, 0), at(0, 1)), 111_195);
  t.is(distanceM(at(0, 179.5), at(0, -179.5)), 111_195);
  t.is(distanceM(at(90, 0), at(-90, 77)), 20_015_115);
  // Canton Tower to Guangzhou East railway station.
  t.true(Math.abs(distanceM(at(23.1064, 113.3245), at(23.1504, 113.3248)) - 4893) < 3);
});

test('the box holds every point of the distance, over the date line and at the poles too', t => {
  for (const centre of [at(22.5, 113.9), at(-33.9, 179.999), at(65, -179.999), at(89.99, 12)]) {
    for (const withinM of [50, 800, 50_000]) {
      const box = boxAround(centre, withinM);
      for (let turn = 0; turn < 360; turn += 15) {
        const edge = pointAt(centre, withinM * 0.999, turn);
        const isInLng = box.lngRangesE7.some(([a, b]) => edge.lngE7 >= a && edge.lngE7 <= b);
        const isInLat = edge.latE7 >= box.minLatE7 && edge.latE7 <= box.maxLatE7;
        t.true(isInLng && isInLat, `${JSON.stringify({centre, withinM, turn})}`);
      }
    }
  }
  const [range] = boxAround(at(22.5, 113.9), 800).lngRangesE7;
  t.true((range?.[1] ?? 0) - (range?.[0] ?? 0) < 200_000, 'and not the whole world');
});

/** Where one comes out who goes `metres` in the direction `turn`. */
function pointAt({latE7, lngE7}: GeoPoint, metres: number, turn: number): GeoPoint {
  const rad = Math.PI / 180;
  const [lat, lng, way] = [(latE7 / 1e7) * rad, (lngE7 / 1e7) * rad, metres / 6_371_009];
  const sine = Math.sin(lat) * Math.cos(way) + Math.cos(lat) * Math.sin(way) * Math.cos(turn * rad);
  const toLat = Math.asin(sine);
  const toLng =
    lng +
    Math.atan2(
      Math.sin(turn * rad) * Math.sin(way) * Math.cos(lat),
      Math.cos(way) - Math.sin(lat) * Math.sin(toLat),
    );
  const degrees = ((toLng / rad + 540) % 360) - 180;
  return at(toLat / rad, degrees);
}
