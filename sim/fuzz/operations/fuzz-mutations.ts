import fc from 'fast-check';
import type {FuzzRequest, Operation} from './operation.js';
import type {Valid} from './recipe.js';

/** What breaks parsers, queries, headers and pages. */
export const JUNK = [
  ...["' OR 1=1 --", '"; DROP TABLE tenant; --', '../../etc/passwd', '%00', '\u0000', '\ud800'],
  ...['a\r\nset-cookie: a=b', '__proto__', '{{7*7}}', '0', '-1', '1e400', 'null', '[]', '', ' '],
  ...['9'.repeat(40), 'x'.repeat(2000), '\u202e\u200b', '💥', 'NaN', '2023-13-45T99:99:99Z'],
];
/** Made once: the map of all characters that it holds is large. */
export const BINARY = fc.string({unit: 'binary', maxLength: 30});
const ODD = [null, true, -1, 0, 1.5, 2 ** 53, 1e300, [], {}, [[]], 9_999_999_999_999, ''];

type Path = readonly (string | number)[];

/** A request that is done when nothing is in its way. */
export function requestOf(
  {method, path, body: described}: Operation,
  {params = {}, query = {}, body, key, headers: more}: Valid,
  usual: {readonly key: string; readonly once: string},
): FuzzRequest {
  const where = path.replace(/\{(\w+)\}/g, (_, name) => encoded(params[name] ?? ''));
  const asked = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    ...(key === null ? {} : {authorization: `Bearer ${key ?? usual.key}`}),
    ...(text === undefined ? {} : {'content-type': described?.type ?? 'application/json'}),
    ...{'idempotency-key': usual.once, ...more},
  };
  return {
    ...{method, path: asked.length > 0 ? `${where}?${asked.join('&')}` : where},
    ...{headers: sendable(headers), body: text},
  };
}

/** The same with one thing of it changed: a field, an id, a part of the query, a header, or the key. */
export function mutationsOf(
  operation: Operation,
  valid: Valid,
  others: {readonly keys: readonly string[]; readonly values: fc.Arbitrary<unknown>},
): fc.Arbitrary<Valid> {
  const {body, params = {}, query = {}} = valid;
  const texts = fc.oneof(fc.constantFrom(...JUNK), BINARY);
  const values = fc.oneof(texts, fc.constantFrom<unknown>(...ODD, undefined), others.values);
  const kinds: fc.Arbitrary<Valid>[] = [
    fc.constantFrom(...others.keys, null).map(key => ({...valid, key})),
    fc.constantFrom('', ' ', 'x'.repeat(200)).map(once => withHeader(valid, once)),
  ];
  const paths = pathsOf(body);
  if (typeof body === 'object' && paths.length > 0) {
    const places = fc.constantFrom(...paths);
    const field = fc.tuple(places, values);
    // What is wrong with a body is found by its fields: most are of this kind.
    const changed = field.map(([at, value]) => ({...valid, body: replaced(body, at, value)}));
    kinds.push(changed, changed, changed, changed);
    kinds.push(values.map(value => ({...valid, body: {...body, stranger: value}})));
  }
  if (Object.keys(params).length > 0) {
    const name = fc.constantFrom(...Object.keys(params));
    kinds.push(
      fc.tuple(name, texts).map(([at, text]) => ({...valid, params: {...params, [at]: text}})),
    );
  }
  const asked = operation.parameters.filter(one => one.in === 'query').map(({name}) => name);
  if (asked.length > 0) {
    const name = fc.constantFrom(...asked);
    kinds.push(
      fc.tuple(name, texts).map(([at, text]) => ({...valid, query: {...query, [at]: text}})),
    );
  }
  return fc.oneof(...kinds);
}

export function encoded(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '�'));
}

/** No client can send other bytes than these in a header. */
export function sendable(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim(),
    ]),
  );
}

function withHeader(valid: Valid, once: string): Valid {
  return {...valid, headers: {...valid.headers, 'idempotency-key': once}};
}

function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = [...at, Array.isArray(value) ? Number(name) : name];
    return [here, ...pathsOf(inner, here)];
  });
}

/** `value` undefined: the field is left out. */
function replaced(body: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  const inner = replaced((body as Record<string | number, unknown>)[first], rest, value);
  if (Array.isArray(body)) return body.with(Number(first), inner);
  return {...(body as object), [first]: inner};
}
