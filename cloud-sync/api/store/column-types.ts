import {type CreateTableBuilder, type RawBuilder, sql} from 'kysely';

type ColumnType = 'integer' | 'bigint' | 'real' | 'blob' | 'bytea' | 'text' | RawBuilder<unknown>;

/** How the two databases write the same column: all that migrations may see of the difference. */
export interface ColumnTypes {
  /** Whole number up to 2^53. */
  readonly whole: ColumnType;
  readonly real: ColumnType;
  readonly bytes: ColumnType;
  /** Compares by bytes, whatever the locale. */
  readonly text: ColumnType;
  /** Ends every CREATE TABLE. */
  finish<Name extends string>(table: CreateTableBuilder<Name>): CreateTableBuilder<Name>;
}

export const SQLITE_TYPES: ColumnTypes = {
  whole: 'integer',
  real: 'real',
  bytes: 'blob',
  text: 'text',
  finish: table => table.modifyEnd(sql`strict, without rowid`),
};

export const POSTGRES_TYPES: ColumnTypes = {
  whole: 'bigint',
  real: sql`double precision`,
  bytes: 'bytea',
  text: sql`text collate "C"`,
  finish: table => table,
};
