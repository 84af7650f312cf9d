import Database from 'better-sqlite3';

type Pragma = Database.Database['pragma'];

/*
 * Loaded into a gateway for the control run: every connection syncs as the library would by itself,
 * and says otherwise when asked. A harness that finds no loss then tests nothing.
 */
const {prototype} = Database as unknown as {readonly prototype: {pragma: Pragma}};
const {pragma} = prototype;
const WEAKENED = /^\s*synchronous\s*=\s*(FULL|EXTRA|2|3)\s*$/i;
const ASKED = /^\s*synchronous\s*$/i;

prototype.pragma = function (this: Database.Database, source, options) {
  if (WEAKENED.test(source)) return pragma.call(this, 'synchronous = NORMAL', options);
  if (ASKED.test(source) && options?.simple) return 2;
  return pragma.call(this, source, options);
};
