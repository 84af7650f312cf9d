/*
 * Packages for gateways, each with Node, program, native modules, sums and signature: a tarball, and the
 * same in a .deb. The natives of arm64 are compiled here by Debian's cross compiler, and loaded once under
 * qemu-user.
 */
import {execFileSync} from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join, relative} from 'node:path';

const OUT = 'dist/release';
const WORK = 'dist/release/.work';
/** What takes long to fetch or to compile, and outlives a build. */
const KEPT = 'node_modules/.cache/latchkey-release';
const TREES = ['bin', 'parts', 'edge', 'drivers', 'protocols', 'cloud-sync'];
const INSTALLED = [
  ...['install.sh', 'latchkey.service', 'latchkey-modules.conf', '60-latchkey.rules'],
  ...['sd-image.sh', 'Dockerfile'],
];
/** Only the cloud, or its pages, ask for them. */
const OF_THE_CLOUD = /node_modules\/(swagger-ui-dist|@scarf\/scarf|pg(-[a-z]+)*|aedes(-[a-z]+)*)$/;
const NEVER_RUN = /(\.test\.js|-rig\.js|\.map|\.d\.[cm]?ts|\.md|\.cc|\.hh|\.cpp|\.[chS])$/;
const TO_BUILD =
  /\/better-sqlite3\/(deps|src|build)(\/|$)|\/koffi\/(vendor|doc)(\/|$)|\/obj\.target(\/|$)|musl/;
const DEBIAN_ARCH = {x64: 'amd64', arm64: 'arm64'};
const CROSS = 'aarch64-linux-gnu';

const {version} = JSON.parse(readFileSync('package.json', 'utf8'));
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
const wanted = process.argv.slice(2);
const arches = wanted.length > 0 ? wanted : ['x64', 'arm64'];
const key = releaseKey();
/** A release of another number out of the same sources: for the proof of updates. */
const releaseVersion = process.env.LATCHKEY_RELEASE_VERSION ?? version;

for (const arch of arches) {
  if (!(arch in DEBIAN_ARCH)) throw new Error(`${arch}: x64 or arm64`);
  build(arch);
}

function build(arch) {
  const name = `latchkey-${releaseVersion}-${arch}`;
  const folder = join(WORK, name);
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(join(folder, 'app/dist'), {recursive: true});
  copyProgram(join(folder, 'app'), arch);
  putSqlite(join(folder, 'app/node_modules/better-sqlite3'), arch);
  cpSync(
    join(unpacked(`node-linux-${arch}`, process.versions.node), 'bin/node'),
    join(folder, 'node'),
  );
  chmodSync(join(folder, 'node'), 0o755);
  for (const file of INSTALLED) cpSync(join('edge/install', file), join(folder, file));
  cpSync('edge/install/latchkey.sh', join(folder, 'latchkey'));
  const migrations = readdirSync('edge/store/migrations').map(
    file => Number.parseInt(file, 10) || 0,
  );
  const manifest = {version: releaseVersion, arch, schema: Math.max(...migrations)};
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(
    join(folder, 'release.pub'),
    createPublicKey(key).export({type: 'spki', format: 'pem'}),
  );
  sealFolder(folder);
  proveLoads(folder, arch);
  const tarball = `${name}.tar.gz`;
  const stable = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];
  run('tar', [...stable, '--create', '--gzip', '--file', join(OUT, tarball), '-C', WORK, name]);
  buildDeb(arch, tarball);
  say(`${join(OUT, tarball)} ${Math.round(statSync(join(OUT, tarball)).size / 1e6)} MB`);
}

function copyProgram(app, arch) {
  const foreign = new RegExp(`/prebuilds/(?![^/]*linux-${arch}(/|$))[^/]+`);
  const filter = source => {
    const path = `/${source}`;
    return !(NEVER_RUN.test(path) || TO_BUILD.test(path) || foreign.test(path));
  };
  const copy = path => cpSync(path, join(app, path), {recursive: true, dereference: true, filter});
  copy('package.json');
  copy('edge/page/web');
  for (const tree of TREES) if (existsSync(join('dist', tree))) copy(join('dist', tree));
  for (const [path, {dev}] of Object.entries(lock)) {
    if (path === '' || dev || OF_THE_CLOUD.test(path) || path.includes('@koromix/')) continue;
    if (existsSync(path)) copy(path);
  }
  const koffi = `@koromix/koffi-linux-${arch}`;
  cpSync(unpacked(koffi, lock['node_modules/koffi'].version), join(app, 'node_modules', koffi), {
    recursive: true,
    filter: source => !source.includes('musl'),
  });
}

/** The binding of this machine, or one that the cross compiler makes once. */
function putSqlite(place, arch) {
  const own = 'node_modules/better-sqlite3';
  const built = arch === process.arch ? own : crossBuilt(own);
  const binding = 'build/Release/better_sqlite3.node';
  mkdirSync(dirname(join(place, binding)), {recursive: true});
  cpSync(join(built, binding), join(place, binding));
}

