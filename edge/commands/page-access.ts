import type {CommandMachine} from './command.js';

/** How a program on this machine reaches the running daemon. */
export interface PageAccess {
  readonly url: string;
  readonly token: string;
  /** Lets its bearer bring a new site file; never part of the page. */
  readonly configToken: string;
}

/** Where the daemon leaves its access, readable for its own user alone (mode 0600). */
export function pageAccessPath(databasePath: string): string {
  return `${databasePath}.token`;
}

export function pageAccessText(access: PageAccess): string {
  return `${JSON.stringify(access)}\n`;
}

/** The access that a running daemon left; undefined when none runs or the file is not ours. */
export function readPageAccess(
  databasePath: string,
  machine: CommandMachine,
): PageAccess | undefined {
  const file = machine.readText(pageAccessPath(databasePath));
  if (file.kind === 'unreadable') return undefined;
  try {
    const {url, token, configToken = ''}: Partial<PageAccess> = JSON.parse(file.text);
    const isOurs = typeof url === 'string' && typeof token === 'string';
    return isOurs ? {url, token, configToken: String(configToken)} : undefined;
  } catch {
    return undefined;
  }
}
