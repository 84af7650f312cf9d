import {SyncError} from '../../../protocols/base/errors.js';
import type {OperatorClient} from './operator-client.js';

/** A list of the interface, out of its description. */
interface List {
  readonly path: string;
  /** Field of the answer that holds the rows. */
  readonly rows: string;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly responses?: Readonly<
    Record<string, {readonly content?: Readonly<Record<string, {readonly schema?: Schema}>>}>
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, {readonly get?: Operation}>>;
  readonly components?: {readonly schemas?: Readonly<Record<string, Schema>>};
}

export interface ExportWish {
  /** Why people are shown in clear; left out: masked. Each look is written down. */
  readonly personsFor?: string | undefined;
  readonly print: (line: string) => void;
}

/** Lists that are not the tenant's own, or say again what others say. */
const LEFT_OUT = /^\/v1\/(?:tenants|public|changes|me)(?:\/|$)/;
const PAGE = 200;

/**
 * All that the interface shows of a tenant, as lines of JSON `{"list", "of", "row"}`: every list that it describes,
 * those of a site or a member once for each. Gives how many lines.
 * @throws SyncError as `OperatorClient.ask`
 */
export async function exportTenant(client: OperatorClient, wish: ExportWish): Promise<number> {
  const description = await client.ask<Description>('GET', '/openapi.json');
  const lists = listsOf(description);
  let count = 0;
  const tell = (list: string, row: object, of?: unknown) => {
    count += 1;
    wish.print(JSON.stringify({list, of, row}));
  };
  for (const list of lists.filter(({path}) => !path.includes('{'))) {
    for await (const row of rowsOf(client, list, list.path)) {
      const id = typeof row.id === 'string' ? encodeURIComponent(row.id) : undefined;
      tell(list.rows, row);
      if (id === undefined) continue;
      if (list.path === '/v1/members' && wish.personsFor !== undefined) {
        const why = `reason=${encodeURIComponent(wish.personsFor)}`;
        const person = await client.ask<object>('GET', `${list.path}/${id}/person?${why}`);
        tell('person', person, row.id);
      }
      for (const below of lists.filter(({path}) => isBelow(path, list.path))) {
        const path = below.path.replace(/\{[^}]*\}/, id);
        for await (const part of rowsOf(client, below, path)) {
          tell(below.rows, part, row.id);
        }
      }
    }
  }
  return count;
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(`${parent}/{`) && path.split('{').length === 2;
}

/** Lists that are given out by pages. */
function listsOf({paths, components}: Description): readonly List[] {
  const resolved = (schema: Schema | undefined): Schema | undefined => {
    const name = schema?.$ref?.split('/').at(-1);
    return name === undefined ? schema : components?.schemas?.[name];
  };
  return Object.entries(paths).flatMap(([path, {get}]) => {
    const schema = resolved(get?.responses?.['200']?.content?.['application/json']?.schema);
    const fields = schema?.properties ?? {};
    if (LEFT_OUT.test(path) || !('nextCursor' in fields)) return [];
    const rows = Object.keys(fields).find(name => fields[name]?.type === 'array');
    return rows === undefined ? [] : [{path, rows}];
  });
}

async function* rowsOf(
  client: OperatorClient,
  {rows: field}: List,
  path: string,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? `limit=${PAGE}` : `limit=${PAGE}&cursor=${cursor}`;
    const page: Readonly<Record<string, unknown>> = await client.ask('GET', `${path}?${query}`);
    const rows = page[field];
    if (!Array.isArray(rows)) throw new SyncError('cloud/refused', `${path} is no list`);
    yield* rows;
    cursor = typeof page.nextCursor === 'string' ? page.nextCursor : null;
  }
}
