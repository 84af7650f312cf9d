import type {Clock} from '../../protocols/base/clock.js';
import type {TextFile} from '../platform/text-file.js';

/** What a command leaves behind: `bin` prints the lines and ends with the code. */
export interface CommandResult {
  readonly exitCode: 0 | 1;
  readonly lines: readonly string[];
}

/** The machine as commands see it; `bin` passes the real one. */
export interface CommandMachine {
  readonly clock: Clock;
  readText(path: string): TextFile;
  env(name: string): string | undefined;
  /** Ask the daemon; must give up by itself when no answer comes. */
  request(url: string, options: RequestInit): Promise<Response>;
}

export function succeeded(...lines: readonly string[]): CommandResult {
  return {exitCode: 0, lines};
}

export function failed(...lines: readonly string[]): CommandResult {
  return {exitCode: 1, lines};
}
