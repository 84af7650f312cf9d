/** Letters that do not come apart into a plain one and its marks, and signs that have a plain cousin. */
const PLAIN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{
      ß: 'ss',
      Æ: 'AE',
      æ: 'ae',
      Œ: 'OE',
      œ: 'oe',
      Ø: 'O',
      ø: 'o',
      Ł: 'L',
      ł: 'l',
      Đ: 'D',
      đ: 'd',
    },
    ...{'‘': "'", '’': "'", '“': '"', '”': '"', '–': '-', '—': '-', '…': '...', '×': 'x'},
    ...{'，': ',', '。': '.', '：': ':', '！': '!', '？': '?', '（': '(', '）': ')', '　': ' '},
  }),
);

/**
 * A text as a reader can show it: OSDP knows printable ASCII and nothing else. Letters lose their marks
 * (`é` = `e`), full-width forms become plain ones, and what is left, such as Chinese, becomes one `?` a
 * character: a site that writes so needs another display.
 */
export function toAscii(text: string): string {
  let plain = '';
  for (const letter of text.normalize('NFKD')) {
    if (/\p{Mark}/u.test(letter)) continue;
    const isAscii = letter >= ' ' && letter <= '~';
    plain += isAscii ? letter : (PLAIN.get(letter) ?? '?');
  }
  return plain;
}
