import {createHash} from 'node:crypto';
import {
  type Compilable,
  type CompiledQuery,
  InsertQueryNode,
  type OperationNode,
  type QueryResult,
  SelectQueryNode,
  TableNode,
  UpdateQueryNode,
} from 'kysely';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';

/** Where a value of a run belongs. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

type Values = Readonly<Record<string, string | number | null>>;

/** What a driver may know of a query that comes again and again. */
export interface FixedCall<Row = unknown> extends CompiledQuery<Row> {
  /** The same for the same text: a server keeps the statement under it. */
  readonly name?: string;
  /** Nobody waits for it: when it fails, so does what is asked next, or the commit. */
  readonly isSent?: boolean;
  /** The only table that it writes, and it reads no other. */
  readonly table?: string | undefined;
}

/**
 * A query that is put together once for each database and then run with other values: for what is asked
 * thousands of times a second, where putting it together costs more than the answer. Within a transaction
 * several may be asked at once: they reach the database in the order in which they were asked, without
 * waiting for each other's answers.
 */
export class FixedQuery<Given extends Values, Row = unknown> {
  readonly #build: (db: CloudReader, given: Given) => Compilable<Row>;
  readonly #calls = new WeakMap<object, FixedCall<Row>>();

  /** `build` must use each value of `given` as it is, and look into none of them. */
  constructor(build: (db: CloudReader, given: Given) => Compilable<Row>) {
    this.#build = build;
  }

  async run(db: CloudReader, given: Given): Promise<QueryResult<Row>> {
    const call = this.#callFor(db, given);
    if (!db.isTransaction) return db.executeQuery(call);
    // The connection is the transaction's until its end: the next may be sent before this is answered.
    const {answer} = await db
      .getExecutor()
      .provideConnection(connection => Promise.resolve({answer: connection.executeQuery(call)}));
    return answer as Promise<QueryResult<Row>>;
  }

  async first(db: CloudReader, given: Given): Promise<Row | undefined> {
    return (await this.run(db, given)).rows[0];
  }

  /** Write without waiting for the answer where the database lies beyond a wire. What fails of it undoes the
   *  transaction. */
  async send(tx: CloudTransaction, given: Given): Promise<void> {
    await tx.executeQuery({...this.#callFor(tx, given), isSent: true} as CompiledQuery);
  }

  /** A transaction and its database have one adapter. */
  #callFor(db: CloudReader, given: Given): FixedCall<Row> {
    const {adapter} = db.getExecutor();
    const ready = this.#calls.get(adapter) ?? this.#made(db, adapter);
    const parameters = ready.parameters.map(value =>
      value instanceof Slot ? given[value.name] : value,
    );
    return {...ready, parameters};
  }

  #made(db: CloudReader, adapter: object): FixedCall<Row> {
    const slots = new Proxy({}, {get: (_, name) => new Slot(String(name))}) as Given;
    const compiled = this.#build(db, slots).compile();
    const name = createHash('sha256').update(compiled.sql).digest('base64url').slice(0, 22);
    const call = {...compiled, name, table: tableOf(compiled.query)};
    this.#calls.set(adapter, call);
    return call;
  }
}

/** Of a plain insert or update; undefined: it reads or writes something else too. */
function tableOf(query: OperationNode): string | undefined {
  const target = InsertQueryNode.is(query)
    ? query.into
    : UpdateQueryNode.is(query) && !query.from
      ? query.table
      : undefined;
  if (!target || !TableNode.is(target) || hasSelect(query)) return undefined;
  return target.table.identifier.name;
}

function hasSelect(node: object): boolean {
  return Object.values(node).some(
    part =>
      typeof part === 'object' &&
      part !== null &&
      (SelectQueryNode.is(part as OperationNode) || hasSelect(part)),
  );
}
