/**
 * What a running total grew by between two reports, over the wrap at `modulus`. Undefined when it grew
 * by more than `most`: it was reset, and what it counted in between nobody knows.
 */
export function countsBetween(
  last: number,
  now: number,
  modulus: number,
  most: number,
): number | undefined {
  const grown = now >= last ? now - last : now - last + modulus;
  return grown <= most ? grown : undefined;
}
