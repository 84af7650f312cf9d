/** What cameras write where they found a car and no plate. Source: device notes 5.1. */
const NO_PLATE_TEXTS: ReadonlySet<string> = new Set(['', '_无_', '无', '无牌车', '_NONE_']);

/**
 * Characters that cameras take for one another. Mainland plates have no I and no O in their number
 * (GA 36), yet a misread is asked about and never mended by us. Source: requirements E37.
 */
export const PLATE_CONFUSIONS: readonly (readonly [string, string])[] = [
  ['O', '0'],
  ['I', '1'],
  ['B', '8'],
  ['D', '0'],
  ['Q', '0'],
  ['Z', '2'],
  ['S', '5'],
  ['G', '6'],
  ['粤', '奥'],
];

const CONFUSABLE: ReadonlySet<string> = new Set(
  PLATE_CONFUSIONS.flatMap(([left, right]) => [left + right, right + left]),
);

/** Two confusions are as near as one slip: `粤BO1I34` may well be `粤B01134`. */
const CONFUSION_COST = 0.5;
const NEAR = 1;

/**
 * A plate as plates are compared: upper case, full-width characters made plain, without blanks, dots
 * and dashes. Empty when the text says that there was no plate. Nothing else is changed: an O stays an O.
 */
export function normalisePlate(raw: string): string {
  const plain = raw.normalize('NFKC').toUpperCase().replaceAll(/\s/g, '');
  if (NO_PLATE_TEXTS.has(plain)) return '';
  return plain.replaceAll(/[·•・.\-_]/g, '');
}

/**
 * How far two normalised plates are apart: 1 for each character to change, add or leave out, half of
 * it where cameras confuse the two. 0 = the same plate.
 */
export function plateDistance(left: string, right: string): number {
  const to = [...right];
  let row = Array.from({length: to.length + 1}, (_, index) => index);
  for (const [rowNo, character] of [...left].entries()) {
    const next = [rowNo + 1];
    for (const [column, other] of to.entries()) {
      const changed = (row[column] ?? 0) + changeCost(character, other);
      const dropped = (row[column + 1] ?? 0) + 1;
      const added = (next[column] ?? 0) + 1;
      next.push(Math.min(changed, dropped, added));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function changeCost(left: string, right: string): number {
  if (left === right) return 0;
  return CONFUSABLE.has(left + right) ? CONFUSION_COST : 1;
}

/** Which of the expected plates a read one is. `near`: for a person to decide, never for a machine. */
export type PlateMatch =
  | {readonly kind: 'exact'; readonly plate: string}
  | {readonly kind: 'near'; readonly plates: readonly string[]}
  | {readonly kind: 'none'};

/**
 * Look a plate up among those expected: the same one, else those one character off. An empty plate
 * matches nothing. Source: requirements P8, E37.
 */
export function matchPlate(seen: string, expected: Iterable<string>): PlateMatch {
  if (seen === '') return {kind: 'none'};
  const near: string[] = [];
  for (const plate of expected) {
    if (plate === seen) return {kind: 'exact', plate};
    if (plate !== '' && plateDistance(seen, plate) <= NEAR) near.push(plate);
  }
  return near.length > 0 ? {kind: 'near', plates: near} : {kind: 'none'};
}
