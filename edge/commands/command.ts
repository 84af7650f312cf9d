import type {Clock} from '../../protocols/base/clock.js';
import type {TextFile} from '../platform/text-file.js';

/** What a command leaves behind: `bin` prints the lines and ends with the code. */
export interface CommandResult {
  /** 1: something is to be mended, or was refused. 2, of `doctor` alone: it does not run like that. */
  readonly exitCode: 0 | 1 | 2;
  readonly lines: readonly string[];
}

/** The machine as commands see it; `bin` passes the real one. */
export interface CommandMachine {
  readonly clock: Clock;
  readText(path: string): TextFile;
  env(name: string): string | undefined;
  /** Ask the daemon; must give up by itself when no answer comes, unless `signal` is null: it works as long as it must. */
  request(url: string, options: RequestInit): Promise<Response>;
}

export function succeeded(...lines: readonly string[]): CommandResult {
  return {exitCode: 0, lines};
}

export function failed(...lines: readonly string[]): CommandResult {
  return {exitCode: 1, lines};
}

/** The same for a program: one line of JSON, with `more` where there is more to tell than lines. */
export function inJson(result: CommandResult, more: object = {}): CommandResult {
  const {exitCode, lines} = result;
  return {exitCode, lines: [JSON.stringify({ok: exitCode === 0, lines, ...more})]};
}
