/** Where somebody is: what stands behind `#/` in the address, and its parameters. */
export interface Route {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** `#/place/lot-1?from=5` to its parts; anything that is no such text is the beginning. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(part => part !== '');
  return {
    path: parts.map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The address of a part of the page. */
export function addressOf(
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): string {
  const asked = new URLSearchParams(query).toString();
  const at = path.map(part => encodeURIComponent(part)).join('/');
  return `#/${at}${asked === '' ? '' : `?${asked}`}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
