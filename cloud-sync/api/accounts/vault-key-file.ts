import {closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Entropy} from '../../../protocols/base/clock.js';
import {ConfigError} from '../../../protocols/base/errors.js';
import {readIfThere, writeNew} from '../key-files.js';
import {VAULT_KEY_BYTES, type VaultKeys} from './vault-keys.js';

interface FileContent {
  readonly indexKeyHex: string;
  /** Oldest first. */
  readonly keys: readonly {readonly id: string; readonly keyHex: string}[];
}

const ID_BYTES = 4;
const HEX_KEY = /^[0-9a-f]{64}$/;

/**
 * The file of keys that wrap the data keys of persons: JSON, readable by its owner only. Several workers
 * share it. A name that is not known is looked for in the file once more: `vault rotate` may have added it.
 */
export class VaultKeyFile implements VaultKeys {
  readonly #path: string;
  readonly #entropy: Entropy;
  #content: FileContent;

  private constructor(path: string, entropy: Entropy, content: FileContent) {
    this.#path = path;
    this.#entropy = entropy;
    this.#content = content;
  }

  /** Made at the first start.
   *  @throws ConfigError `config/key-file` when the file cannot be read or holds something else */
  static loadOrMake(path: string, entropy: Entropy): VaultKeyFile {
    if (readIfThere(path) === undefined) makeFile(path, entropy);
    return VaultKeyFile.load(path, entropy);
  }

  /** @throws ConfigError `config/key-file` also when there is none */
  static load(path: string, entropy: Entropy): VaultKeyFile {
    return new VaultKeyFile(path, entropy, parsed(path, readIfThere(path) ?? ''));
  }

  get newestId(): string {
    return this.#content.keys.at(-1)?.id ?? '';
  }

  get ids(): readonly string[] {
    return this.#content.keys.map(({id}) => id);
  }

  get indexKey(): Uint8Array {
    return Buffer.from(this.#content.indexKeyHex, 'hex');
  }

  key(id: string): Uint8Array | undefined {
    if (!this.ids.includes(id)) this.#content = parsed(this.#path, readIfThere(this.#path) ?? '');
    const found = this.#content.keys.find(key => key.id === id);
    return found && Buffer.from(found.keyHex, 'hex');
  }

  /** Another key, durable before its name is given out. */
  add(): string {
    const key = newKey(this.#entropy);
    this.#replace({...this.#content, keys: [...this.#content.keys, key]});
    return key.id;
  }

  /** Forget all but this one: what was wrapped by the others, in whatever copy, opens no more. */
  keepOnly(id: string): void {
    this.#replace({...this.#content, keys: this.#content.keys.filter(key => key.id === id)});
  }

  /** Whole and durable, or as before. */
  #replace(content: FileContent): void {
    const beside = `${this.#path}.new`;
    rmSync(beside, {force: true});
    writeNew(beside, textOf(content));
    renameSync(beside, this.#path);
    const folder = openSync(dirname(this.#path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
    this.#content = content;
  }
}

/** Of several workers that start at one instant, one makes it, whole; the others find it. */
function makeFile(path: string, entropy: Entropy): void {
  const content = {indexKeyHex: newHex(entropy, VAULT_KEY_BYTES), keys: [newKey(entropy)]};
  const beside = `${path}.${newHex(entropy, ID_BYTES)}`;
  writeNew(beside, textOf(content));
  try {
    linkSync(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside);
  }
}

function newHex(entropy: Entropy, bytes: number): string {
  return Buffer.from(entropy.bytes(bytes)).toString('hex');
}

function newKey(entropy: Entropy) {
  return {id: newHex(entropy, ID_BYTES), keyHex: newHex(entropy, VAULT_KEY_BYTES)};
}

function textOf(content: FileContent): string {
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function parsed(path: string, text: string): FileContent {
  let content: Partial<FileContent> | undefined;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  const {indexKeyHex = '', keys = []} = content ?? {};
  const isSound =
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.every(({id, keyHex}) => typeof id === 'string' && HEX_KEY.test(keyHex));
  if (isSound && HEX_KEY.test(indexKeyHex)) return {indexKeyHex, keys};
  throw new ConfigError('config/key-file', `${path} holds no keys of a vault`, {path});
}
