/*
 * TypeScript to JavaScript in dist, a file for a file, without looking at types: `npm test` does that.
 * Over it, what is started as a process of its own, in few large files in place of some two thousand
 * small ones: a daemon that was killed is back in half the time.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, extname, join, relative, resolve} from 'node:path';
import {build} from 'esbuild';

const TREES = ['bin', 'cloud-sync', 'drivers', 'edge', 'protocols', 'sim'];
/** Where a part of several programs lies; as deep below dist as the programs. */
const PARTS = 'parts';
/** Not the simulator: it runs with source maps, and to read that of a large file holds it up for a second. */
const PROGRAMS = ['bin/latchkey', 'bin/latchkey-cloud'];
/** Started by tests, the first of them two hundred times; the second changes classes of a daemon, so it needs its very parts. */
const IN_TESTS = ['sim/scenarios/crash/main', 'sim/crash/replay-orders'];
/** They look for their own files beside them. */
const NATIVE = ['better-sqlite3', 'koffi', 'node-hid', 'serialport', '@serialport/*'];
/** Read when they are needed: names of a package in CommonJS are not found in a part that is read so. */
const LATER = ['@peculiar/x509', 'reflect-metadata'];
/** Asked for by pg, which does without. */
const ABSENT = ['pg-native'];

const common = {
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outdir: 'dist',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
};

function sources() {
  return TREES.flatMap(tree =>
    readdirSync(tree, {recursive: true})
      .filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts'))
      .map(path => join(tree, path)),
  );
}

/** A file that is found beside its module is found from wherever the module was put. */
const places = {
  name: 'places',
  setup(bundle) {
    bundle.onLoad({filter: /\.ts$/}, ({path}) => {
      const text = readFileSync(path, 'utf8');
      if (!asksWhere(text)) return undefined;
      const compiled = join('dist', relative('.', path)).replace(/\.ts$/, '.js');
      const place = JSON.stringify(relative(join('dist', PARTS), compiled));
      const contents = text.replaceAll(
        'import.meta.url',
        `new URL(${place}, import.meta.url).href`,
      );
      return {contents, loader: 'ts', resolveDir: dirname(path)};
    });
  },
};

/** Zod's own words in fifty languages are a fifth of what a start reads, and nobody at a site sees them. */
const englishZod = {
  name: 'english-zod',
  setup(bundle) {
    bundle.onLoad({filter: /\/zod\/v4\/locales\/index\.js$/}, ({path}) => ({
      contents: "export {default as en} from './en.js';",
      resolveDir: dirname(path),
    }));
  },
};

const asksWhere = text => text.includes('import.meta.url');

/** `places` counts on it. */
function checkDepths(outputs) {
  for (const [file, {inputs}] of Object.entries(outputs)) {
    const isAsDeep = relative('dist', file).split('/').length === 2;
    const asking = Object.keys(inputs).filter(
      path => extname(path) === '.ts' && asksWhere(readFileSync(resolve(path), 'utf8')),
    );
    if (!isAsDeep && asking.length > 0) throw new Error(`${asking} cannot be part of ${file}`);
  }
}

/** What is read later and not our own belongs into LATER. */
function checkLater(inputs) {
  for (const [file, {imports}] of Object.entries(inputs)) {
    const packed = imports.find(
      ({kind, path, external}) =>
        kind === 'dynamic-import' && !external && path.includes('node_modules/'),
    );
    const isOurs = !file.includes('node_modules/');
    if (isOurs && packed) throw new Error(`${file} reads ${packed.path} later`);
  }
}

await build({...common, entryPoints: sources(), outbase: '.'});
const {metafile} = await build({
  ...common,
  entryPoints: [...PROGRAMS, ...IN_TESTS].map(path => `${path}.ts`),
  outbase: '.',
  bundle: true,
  splitting: true,
  metafile: true,
  allowOverwrite: true,
  chunkNames: `${PARTS}/[name]-[hash]`,
  external: [...NATIVE, ...LATER, ...ABSENT],
  plugins: [places, englishZod],
  // Packages in CommonJS ask for Node's own modules by it.
  banner: {
    js: "import {createRequire as requireOf} from 'node:module';\nconst require = requireOf(import.meta.url);",
  },
});
checkDepths(metafile.outputs);
checkLater(metafile.inputs);
