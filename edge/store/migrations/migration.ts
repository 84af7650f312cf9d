/** One step of the schema: the database goes from version `to - 1` to `to` in one transaction. */
export interface Migration {
  readonly to: number;
  readonly name: string;
  readonly sql: string;
}
