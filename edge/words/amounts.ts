/** `12.5`: ml as litres, in tenths, never more than ran. */
export function litres(ml: number): string {
  const tenths = Math.floor(ml / 100);
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

/** `2.50`: whole fen as yuan. */
export function yuan(fen: number): string {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}
