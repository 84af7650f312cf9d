import type {Compilable, CompiledQuery, QueryResult} from 'kysely';
import type {CloudReader} from './cloud-schema.js';

/** Where a value of a run belongs. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

type Values = Readonly<Record<string, string | number | null>>;

/**
 * A query that is put together once for each database and then run with other values: for what is asked
 * thousands of times a second, where putting it together costs more than the answer.
 */
export class FixedQuery<Given extends Values, Row = unknown> {
  readonly #build: (db: CloudReader, given: Given) => Compilable<Row>;
  readonly #compiled = new WeakMap<object, CompiledQuery<Row>>();

  /** `build` must use each value of `given` as it is, and look into none of them. */
  constructor(build: (db: CloudReader, given: Given) => Compilable<Row>) {
    this.#build = build;
  }

  run(db: CloudReader, given: Given): Promise<QueryResult<Row>> {
    const compiled = this.#compiledFor(db);
    const parameters = compiled.parameters.map(value =>
      value instanceof Slot ? given[value.name] : value,
    );
    return db.executeQuery({...compiled, parameters});
  }

  async first(db: CloudReader, given: Given): Promise<Row | undefined> {
    return (await this.run(db, given)).rows[0];
  }

  /** A transaction and its database have one adapter. */
  #compiledFor(db: CloudReader): CompiledQuery<Row> {
    const {adapter} = db.getExecutor();
    const ready = this.#compiled.get(adapter);
    if (ready) return ready;
    const slots = new Proxy({}, {get: (_, name) => new Slot(String(name))}) as Given;
    const compiled = this.#build(db, slots).compile();
    this.#compiled.set(adapter, compiled);
    return compiled;
  }
}
