import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

interface Lockfile {
  readonly packages: Readonly<Record<string, {readonly dev?: boolean}>>;
}

/** What runs on another machine, or only builds what is built already. */
const FOREIGN =
  /\/prebuilds\/(?![^/]*linux-x64\/)[^/]|\/better-sqlite3\/(deps|src)\/|\/obj\.target\/|musl/;
const NEVER_RUN = /(\.test\.js|\.map|\.d\.[cm]?ts|\.md)$/;

/** Copy the built project with all it needs at run time, and nothing else, to `target`. */
export function copyProject(project: string, target: string): void {
  const copy = (path: string) =>
    cpSync(join(project, path), join(target, path), {
      recursive: true,
      dereference: true,
      filter: source => isRunning(source.slice(project.length)),
    });
  copy('package.json');
  copy('dist');
  copy('edge/page/web');
  for (const path of runtimePackages(project)) copy(path);
}

function isRunning(path: string): boolean {
  return !NEVER_RUN.test(path) && !FOREIGN.test(`${path}/`);
}

/** Folders of the packages that `npm ci --omit=dev` would install here. */
function runtimePackages(project: string): readonly string[] {
  const {packages}: Lockfile = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, {dev}]) => path !== '' && !dev && existsSync(join(project, path)))
    .map(([path]) => path);
}

/** Copy the shared libraries of programs and addons, the loader too, to the places where they are found. */
export function copyLibraries(files: readonly string[], root: string): void {
  const paths = new Set(files.flatMap(file => librariesOf(file)));
  for (const path of paths) cpSync(path, join(root, path), {dereference: true});
}

function librariesOf(file: string): readonly string[] {
  const text = execFileSync('ldd', [file], {encoding: 'utf8'});
  return [...text.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
}

/** Addons under a folder. */
export function addonsIn(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter(path => path.endsWith('.node'))
    .map(path => join(folder, path));
}
