import {createHash} from 'node:crypto';
import type {FixedCall} from './fixed-query.js';

/** Statements of one, and different ones that are kept: beyond it each goes by itself. */
const MOST_JOINED = 12;
const MOST_TEXTS = 500;
const MARK = /\$(\d+)/g;

/** Texts of several writes as one statement, by the names of what they were made of. */
export class JoinedTexts {
  readonly #texts = new Map<string, {readonly name: string; readonly sql: string}>();

  /** Undefined: there are too many different ones already. */
  of(calls: readonly FixedCall[]): {readonly name: string; readonly sql: string} | undefined {
    const key = calls.map(({name}) => name).join(' ');
    const held = this.#texts.get(key);
    if (held || this.#texts.size >= MOST_TEXTS) return held;
    const sql = joined(calls);
    const name = createHash('sha256').update(sql).digest('base64url').slice(0, 22);
    this.#texts.set(key, {name, sql});
    return {name, sql};
  }
}

/**
 * Writes that nobody waits for, held back until somebody waits for something: those of different tables go
 * as one statement, which the server plans, starts and answers once. The answer is that of the last of them,
 * so a write that somebody waits for may be that one. It runs them in no certain order and
 * none sees what the others wrote, so each table is written once in a statement, and writes of one table
 * stay in their order.
 */
export class SentBatch {
  readonly #texts: JoinedTexts;
  #groups: FixedCall[][] = [];

  constructor(texts: JoinedTexts) {
    this.#texts = texts;
  }

  add(call: FixedCall): void {
    const last = this.#groups.at(-1);
    const isFit =
      call.table !== undefined &&
      last !== undefined &&
      last.length < MOST_JOINED &&
      last.every(({table}) => table !== undefined && table !== call.table);
    if (isFit) last.push(call);
    else this.#groups.push([call]);
  }

  /** What is to be asked now, in order; then nothing is held back any more. */
  take(): readonly FixedCall[] {
    const groups = this.#groups;
    if (groups.length === 0) return [];
    this.#groups = [];
    return groups.flatMap(calls => this.#joined(calls));
  }

  clear(): void {
    this.#groups = [];
  }

  #joined(calls: readonly FixedCall[]): readonly FixedCall[] {
    const [first] = calls;
    if (!first || calls.length === 1) return calls;
    const text = this.#texts.of(calls);
    if (!text) return calls;
    return [{...first, ...text, parameters: calls.flatMap(({parameters}) => parameters)}];
  }
}

/** The last is the statement, the others stand before it as its parts. */
function joined(calls: readonly FixedCall[]): string {
  let count = 0;
  const parts = calls.map(({sql, parameters}) => {
    const before = count;
    count += parameters.length;
    return sql.replace(MARK, (_, n: string) => `$${before + Number(n)}`);
  });
  const last = parts.pop();
  return `with ${parts.map((sql, n) => `w${n} as (${sql})`).join(', ')} ${last}`;
}
