import {createHash, createPublicKey, verify} from 'node:crypto';
import {lstatSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {PackageRefusal, type ReleaseManifest} from './boot-release.js';

export const MANIFEST_FILE = 'manifest.json';
const SUMS_FILE = 'SHA256SUMS';
const SIGNATURE_FILE = 'SHA256SUMS.sig';
const SUM_LINE = /^([0-9a-f]{64}) {2}(.+)$/;
const VERSION = /^\d[0-9A-Za-z.+-]{0,63}$/;

/**
 * Is this folder an unpacked release that holder of the key has signed, whole, with no file more or less?
 * `keyPem` is the Ed25519 public key of releases. @throws PackageRefusal
 */
export function checkPackage(folder: string, keyPem: string, arch: string): ReleaseManifest {
  const sums = readOr(folder, SUMS_FILE);
  const signature = readOr(folder, SIGNATURE_FILE);
  if (!verify(null, sums, createPublicKey(keyPem), signature)) {
    throw new PackageRefusal('signature', 'the signature is not of the key of releases');
  }
  checkSums(folder, sums.toString('utf8'));
  const manifest = JSON.parse(readOr(folder, MANIFEST_FILE).toString('utf8')) as ReleaseManifest;
  if (!VERSION.test(manifest.version)) throw new PackageRefusal('damaged', 'no version');
  if (manifest.arch !== arch) {
    throw new PackageRefusal('arch', `it is for ${manifest.arch}, this machine is ${arch}`);
  }
  return manifest;
}

function checkSums(folder: string, text: string): void {
  const wanted = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, sum, path] = SUM_LINE.exec(line) ?? [];
    if (sum !== undefined && path !== undefined) wanted.set(path, sum);
  }
  for (const path of filesIn(folder)) {
    if (path === SUMS_FILE || path === SIGNATURE_FILE) continue;
    const sum = createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
    if (wanted.get(path) !== sum) {
      throw new PackageRefusal('damaged', `${path} is not the file that was signed`);
    }
    wanted.delete(path);
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw new PackageRefusal('damaged', `${missing} is missing`);
}

/** @throws PackageRefusal a link could lead out of the folder */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(path => {
    const about = lstatSync(join(folder, path));
    if (about.isDirectory()) return false;
    if (!about.isFile()) throw new PackageRefusal('damaged', `${path} is no plain file`);
    return true;
  });
}

function readOr(folder: string, name: string): Buffer {
  try {
    return readFileSync(join(folder, name));
  } catch {
    throw new PackageRefusal('damaged', `it has no ${name}`);
  }
}
