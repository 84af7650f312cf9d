import type {Dialect} from 'kysely';
import type {StoreError} from '../../../protocols/base/errors.js';
import type {CloudReader} from './cloud-schema.js';
import type {ColumnTypes} from './column-types.js';
import type {EventWriter} from './event-writer.js';

/** What one kind of database does in its own way. */
export interface CloudEngine {
  readonly dialect: Dialect;
  readonly types: ColumnTypes;
  /** Other processes may write to the database. */
  readonly isShared: boolean;
  readonly events: EventWriter;
  /** Of a database with one connection: is its transaction still open? Left out: it has many. */
  readonly isOpen?: () => boolean;
  /** Refuse a database of somebody else, before anything is written.
   *  @throws StoreError `store/foreign` */
  assertOurs(db: CloudReader, knownMigrations: readonly string[]): Promise<void>;
  /** After the migrations: mark the database as ours, and read back that a commit is durable.
   *  @throws StoreError `store/not-durable` */
  assertDurable(db: CloudReader): void | Promise<void>;
  /** Leave no traces of deleted rows of these tables in the files, as far as this database can. */
  scrub(db: CloudReader, tables: readonly string[]): Promise<void>;
  /** What a driver's error means; undefined when it is no error of the database. */
  faultOf(error: unknown): StoreError | undefined;
}
