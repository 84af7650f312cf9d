import type {JournalRow} from '../scenarios/crash/order-trails.js';

/** The grants whose one use showers took, and did not give back. */
export function showerGrants(rows: readonly JournalRow[]): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const {kind, body} of rows) {
    if (kind !== 'shower') continue;
    if (body.isGivenBack) taken.delete(body.grant);
    else taken.add(body.grant);
  }
  return taken;
}

/** Each of them is used on the disk too: a shower that is told of was let in once. */
export function showersAgree(
  used: readonly string[],
  showers: ReadonlySet<string>,
): readonly string[] {
  return [...showers]
    .filter(grant => !used.includes(grant))
    .map(grant => `shower on unused ${grant}`);
}