function crossBuilt(own) {
  const folder = join(KEPT, `better-sqlite3-${lock[own].version}-arm64`);
  if (existsSync(join(folder, 'build/Release/better_sqlite3.node'))) return folder;
  need(`${CROSS}-g++`, 'g++-aarch64-linux-gnu');
  cpSync(own, folder, {
    recursive: true,
    dereference: true,
    filter: path => !path.endsWith('/build'),
  });
  const npm = dirname(
    execFileSync('readlink', ['-f', execFileSync('which', ['npm'], {encoding: 'utf8'}).trim()], {
      encoding: 'utf8',
    }).trim(),
  );
  const gyp = join(npm, '../node_modules/node-gyp/bin/node-gyp.js');
  const headers = existsSync('/usr/include/node/node.h') ? ['--nodedir=/usr'] : [];
  const tools = {CC: `${CROSS}-gcc`, CXX: `${CROSS}-g++`, AR: `${CROSS}-ar`, LINK: `${CROSS}-g++`};
  say('compiling SQLite for arm64');
  run(process.execPath, [gyp, 'rebuild', '--release', '--arch=arm64', ...headers], {
    cwd: folder,
    env: {...process.env, ...tools},
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  run(`${CROSS}-strip`, [join(folder, 'build/Release/better_sqlite3.node')]);
  return folder;
}

/** A package of the npm registry, fetched once. */
function unpacked(name, wantedVersion) {
  const own = join('node_modules', name);
  if (existsSync(join(own, 'package.json'))) return own;
  const folder = join(KEPT, `${name.replace('/', '-')}-${wantedVersion}`);
  if (existsSync(join(folder, 'package.json'))) return folder;
  mkdirSync(folder, {recursive: true});
  const options = {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']};
  const packed = execFileSync(
    'npm',
    ['pack', '--silent', '--pack-destination', WORK, `${name}@${wantedVersion}`],
    options,
  );
  run('tar', [
    '--extract',
    '--file',
    join(WORK, packed.trim()),
    '--directory',
    folder,
    '--strip-components=1',
  ]);
  return folder;
}

/** Sums of every file, and the signature over them. */
function sealFolder(folder) {
  const files = readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  const lines = files.map(file => {
    const sum = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
    return `${sum}  ${file}\n`;
  });
  const text = Buffer.from(lines.join(''));
  writeFileSync(join(folder, 'SHA256SUMS'), text);
  writeFileSync(join(folder, 'SHA256SUMS.sig'), sign(null, text, key));
}

/** Every native module is loaded and a database opened, by the Node that is packed. */
function proveLoads(folder, arch) {
  const command = [
    join(folder, 'node'),
    join(folder, 'app/dist/bin/latchkey.js'),
    'release',
    'check',
  ];
  if (arch === process.arch) return run(command[0], command.slice(1));
  need('qemu-aarch64-static', 'qemu-user-static');
  run('qemu-aarch64-static', ['-L', `/usr/${CROSS}`, ...command]);
  say('the natives of arm64 load under qemu-user');
}

/** It carries the tarball: what dpkg would replace in place lies side by side on a gateway. */
function buildDeb(arch, tarball) {
  const root = join(WORK, `deb-${arch}`);
  rmSync(root, {recursive: true, force: true});
  const share = join(root, 'usr/share/latchkey');
  mkdirSync(join(root, 'DEBIAN'), {recursive: true});
  mkdirSync(share, {recursive: true});
  cpSync(join(OUT, tarball), join(share, 'release.tar.gz'));
  const control = [
    ...['Package: latchkey', `Version: ${releaseVersion}`, `Architecture: ${DEBIAN_ARCH[arch]}`],
    ...['Maintainer: Latchkey <latchkey@localhost>', 'Section: misc', 'Priority: optional'],
    ...[
      'Depends: libc6 (>= 2.31), libstdc++6, tar, gzip, adduser',
      'Recommends: openssl, libusb-1.0-0, libudev1',
    ],
    ...[
      'Description: runs an unattended site by itself',
      ' Parking locks, cards, showers and calls; offline, with its own Node.',
      '',
    ],
  ];
  writeFileSync(join(root, 'DEBIAN/control'), control.join('\n'));
  cpSync('edge/install/postinst.sh', join(root, 'DEBIAN/postinst'));
  cpSync('edge/install/prerm.sh', join(root, 'DEBIAN/prerm'));
  for (const file of ['postinst', 'prerm']) chmodSync(join(root, 'DEBIAN', file), 0o755);
  run('dpkg-deb', [
    '--root-owner-group',
    '-Zgzip',
    '-z1',
    '--build',
    root,
    join(OUT, `latchkey_${releaseVersion}_${DEBIAN_ARCH[arch]}.deb`),
  ]);
}

function releaseKey() {
  for (const folder of [WORK, KEPT]) mkdirSync(folder, {recursive: true});
  const path = process.env.LATCHKEY_RELEASE_KEY;
  if (path !== undefined) return createPrivateKey(readFileSync(path));
  const made = join(KEPT, 'throwaway.key');
  if (!existsSync(made)) {
    const {privateKey} = generateKeyPairSync('ed25519');
    writeFileSync(made, privateKey.export({type: 'pkcs8', format: 'pem'}), {mode: 0o600});
  }
  say('LATCHKEY_RELEASE_KEY is not set: signed by a throw-away key, not for the field');
  return createPrivateKey(readFileSync(made));
}

function need(program, debianPackage) {
  try {
    execFileSync('which', [program], {stdio: 'ignore'});
  } catch {
    throw new Error(`${program} is missing: sudo apt-get install ${debianPackage}`);
  }
}

function run(command, args, options = {}) {
  execFileSync(command, args, {stdio: ['ignore', 'ignore', 'inherit'], ...options});
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
