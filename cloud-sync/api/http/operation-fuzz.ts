import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {type JsonSchema, schemaValues} from './schema-values.js';

/** An operation as `/openapi.json` describes it. */
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: {readonly type: string; readonly schema: JsonSchema} | undefined;
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

interface Answer {
  readonly $ref?: string;
  readonly content?: Content;
}

type Content = Readonly<Record<string, {readonly schema?: JsonSchema}>>;

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {readonly content: Content};
  readonly responses: Operation['responses'];
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Operation['responses'];
  };
}

/** A request as it is sent. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface FuzzOptions {
  readonly ask: (request: FuzzRequest) => Promise<Response>;
  /** Keys to ask with; some requests come without any. */
  readonly keys: readonly string[];
  /** Requests of each operation. */
  readonly runs: number;
  readonly seed?: number;
}

export interface FuzzReport {
  readonly requests: number;
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Operations that never answered with success. */
  readonly neverDone: readonly string[];
}

const MOST_KNOWN = 400;
const JUNK = [
  ...["' OR 1=1 --", '"; DROP TABLE tenant; --', '../../etc/passwd', '%00', '\u0000', '\ud800'],
  ...['a\r\nset-cookie: a=b', '__proto__', '{{7*7}}', '0', '-1', '1e400', 'null', '[]', '', ' '],
  ...['9'.repeat(40), 'x'.repeat(2000), '\u202e\u200b', '💥', 'NaN', '2023-13-45T99:99:99Z'],
];

/**
 * Ask every operation of an OpenAPI document with what its schemas allow, and with what they do not.
 * @throws Error for an answer that is no documented one, or a 500
 */
export async function fuzzOperations(doc: OpenApi, options: FuzzOptions): Promise<FuzzReport> {
  const checks = new AnswerChecks(doc);
  const known: string[] = ['gw-1', 'A-012'];
  const statuses: Record<string, number> = {};
  const done = new Map<string, number>();
  let requests = 0;
  // Twice through: the second time more ids are known. What takes away comes last.
  const operations = [...operationsOf(doc), ...operationsOf(doc)];
  const inTurn = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'].flatMap(method =>
    operations.filter(operation => operation.method === method),
  );
  for (const [index, operation] of inTurn.entries()) {
    const name = `${operation.method} ${operation.path}`;
    done.set(name, done.get(name) ?? 0);
    const property = fc.asyncProperty(
      requestsOf(doc, operation, options.keys, known),
      async sent => {
        const response = await options.ask(sent);
        const text = await response.text();
        requests += 1;
        statuses[response.status] = (statuses[response.status] ?? 0) + 1;
        const wrong = checks.wrongWith(operation, response, text);
        if (wrong) throw new Error(`${JSON.stringify(sent)}\n${response.status} ${text}\n${wrong}`);
        if (response.status >= 300) return;
        done.set(name, (done.get(name) ?? 0) + 1);
        if (response.headers.get('content-type')?.includes('json')) learn(JSON.parse(text), known);
      },
    );
    const runs = Math.ceil(options.runs / 2);
    const seed = options.seed === undefined ? {} : {seed: options.seed + index};
    // What came before is part of the case: there is nothing to shrink.
    const outcome = await fc.check(property, {numRuns: runs, endOnFailure: true, ...seed});
    if (outcome.failed) throw outcome.errorInstance;
  }
  const neverDone = [...done].filter(([, count]) => count === 0).map(([name]) => name);
  return {requests, statuses, neverDone};
}

function operationsOf(doc: OpenApi): readonly Operation[] {
  return Object.entries(doc.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const [type, content] = Object.entries(described.requestBody?.content ?? {})[0] ?? [];
      const body = type === undefined ? undefined : {type, schema: content?.schema ?? {}};
      const {parameters = [], responses} = described;
      return {method: method.toUpperCase(), path, parameters, body, responses};
    }),
  );
}

