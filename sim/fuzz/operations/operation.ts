import type {JsonSchema} from './schema-values.js';

/** An operation as `/openapi.json` describes it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: {readonly type: string; readonly schema: JsonSchema} | undefined;
  readonly responses: Readonly<Record<string, Answer>>;
  /** Needs no key. */
  readonly isOpen: boolean;
}

export interface Parameter {
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
  readonly security?: readonly object[];
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

export function nameOf({method, path}: Operation): string {
  return `${method} ${path}`;
}

/** All operations of a document; what takes away comes last. */
export function operationsOf(doc: OpenApi): readonly Operation[] {
  const operations = Object.entries(doc.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const [type, content] = Object.entries(described.requestBody?.content ?? {})[0] ?? [];
      const body = type === undefined ? undefined : {type, schema: content?.schema ?? {}};
      const {parameters = [], responses, security} = described;
      const isOpen = security === undefined;
      return {method: method.toUpperCase(), path, parameters, body, responses, isOpen};
    }),
  );
  return ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'].flatMap(method =>
    operations.filter(operation => operation.method === method),
  );
}
