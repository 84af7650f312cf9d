import fc from 'fast-check';

/** What of JSON Schema 2020-12 our descriptions use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

type Named = Readonly<Record<string, JsonSchema>>;

/** Made once: the map of all characters that it holds is large. */
const BINARY = fc.string({unit: 'binary', maxLength: 42});
const MOST_CHARS = 40;
const MOST_ITEMS = 4;

/** Values that a schema allows, or nearly. `ids`: texts that may stand for something that is there. */
export function schemaValues(
  schema: JsonSchema,
  named: Named,
  ids: fc.Arbitrary<string>,
  depth = 0,
): fc.Arbitrary<unknown> {
  const inner = (next: JsonSchema) => schemaValues(next, named, ids, depth + 1);
  if (schema.$ref !== undefined) return inner(named[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(inner));
  if (schema.allOf) return inner(Object.assign({}, ...schema.allOf));
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length === 0 || depth > 8) return fc.jsonValue({maxDepth: 2});
  return fc.oneof(...types.map(type => valuesOf(type, schema, ids, inner)));
}

function valuesOf(
  type: string,
  schema: JsonSchema,
  ids: fc.Arbitrary<string>,
  inner: (next: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integers(schema);
    case 'number':
      return fc.oneof(integers(schema), fc.double({min: 0, max: 1000, noNaN: true}));
    case 'array':
      return arrays(schema, inner);
    case 'object':
      return objects(schema, inner);
    default:
      return texts(schema, ids);
  }
}

function integers(schema: JsonSchema): fc.Arbitrary<number> {
  const least = schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + 1;
  const min = Math.max(schema.minimum ?? least ?? -10, Number.MIN_SAFE_INTEGER);
  const most = schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - 1;
  const max = Math.max(min, Math.min(schema.maximum ?? most ?? 2 ** 53 - 1, 2 ** 53 - 1));
  const near = Math.min(max, Math.max(min, 0) + 1000);
  return fc.oneof(
    {weight: 10, arbitrary: fc.integer({min, max: Math.max(min, near)})},
    {weight: 1, arbitrary: fc.maxSafeInteger()},
    {weight: 1, arbitrary: fc.constantFrom(min, max, min - 1, max + 1)},
  );
}

function arrays(
  schema: JsonSchema,
  inner: (next: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map(inner));
  const {minItems: minLength = 0, maxItems = MOST_ITEMS} = schema;
  const maxLength = Math.max(minLength, Math.min(maxItems, MOST_ITEMS));
  return fc.array(inner(schema.items ?? {}), {minLength, maxLength});
}

function objects(
  schema: JsonSchema,
  inner: (next: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const members = Object.entries(schema.properties ?? {});
  const required = (schema.required ?? []).filter(name => name in (schema.properties ?? {}));
  const made = fc.record(Object.fromEntries(members.map(([name, next]) => [name, inner(next)])), {
    requiredKeys: required,
  });
  const stranger = fc.record({[`unknown${members.length}`]: fc.jsonValue({maxDepth: 1})});
  return fc.oneof(
    {weight: 12, arbitrary: made},
    {weight: 1, arbitrary: fc.tuple(made, stranger).map(([left, right]) => ({...left, ...right}))},
  );
}

function texts(
  {pattern, minLength = 0, maxLength = MOST_CHARS}: JsonSchema,
  ids: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const most = Math.max(minLength, Math.min(maxLength, MOST_CHARS));
  const fitting =
    pattern === undefined
      ? fc.string({unit: 'grapheme', minLength, maxLength: most})
      : matching(pattern);
  return fc.oneof(
    {weight: pattern === undefined ? 3 : 8, arbitrary: fitting},
    {weight: 3, arbitrary: ids},
    {weight: 1, arbitrary: BINARY},
  );
}

/** To make one is costly where the pattern says what a text may not hold. */
const MATCHING = new Map<string, fc.Arbitrary<string>>();

function matching(pattern: string): fc.Arbitrary<string> {
  const held = MATCHING.get(pattern);
  if (held) return held;
  const made = isOpenEnded(pattern) ? printable() : (fromPattern(pattern) ?? printable());
  MATCHING.set(pattern, made);
  return made;
}

/** Of a million characters, all but a few: any will do. */
function isOpenEnded(pattern: string): boolean {
  return /\[\^|\\P/.test(pattern);
}

function printable(): fc.Arbitrary<string> {
  return fc.string({unit: 'grapheme', minLength: 1, maxLength: 20});
}

function fromPattern(pattern: string): fc.Arbitrary<string> | undefined {
  try {
    return fc.stringMatching(new RegExp(pattern, 'u'));
  } catch {
    // A class of letters that it does not know.
    return undefined;
  }
}
