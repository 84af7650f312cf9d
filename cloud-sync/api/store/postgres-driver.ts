import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';
import {InternalError} from '../../../protocols/base/errors.js';
import type {FixedCall} from './fixed-query.js';
import {JoinedTexts, SentBatch} from './sent-batch.js';

/** Settles when everything that has come in this turn of the event loop is dealt with. */
export type YieldTurn = () => Promise<void>;

/**
 * PostgreSQL over connections that take the next statement before the last is answered. Statements that
 * come again and again are prepared once on each connection.
 */
export class PipedDialect extends PostgresDialect {
  readonly #pool: pg.Pool;
  readonly #yieldTurn: YieldTurn | undefined;

  /** `pool`: with `pipeline`. `yieldTurn`: left out, each question is written at once. */
  constructor(pool: pg.Pool, yieldTurn: YieldTurn | undefined) {
    super({pool});
    this.#pool = pool;
    this.#yieldTurn = yieldTurn;
  }

  override createDriver(): Driver {
    return new PipedDriver(this.#pool, this.#yieldTurn);
  }
}

class PipedDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #connections = new WeakMap<pg.PoolClient, PipedConnection>();
  readonly #texts = new JoinedTexts();
  readonly #yieldTurn: YieldTurn | undefined;

  constructor(pool: pg.Pool, yieldTurn: YieldTurn | undefined) {
    this.#pool = pool;
    this.#yieldTurn = yieldTurn;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<PipedConnection> {
    const client = await this.#pool.connect();
    const held =
      this.#connections.get(client) ?? new PipedConnection(client, this.#texts, this.#yieldTurn);
    this.#connections.set(client, held);
    return held;
  }

  beginTransaction(connection: PipedConnection): Promise<void> {
    return connection.begin();
  }

  commitTransaction(connection: PipedConnection): Promise<void> {
    return connection.commit();
  }

  rollbackTransaction(connection: PipedConnection): Promise<void> {
    return connection.rollback();
  }

  releaseConnection(connection: PipedConnection): Promise<void> {
    return Promise.resolve(connection.release());
  }

  destroy(): Promise<void> {
    return this.#pool.end();
  }
}

const ROW_COUNTING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

class PipedConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  /** Of what nobody waited for in this transaction: the server has done nothing since. */
  #failure: unknown;
  readonly #sent: SentBatch;
  #isCorked = false;
  #isToUncork = false;
  readonly #yieldTurn: YieldTurn | undefined;

  constructor(client: pg.PoolClient, texts: JoinedTexts, yieldTurn: YieldTurn | undefined) {
    this.#client = client;
    this.#yieldTurn = yieldTurn;
    this.#sent = new SentBatch(texts);
  }

  async executeQuery<Row>(query: FixedCall): Promise<QueryResult<Row>> {
    if (query.isSent) {
      this.#sent.add(query);
      return {rows: []};
    }
    const asked = this.#askLast(query);
    this.#uncorkLater();
    try {
      const {command, rowCount, rows} = await asked;
      const isCounted = ROW_COUNTING.has(command);
      return {...(isCounted && {numAffectedRows: BigInt(rowCount ?? 0)}), rows: rows ?? []};
    } catch (error) {
      // The server says of all that follows only that something failed before.
      throw this.#failure ?? error;
    }
  }

  streamQuery(): AsyncIterableIterator<QueryResult<never>> {
    throw new InternalError('internal/unreachable', 'no query is streamed');
  }

  async begin(): Promise<void> {
    this.#failure = undefined;
    this.#sent.clear();
    await this.executeQuery({...CompiledQuery.raw('begin'), isSent: true});
  }

  async commit(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#flush();
    this.#cork();
    const asked = this.#client.query('commit');
    this.#uncorkLater();
    const {command} = await asked;
    // The server undoes what failed and calls that no error.
    if (command === 'COMMIT') return;
    throw this.#failure ?? new InternalError('internal/unreachable', 'a failed transaction ended');
  }

  async rollback(): Promise<void> {
    this.#failure = undefined;
    this.#sent.clear();
    this.#cork();
    const asked = this.#client.query('rollback');
    this.#uncorkLater();
    await asked;
  }

  #ask({name, sql: text, parameters}: FixedCall) {
    return this.#client.query({...(name && {name}), text, values: [...parameters]});
  }

  /** Behind what was held back; a write becomes one statement with those before it, if it may. */
  #askLast(query: FixedCall) {
    this.#sent.add(query);
    const calls = this.#sent.take();
    this.#post(calls.slice(0, -1));
    this.#cork();
    return this.#ask(calls.at(-1) ?? query);
  }

  /** What was held back, each before what follows it. */
  #flush(): void {
    this.#post(this.#sent.take());
  }

  #post(calls: readonly FixedCall[]): void {
    for (const call of calls) {
      this.#cork();
      this.#ask(call).catch(error => {
        this.#failure ??= error;
      });
    }
  }

  /** What nobody waits for goes out with what is asked next, in one write. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#client.connection.stream.cork();
  }

  /** Each write wakes the server, which costs more than what most statements ask of it: what is asked in
   *  one turn of the loop, some promises later, goes together. */
  #uncorkLater(): void {
    if (this.#isToUncork) return;
    this.#isToUncork = true;
    const uncork = () => {
      this.#isToUncork = false;
      this.#isCorked = false;
      this.#client.connection.stream.uncork();
    };
    if (this.#yieldTurn) void this.#yieldTurn().then(uncork);
    else uncork();
  }

  release(): void {
    this.#client.release();
  }
}
