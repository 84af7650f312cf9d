/** What of a JSON Schema decides whether a change breaks somebody. */
interface Shape {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
}

interface DescribedOperation {
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: {readonly content: Readonly<Record<string, {readonly schema?: Shape}>>};
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

interface DescribedAnswer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, {readonly schema?: Shape}>>;
}

/** An OpenAPI document, as far as changes of it are judged. */
export interface Described {
  readonly openapi: string;
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Shape>>;
    readonly responses?: Readonly<Record<string, DescribedAnswer>>;
  };
}

/**
 * What would break a client that was made from `before`: an operation, an answer or a field of an answer
 * that is gone, and something that must be sent now. Empty: nothing.
 */
export function breaksBetween(before: Described, now: Described): readonly string[] {
  return Object.entries(before.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const next = now.paths[path]?.[method];
      const name = `${method} ${path}`;
      if (!next) return [`${name} is gone`];
      return [
        ...newParameters(operation, next).map(what => `${name} wants ${what}`),
        ...newFields(before, operation, now, next).map(what => `${name} wants ${what}`),
        ...lostAnswers(before, operation, now, next).map(what => `${name}: ${what}`),
      ];
    }),
  );
}

function newParameters(before: DescribedOperation, now: DescribedOperation): readonly string[] {
  const known = new Set(required(before));
  return required(now).filter(name => !known.has(name));
}

function required({parameters = []}: DescribedOperation): readonly string[] {
  return parameters.filter(one => one.required).map(one => `${one.in} ${one.name}`);
}

function newFields(
  before: Described,
  operation: DescribedOperation,
  now: Described,
  next: DescribedOperation,
): readonly string[] {
  const schema = ({requestBody}: DescribedOperation) =>
    requestBody?.content['application/json']?.schema;
  const known = new Set(resolved(before, schema(operation)).required ?? []);
  return (resolved(now, schema(next)).required ?? []).filter(name => !known.has(name));
}

function lostAnswers(
  before: Described,
  operation: DescribedOperation,
  now: Described,
  next: DescribedOperation,
): readonly string[] {
  return Object.entries(operation.responses).flatMap(([status, answer]) => {
    const {content = {}} = answerOf(before, answer);
    const found = next.responses[status];
    if (!found) return [`answer ${status} is gone`];
    const other = answerOf(now, found);
    return Object.entries(content).flatMap(([type, {schema}]) => {
      const same = other.content?.[type];
      if (!same) return [`${type} of ${status} is gone`];
      return lostFields(before, schema, now, same.schema).map(path => `${status} lacks ${path}`);
    });
  });
}

function answerOf(doc: Described, answer: DescribedAnswer): DescribedAnswer {
  const name = answer.$ref?.split('/').at(-1);
  return name === undefined ? answer : (doc.components.responses?.[name] ?? {});
}

/** Fields that were always there and are no more. */
function lostFields(
  before: Described,
  shape: Shape | undefined,
  now: Described,
  next: Shape | undefined,
  depth = 0,
): readonly string[] {
  if (depth > 6) return [];
  const [one, other] = [resolved(before, shape), resolved(now, next)];
  const always = new Set(other.required ?? []);
  const lost = (one.required ?? []).filter(name => !always.has(name));
  const inner = Object.entries(one.properties ?? {}).flatMap(([name, member]) =>
    lostFields(before, member, now, other.properties?.[name], depth + 1).map(
      path => `${name}.${path}`,
    ),
  );
  const items = one.items
    ? lostFields(before, one.items, now, other.items, depth + 1).map(path => `[].${path}`)
    : [];
  return [...lost, ...inner, ...items];
}

function resolved(doc: Described, shape: Shape | undefined): Shape {
  const name = shape?.$ref?.split('/').at(-1);
  return name === undefined ? (shape ?? {}) : (doc.components.schemas[name] ?? {});
}
