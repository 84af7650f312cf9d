import {dirname, resolve} from 'node:path';
import {loadSiteConfig} from '../config/load.js';
import type {SiteConfig} from '../config/schema.js';
import type {CommandMachine} from './command.js';

export type SiteFile =
  | {readonly kind: 'site'; readonly config: SiteConfig; readonly pathOf: (path: string) => string}
  | {readonly kind: 'problems'; readonly problems: readonly string[]};

/** Read and check a site file. `pathOf` resolves the paths that it names, which start at its folder. */
export function readSiteFile(path: string, machine: CommandMachine): SiteFile {
  const file = machine.readText(path);
  if (file.kind === 'unreadable') {
    return {kind: 'problems', problems: [`${path}: cannot be read (${file.why})`]};
  }
  const loaded = loadSiteConfig(file.text, path);
  if (!loaded.ok) return {kind: 'problems', problems: loaded.problems};
  const pathOf = (inner: string) => resolve(dirname(path), inner);
  return {kind: 'site', config: loaded.config, pathOf};
}
