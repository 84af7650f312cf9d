import type {PointRow} from '../tenancy/site-table.js';

/**
 * Points that would do as well as another, the nearest first: of the same kind and at least its size, on sale.
 * Nobody measures lots: near is what hangs at the same gateway, then under the same parent, then by the number
 * in its name. @see requirements E28
 */
export function equalPoints(points: readonly PointRow[], to: PointRow): readonly PointRow[] {
  const number = numberIn(to.id);
  const farness = ({id, gateway, parent}: PointRow): readonly number[] => [
    gateway === to.gateway ? 0 : 1,
    parent === to.parent ? 0 : 1,
    rowOf(id) === rowOf(to.id) ? 0 : 1,
    Math.abs(numberIn(id) - number),
  ];
  return points
    .filter(
      point =>
        point.id !== to.id &&
        point.kind === to.kind &&
        point.capacity >= to.capacity &&
        point.saleState === 'open',
    )
    .map(point => ({point, far: farness(point)}))
    .toSorted((left, right) => compare(left.far, right.far) || order(left.point.id, right.point.id))
    .map(({point}) => point);
}

/** `A-012`: 12. */
function numberIn(id: string): number {
  return Number(/(\d+)\D*$/.exec(id)?.[1] ?? 0);
}

/** `A-012`: `A-`. */
function rowOf(id: string): string {
  return id.replace(/\d+\D*$/, '');
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [at, value] of left.entries()) {
    const by = value - (right[at] ?? 0);
    if (by !== 0) return by;
  }
  return 0;
}

function order(left: string, right: string): number {
  return left < right ? -1 : 1;
}
