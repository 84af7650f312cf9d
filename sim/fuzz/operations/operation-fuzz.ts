import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {BINARY, encoded, JUNK, mutationsOf, requestOf, sendable} from './fuzz-mutations.js';
import {
  type FuzzRequest,
  nameOf,
  type OpenApi,
  type Operation,
  operationsOf,
  type Parameter,
} from './operation.js';
import type {Valid} from './recipe.js';
import {type JsonSchema, schemaValues} from './schema-values.js';

export interface FuzzOptions {
  readonly ask: (request: FuzzRequest) => Promise<Response>;
  /** Keys to ask with; some requests come without any. */
  readonly keys: readonly string[];
  /** Requests of each operation made of its schemas alone, and as many made of one that succeeds. */
  readonly runs: number;
  /** A request that succeeds: things that it wants are there. Undefined: none can be had by asking. */
  readonly valid: (operation: string) => Promise<Valid | undefined>;
  readonly seed?: number;
}

export interface FuzzReport {
  readonly requests: number;
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Operations that never answered with success, and documented successes that never came. */
  readonly neverDone: readonly string[];
  /** Requests that should have succeeded, with what was answered. */
  readonly refused: readonly string[];
}

const MOST_KNOWN = 400;

/**
 * Ask every operation of an OpenAPI document as it is meant, then with one thing of that changed, then with
 * what its schemas allow and with what they do not.
 * @throws Error for an answer that is no documented one, or a 500
 */
export async function fuzzOperations(doc: OpenApi, options: FuzzOptions): Promise<FuzzReport> {
  const run = new FuzzRun(doc, options);
  const operations = operationsOf(doc);
  for (const operation of operations) await run.asMeant(operation);
  for (const operation of operations) await run.atRandom(operation);
  return run.report(operations);
}

class FuzzRun {
  readonly #doc: OpenApi;
  readonly #options: FuzzOptions;
  readonly #checks: AnswerChecks;
  readonly #known: string[] = ['gw-1', 'A-012'];
  readonly #statuses: Record<string, number> = {};
  readonly #done = new Set<string>();
  readonly #refused: string[] = [];
  #requests = 0;
  #seed: number;

  constructor(doc: OpenApi, options: FuzzOptions) {
    this.#doc = doc;
    this.#options = options;
    this.#checks = new AnswerChecks(doc);
    this.#seed = options.seed ?? 1;
  }

  /** With everything there that it wants; then each time one thing is wrong. */
  async asMeant(operation: Operation): Promise<void> {
    const {valid, runs, keys} = this.#options;
    const name = nameOf(operation);
    const first = await valid(name);
    if (!first) return;
    const status = await this.#ask(operation, await this.#matched(operation, first));
    if (status.code >= 300) this.#refused.push(`${name}: ${status.code} ${status.text}`);
    const second = (await valid(name)) ?? first;
    const values = schemaValues(
      operation.body?.schema ?? {},
      this.#doc.components.schemas,
      this.#ids,
    );
    const mutations = mutationsOf(operation, second, {keys, values});
    await this.#check(runs, mutations, async made => {
      await this.#ask(operation, await this.#matched(operation, made));
    });
  }

  async atRandom(operation: Operation): Promise<void> {
    const {runs, keys} = this.#options;
    const requests = requestsOf(this.#doc, operation, keys, this.#known);
    await this.#check(runs, requests, async sent => void (await this.#ask(operation, sent)));
  }

  report(operations: readonly Operation[]): FuzzReport {
    const wanted = operations.flatMap(operation =>
      Object.keys(operation.responses)
        .filter(status => status.startsWith('2'))
        .map(status => `${nameOf(operation)} ${status}`),
    );
    const neverDone = wanted.filter(name => !this.#done.has(name));
    return {requests: this.#requests, statuses: this.#statuses, neverDone, refused: this.#refused};
  }

  get #ids(): fc.Arbitrary<string> {
    return fc.nat().map(at => this.#known[at % this.#known.length] ?? '');
  }

  /** With the tag of what it changes, where that is wanted. */
  async #matched(operation: Operation, valid: Valid): Promise<FuzzRequest> {
    this.#seed += 1;
    const usual = {key: this.#options.keys[0] ?? '', once: `fuzz-${this.#seed}`};
    const sent = requestOf(operation, valid, usual);
    if (!('428' in operation.responses)) return sent;
    const now = await this.#options.ask({...sent, method: 'GET', body: undefined});
    await now.text();
    const tag = now.headers.get('etag');
    return tag === null ? sent : {...sent, headers: {'if-match': tag, ...sent.headers}};
  }

  async #ask(operation: Operation, sent: FuzzRequest): Promise<{code: number; text: string}> {
    const response = await this.#options.ask(sent);
    const text = await response.text();
    const {status} = response;
    this.#requests += 1;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    const wrong = this.#checks.wrongWith(operation, response, text);
    if (wrong) throw new Error(`${JSON.stringify(sent)}\n${status} ${text}\n${wrong}`);
    if (status < 300) {
      this.#done.add(`${nameOf(operation)} ${status}`);
      const isJson = response.headers.get('content-type')?.includes('json');
      if (isJson && text !== '') learn(JSON.parse(text), this.#known);
    }
    return {code: status, text};
  }

  /** What came before is part of the case: there is nothing to shrink. */
  async #check<Made>(
    numRuns: number,
    made: fc.Arbitrary<Made>,
    ask: (one: Made) => Promise<void>,
  ): Promise<void> {
    this.#seed += 1;
    const property = fc.asyncProperty(made, ask);
    const outcome = await fc.check(property, {numRuns, endOnFailure: true, seed: this.#seed});
    if (outcome.failed) throw outcome.errorInstance;
  }
}

function requestsOf(
  doc: OpenApi,
  {method, path, parameters, body}: Operation,
  keys: readonly string[],
  known: readonly string[],
): fc.Arbitrary<FuzzRequest> {
  const id = fc.nat().map(at => known[at % known.length] ?? '');
  const junk = fc.oneof(fc.constantFrom(...JUNK), BINARY);
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
