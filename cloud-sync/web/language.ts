export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first one that we have; Chinese where none fits. `tags`: BCP 47, the most wanted first. */
export function languageFrom(tags: readonly string[]): Language {
  for (const tag of tags) {
    const [wanted = ''] = tag.toLowerCase().split('-');
    const found = LANGUAGES.find(language => language.toLowerCase().split('-')[0] === wanted);
    if (found) return found;
  }
  return 'zh-CN';
}

/** What a browser asks for, the most wanted first. @see RFC 9110, Accept-Language */
export function wantedLanguages(header: string | undefined): readonly string[] {
  const wanted = (header ?? '').split(',').map(part => {
    const [tag = '', ...parameters] = part.split(';').map(text => text.trim());
    const weight = parameters.find(text => text.startsWith('q='));
    return {tag, weight: weight === undefined ? 1 : Number(weight.slice(2))};
  });
  const real = wanted.filter(({tag, weight}) => tag !== '' && tag !== '*' && weight > 0);
  return real.sort((left, right) => right.weight - left.weight).map(({tag}) => tag);
}
