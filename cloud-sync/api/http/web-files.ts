import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path/posix';
import {fileURLToPath} from 'node:url';

/** A file of the web client as browsers get it. */
export interface WebFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface WebFiles {
  /** Of all files together: it stands in their addresses, so each of them never changes. */
  readonly version: string;
  /** By path below the version. */
  readonly files: ReadonlyMap<string, WebFile>;
  /** Names that modules import, to their paths. */
  readonly libraries: Readonly<Record<string, string>>;
}

export const ENTRY = 'cloud-sync/web/main.js';
/** In their order. */
export const STYLES = [
  'base.css',
  'controls.css',
  'content.css',
  'frame.css',
  'kiosk.css',
] as const;
export const ICON = 'icon.svg';

/** The modules as the compiler wrote them; styles and pictures lie in the source tree. */
const BUILT = new URL('../../../', import.meta.url);
const SOURCES = new URL('../../../../cloud-sync/web/', import.meta.url);
const SCRIPT = 'text/javascript; charset=utf-8';
const IMPORTED = /\b(?:from|import)\s*["']([\w@./-]+)["']/g;
const MAP_LINE = /^\/\/# sourceMappingURL=.*$/m;

/** Everything that the client consists of: what its first module imports, and what that imports. */
export function loadWebFiles(): WebFiles {
  const files = new Map<string, WebFile>([
    ...STYLES.map(name => [name, {type: 'text/css; charset=utf-8', bytes: read(name)}] as const),
    [ICON, {type: 'image/svg+xml', bytes: read(ICON)}],
  ]);
  const libraries = new Map<string, string>();
  const waiting = [{path: ENTRY, file: new URL(ENTRY, BUILT)}];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const {path, file} = next;
    if (files.has(path)) continue;
    const text = readFileSync(fileURLToPath(file), 'utf8').replace(MAP_LINE, '');
    files.set(path, {type: SCRIPT, bytes: new Uint8Array(Buffer.from(text))});
    for (const [, name = ''] of text.matchAll(IMPORTED)) {
      if (name.startsWith('.')) {
        const near = normalize(join(dirname(path), name));
        waiting.push({path: near, file: new URL(name, file)});
      } else {
        const at = `lib/${name.replaceAll('/', '-')}.js`;
        libraries.set(name, at);
        waiting.push({path: at, file: new URL(import.meta.resolve(name))});
      }
    }
  }
  return {version: versionOf(files), files, libraries: Object.fromEntries(libraries)};
}

function versionOf(files: ReadonlyMap<string, WebFile>): string {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) {
    hash.update(`${path}\n`).update(files.get(path)?.bytes ?? '');
  }
  return hash.digest('hex').slice(0, 16);
}

function read(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(name, SOURCES))));
}
