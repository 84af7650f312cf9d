/** Edits (insert, drop, replace one character) that turn `left` into `right`. */
function editDistance(left: string, right: string): number {
  let row = Array.from({length: right.length + 1}, (_, column) => column);
  for (let line = 1; line <= left.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (left[line - 1] === right[column - 1] ? 0 : 1);
      const dropped = (row[column] ?? 0) + 1;
      const inserted = (next[column - 1] ?? 0) + 1;
      next.push(Math.min(replaced, dropped, inserted));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** The known word that was most likely meant, or undefined when none is near. */
export function nearWord(word: string, known: readonly string[]): string | undefined {
  // Two, so that a swap of neighbouring letters counts as near; one for words too short for that.
  const reach = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  let best: {readonly word: string; readonly distance: number} | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= reach && (best === undefined || distance < best.distance)) {
      best = {word: candidate, distance};
    }
  }
  return best?.word;
}
