import type {FuzzWorld} from './fuzz-world.js';

/** A request that succeeds. What is left out of `params` is what the world has anyway. */
export interface Valid {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** As a text it is sent as it is. */
  readonly body?: unknown;
  /** Left out: the key that may do everything; null: none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Recipe = (world: FuzzWorld) => Valid | Promise<Valid>;
