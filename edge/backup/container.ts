import {createCipheriv, createDecipheriv, createHash, type DecipherGCM} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {type FileHandle, open, rename, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {z} from 'zod';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {EdgeError, errorText, StoreError} from '../../protocols/base/errors.js';
import {makeOwn, syncFolder} from '../platform/atomic-file.js';
import {type BackupSecret, type DerivedKey, derivationFor, deriveKey} from './backup-key.js';
import {type BackupPart, type Manifest, manifestSchema} from './manifest.js';

/*
 * The file: a line `latchkey-backup 1`, a line of JSON that says how the key is derived, then one
 * AES-256-GCM message under that key, its tag last. Both lines are its additional data. Inside: the
 * manifest as a line of JSON, then the bytes of its parts one after the other.
 */
const MAGIC = 'latchkey-backup 1\n';
const TAG_BYTES = 16;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const MAX_HEAD_BYTES = 1024;
const MAX_MANIFEST_BYTES = 512 * 1024;
const PRIVATE_MODE = 0o600;
const NEW_LINE = 0x0a;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const headSchema = z.object({
  derivation: z.union([
    z.object({
      kdf: z.literal('scrypt'),
      // A file of a stranger must not make us spend hours or gigabytes.
      n: z.int().min(16_384).max(131_072),
      r: z.literal(8),
      p: z.int().min(1).max(4),
    }),
    z.object({kdf: z.literal('hkdf-sha256')}),
  ]),
  salt: hex(SALT_BYTES),
  nonce: hex(NONCE_BYTES),
  check: hex(8),
});

/** A part to be packed: its place in the manifest, and the file it comes from. */
export interface PartSource {
  readonly part: BackupPart;
  readonly file: string;
}

/** Takes the parts of a backup, in order; nothing may be trusted before `readContainer` has settled. */
export interface PartSink {
  begin(part: BackupPart, manifest: Manifest): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** Write the container beside `path`, sync it, and put it in its place whole. */
export async function writeContainer(
  path: string,
  manifest: Manifest,
  sources: readonly PartSource[],
  {secret, entropy}: {readonly secret: BackupSecret; readonly entropy: Entropy},
): Promise<void> {
  const salt = entropy.bytes(SALT_BYTES);
  const nonce = entropy.bytes(NONCE_BYTES);
  const derivation = derivationFor(secret);
  const derived = deriveKey(secret, derivation, salt) as DerivedKey;
  const head = {derivation, salt: toHex(salt), nonce: toHex(nonce), check: derived.check};
  const lines = Buffer.from(`${MAGIC}${JSON.stringify(head)}\n`);
  const cipher = createCipheriv('aes-256-gcm', derived.key, nonce).setAAD(lines);
  const draft = `${path}.tmp`;
  const file = await opened(path, () => open(draft, 'w', PRIVATE_MODE));
  try {
    makeOwn(file.fd, draft);
    await file.write(lines);
    await file.write(cipher.update(`${JSON.stringify(manifest)}\n`));
    for (const {part, file: source} of sources) {
      let left = part.sizeBytes;
      for await (const chunk of createReadStream(source)) {
        left -= (chunk as Buffer).length;
        await file.write(cipher.update(chunk as Buffer));
      }
      if (left !== 0) throw new StoreError('backup/changed', `${source} changed meanwhile`);
    }
    await file.write(Buffer.concat([cipher.final(), cipher.getAuthTag()]));
    await file.sync();
  } catch (thrown) {
    await rm(draft, {force: true});
    throw unwritable(path, thrown);
  } finally {
    await file.close();
  }
  await opened(path, () => rename(draft, path)).catch(async thrown => {
    await rm(draft, {force: true});
    throw thrown;
  });
  syncFolder(dirname(path));
}

/**
 * Read the whole container into `sink`, checking every part and, at the end, the seal over everything.
 * @throws StoreError `backup/format` no backup of ours, `backup/key` another passphrase or key,
 * `backup/damaged` cut short or changed, `backup/unreadable`
 */
export async function readContainer(
  path: string,
  secret: BackupSecret,
  sink: PartSink,
): Promise<Manifest> {
  const file = await openForReading(path);
  const parts = new PartReader(path, sink);
  let seal: Seal | undefined;
  try {
    seal = await openSeal(path, file, secret);
    const {decipher, bodyAt, endAt} = seal;
    if (endAt > bodyAt) {
      const body = file.createReadStream({start: bodyAt, end: endAt - 1, autoClose: false});
      for await (const chunk of body) await parts.take(decipher.update(chunk as Buffer));
    }
    decipher.final();
    return parts.finish();
  } catch (thrown) {
    if (thrown instanceof EdgeError) throw thrown;
    throw damaged(path, whyOpened(seal, parts.sizeBytes) ?? errorText(thrown), thrown);
  } finally {
    await file.close();
  }
}

/** What to say of a file whose seal does not fit, by what its head says of its size. */
function whyOpened(seal: Seal | undefined, sizeBytes: number | undefined): string | undefined {
  if (!seal) return undefined;
  const expected = sizeBytes === undefined ? undefined : seal.bodyAt + sizeBytes + TAG_BYTES;
  const got = seal.endAt + TAG_BYTES;
  return expected === undefined || expected === got
    ? 'expected what was sealed, got something else: it was changed'
    : `expected ${expected} bytes, got ${got}: it was cut short or changed`;
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (thrown) {
    throw new StoreError('backup/unreadable', `${path}: ${errorText(thrown)}`, {path}, thrown);
  }
}

interface Seal {
  readonly decipher: DecipherGCM;
  readonly bodyAt: number;
  readonly endAt: number;
}

async function openSeal(path: string, file: FileHandle, secret: BackupSecret): Promise<Seal> {
  const {size} = await file.stat();
  const start = Buffer.alloc(Math.min(size, MAX_HEAD_BYTES));
  await file.read(start, 0, start.length, 0);
  const bodyAt = start.indexOf(NEW_LINE, MAGIC.length) + 1;
  const endAt = size - TAG_BYTES;
  const head = headSchema.safeParse(parsed(start.subarray(MAGIC.length, bodyAt).toString()));
  if (!start.toString('latin1').startsWith(MAGIC) || bodyAt === 0 || !head.success) {
    const text = `${path} is no backup that this version reads: expected one to begin with '${MAGIC.trim()}', got ${size} bytes of something else`;
    throw new StoreError('backup/format', text, {path});
  }
  if (endAt < bodyAt) throw damaged(path, 'it is cut short');
  const {derivation, salt, nonce, check} = head.data;
  const derived = deriveKey(secret, derivation, fromHex(salt));
  if (derived?.check !== check) {
    const made = derivation.kdf === 'scrypt' ? 'a passphrase' : 'a key file';
    const text = `${path} was made with ${made}, and not with this one`;
    throw new StoreError('backup/key', text, {path});
  }
  const tag = Buffer.alloc(TAG_BYTES);
  await file.read(tag, 0, TAG_BYTES, endAt);
  const decipher = createDecipheriv('aes-256-gcm', derived.key, fromHex(nonce))
    .setAAD(start.subarray(0, bodyAt))
    .setAuthTag(tag);
  return {decipher, bodyAt, endAt};
}

/** Cuts the opened bytes into manifest and parts, and checks each part by itself. */
class PartReader {
  readonly #path: string;
  readonly #sink: PartSink;
  #head = Buffer.alloc(0);
  #manifest: Manifest | undefined;
  #headBytes = 0;
  #index = -1;
  #left = 0;
  #hash = createHash('sha256');

  constructor(path: string, sink: PartSink) {
    this.#path = path;
    this.#sink = sink;
  }

  /** Of everything that is sealed, as the list of contents says; undefined while that is not read. */
  get sizeBytes(): number | undefined {
    if (!this.#manifest) return undefined;
    return this.#manifest.parts.reduce((sum, part) => sum + part.sizeBytes, this.#headBytes);
  }

  async take(bytes: Buffer): Promise<void> {
    let rest = this.#manifest ? bytes : await this.#takeHead(bytes);
    while (rest.length > 0) {
      if (this.#left === 0) throw damaged(this.#path, 'it holds more than it says');
      const piece = rest.subarray(0, this.#left);
      rest = rest.subarray(piece.length);
      this.#left -= piece.length;
      this.#hash.update(piece);
      await this.#sink.write(piece);
      if (this.#left === 0) await this.#next();
    }
  }

  finish(): Manifest {
    if (this.#manifest && this.#index === this.#manifest.parts.length) return this.#manifest;
    throw damaged(this.#path, 'it holds less than it says');
  }

  async #takeHead(bytes: Buffer): Promise<Buffer> {
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf(NEW_LINE);
    if (end === -1) {
      if (this.#head.length > MAX_MANIFEST_BYTES) throw damaged(this.#path, 'its list is too long');
      return Buffer.alloc(0);
    }
    const manifest = manifestSchema.safeParse(parsed(this.#head.subarray(0, end).toString()));
    if (!manifest.success) {
      const [{path, message} = {path: [], message: ''}] = manifest.error.issues;
      const why = `its list of contents cannot be read: ${path.join('.')} ${message}`;
      throw damaged(this.#path, why);
    }
    this.#manifest = manifest.data;
    this.#headBytes = end + 1;
    await this.#next();
    return this.#head.subarray(end + 1);
  }

  /** Close the part that is complete and begin those that follow, empty ones included. */
  async #next(): Promise<void> {
    const parts = this.#manifest?.parts ?? [];
    do {
      const done = parts[this.#index];
      if (done) {
        if (this.#hash.digest('hex') !== done.sha256)
          throw damaged(this.#path, `${done.path}: sum`);
        await this.#sink.end();
      }
      this.#index += 1;
      this.#hash = createHash('sha256');
      const part = parts[this.#index];
      this.#left = part?.sizeBytes ?? 0;
      if (part && this.#manifest) await this.#sink.begin(part, this.#manifest);
    } while (this.#left === 0 && this.#index < parts.length);
  }
}

async function opened<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

function unwritable(path: string, thrown: unknown): unknown {
  if (thrown instanceof EdgeError) return thrown;
  const text = `${path} cannot be written: ${errorText(thrown)}; nothing is left of it`;
  return new StoreError('backup/unwritable', text, {path}, thrown);
}

function damaged(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError('backup/damaged', `${path} is damaged: ${why}`, {path}, cause);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
