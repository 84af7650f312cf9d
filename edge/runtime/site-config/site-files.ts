import {siteTextHash} from '../../../protocols/cloud/site-config.js';
import type {SafeDisk} from '../../platform/safe-disk.js';
import type {ConfigRecord, SiteFileRole} from './contract.js';

const TRIAL_SUFFIX = '.trial';
const RECORD_SUFFIX = '.state';
const HISTORY_SUFFIX = '.history';
const DRAFT_SUFFIX = '.tmp';

/** Where the record of `sitePath` lies, and the folder with the files that were in force before. */
export function recordPath(sitePath: string): string {
  return `${sitePath}${RECORD_SUFFIX}`;
}

/** What a record file holds; undefined when it is none of ours. */
export function recordOf(text: string): ConfigRecord | undefined {
  try {
    const record: Partial<ConfigRecord> | null = JSON.parse(text);
    return record?.v === 1 ? (record as ConfigRecord) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The site file and what lies beside it: the file on trial, the record, copies of former files. Each
 * call leaves whole files whatever happens meanwhile: drafts are synced, then moved into place.
 */
export class SiteFiles {
  readonly path: string;
  readonly #disk: SafeDisk;

  constructor(path: string, disk: SafeDisk) {
    this.path = path;
    this.#disk = disk;
  }

  pathOf(role: SiteFileRole): string {
    return role === 'site' ? this.path : `${this.path}${TRIAL_SUFFIX}`;
  }

  text(role: SiteFileRole): string | undefined {
    return this.#read(this.pathOf(role));
  }

  hash(role: SiteFileRole): string | undefined {
    const text = this.text(role);
    return text === undefined ? undefined : siteTextHash(text);
  }

  record(): ConfigRecord | undefined {
    const text = this.#read(recordPath(this.path));
    return text === undefined ? undefined : recordOf(text);
  }

  keep(record: ConfigRecord): void {
    this.#replace(recordPath(this.path), `${JSON.stringify(record, null, 2)}\n`);
  }

  stage(text: string): void {
    this.#replace(this.pathOf('trial'), text);
  }

  discard(): void {
    this.#disk.remove(this.pathOf('trial'));
  }

  /** Keep a copy of the file in force, then put the one on trial in its place. */
  promote(): void {
    const text = this.text('site');
    if (text !== undefined) {
      this.#disk.makeFolder(`${this.path}${HISTORY_SUFFIX}`);
      this.#replace(this.#backupPath(siteTextHash(text)), text);
    }
    this.#disk.move(this.pathOf('trial'), this.path);
  }

  /** The copy of a former file; undefined when there is none or it is damaged. */
  backup(sha: string): string | undefined {
    const text = this.#read(this.#backupPath(sha));
    return text !== undefined && siteTextHash(text) === sha ? text : undefined;
  }

  /** Remove every copy but those. */
  prune(backups: readonly string[]): void {
    const folder = `${this.path}${HISTORY_SUFFIX}`;
    const wanted = new Set(backups.map(sha => `${sha}.yaml`));
    for (const name of this.#disk.list(folder)) {
      if (!wanted.has(name)) this.#disk.remove(`${folder}/${name}`);
    }
  }

  #backupPath(sha: string): string {
    return `${this.path}${HISTORY_SUFFIX}/${sha}.yaml`;
  }

  #replace(path: string, text: string): void {
    const draft = `${path}${DRAFT_SUFFIX}`;
    this.#disk.write(draft, text);
    this.#disk.move(draft, path);
  }

  #read(path: string): string | undefined {
    const file = this.#disk.read(path);
    return file.kind === 'text' ? file.text : undefined;
  }
}