function requestsOf(
  doc: OpenApi,
  {method, path, parameters, body}: Operation,
  keys: readonly string[],
  known: readonly string[],
): fc.Arbitrary<FuzzRequest> {
  const id = fc.nat().map(at => known[at % known.length] ?? '');
  const junk = fc.oneof(fc.constantFrom(...JUNK), fc.string({unit: 'binary', maxLength: 30}));
  const valuesFor = ({schema}: Parameter) =>
    fc.oneof(
      {weight: 4, arbitrary: schemaValues(schema, doc.components.schemas, id).map(String)},
      {weight: schema.type === 'string' ? 5 : 0, arbitrary: id},
      {weight: 1, arbitrary: junk},
    );
  const of = (place: Parameter['in']) =>
    fc.record(
      Object.fromEntries(
        parameters.filter(one => one.in === place).map(one => [one.name, valuesFor(one)]),
      ),
      place === 'path' ? {} : {requiredKeys: []},
    );
  const fitting = body
    ? schemaValues(body.schema, doc.components.schemas, id).map(value =>
        typeof value === 'string' ? value : JSON.stringify(value),
      )
    : fc.constant('');
  const bodies = fc.oneof(
    {weight: 10, arbitrary: fitting},
    {weight: 1, arbitrary: fc.json({maxDepth: 4})},
    {weight: 1, arbitrary: fc.tuple(fitting, fc.nat(), junk).map(spoiled)},
    {weight: 1, arbitrary: fc.constantFrom('', '{', '[[[['.repeat(900), '{"__proto__":{"a":1}}')},
  );
  const auth = fc.oneof(
    {weight: 12, arbitrary: fc.constantFrom(...keys)},
    {weight: 1, arbitrary: fc.constantFrom('none', 'eyJhbGciOiJub25lIn0.e30.', '')},
  );
  const type = fc.oneof(
    {weight: 12, arbitrary: fc.constant(body?.type ?? 'application/json')},
    {weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/xml', 'x', '')},
  );
  return fc
    .record({
      ...{path: of('path'), query: of('query'), header: of('header'), body: bodies, auth, type},
      key: fc.oneof({weight: 8, arbitrary: fc.uuid()}, {weight: 1, arbitrary: junk}),
    })
    .map(made => {
      const where = path.replace(/\{(\w+)\}/g, (_, name) =>
        encoded(String((made.path as Record<string, unknown>)[name] ?? '')),
      );
      const query = Object.entries(made.query).map(
        ([name, value]) => `${encoded(name)}=${encoded(String(value))}`,
      );
      const headers: Record<string, string> = {
        ...{authorization: `Bearer ${made.auth}`, 'idempotency-key': made.key},
        ...(body ? {'content-type': made.type} : {}),
        ...(made.header as Record<string, string>),
      };
      return {
        method,
        path: query.length > 0 ? `${where}?${query.join('&')}` : where,
        headers: sendable(headers),
        body: body && made.body,
      };
    });
}

/** A piece of the text replaced by something else. */
function spoiled([text, at, by]: readonly [string, number, string]): string {
  const place = text.length === 0 ? 0 : at % text.length;
  return text.slice(0, place) + by + text.slice(place + 1 + (at % 7));
}

function encoded(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '�'));
}

/** No client can send other bytes than these in a header. */
function sendable(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim(),
    ]),
  );
}

/** Remember ids that the interface gave out, so that later requests meet what is there. */
function learn(value: unknown, known: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) {
    if (typeof member === 'string' && /^[\w.:-]{1,64}$/.test(member) && !known.includes(member)) {
      if (known.length < MOST_KNOWN) known.push(member);
      else known[(known.length * 7 + member.length) % MOST_KNOWN] = member;
    } else {
      learn(member, known);
    }
  }
}

/** Does an answer fit what the document says of it? */
class AnswerChecks {
  readonly #doc: OpenApi;
  readonly #ajv = new Ajv2020({strict: false, validateFormats: false});
  readonly #compiled = new Map<JsonSchema, ValidateFunction>();

  constructor(doc: OpenApi) {
    this.#doc = doc;
  }

  /** In words; undefined: nothing. */
  wrongWith({responses}: Operation, response: Response, text: string): string | undefined {
    const {status} = response;
    if (status === 500) return 'an internal error';
    const named = responses[status];
    const described = this.#doc.components.responses[named?.$ref?.split('/').at(-1) ?? ''] ?? named;
    if (!described) return `status ${status} is not documented`;
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (!described.content) return undefined;
    const content = described.content[type];
    if (!content) return `content type ${type} is not documented for ${status}`;
    if (!content.schema || !type.includes('json')) return undefined;
    const check = this.#checkOf(content.schema);
    return check(JSON.parse(text)) ? undefined : this.#ajv.errorsText(check.errors);
  }

  #checkOf(schema: JsonSchema): ValidateFunction {
    const known = this.#compiled.get(schema);
    if (known) return known;
    const made = this.#ajv.compile({...schema, components: this.#doc.components});
    this.#compiled.set(schema, made);
    return made;
  }
}
