/** The middle value; of an even count the lower of both. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** Three decimals are more than a shared machine can repeat. */
export function rounded(value: number, decimals = 3): number {
  return Number(value.toFixed(decimals));
}
