import type {Command} from 'commander';
import {checkNatives} from '../edge/commands/check-natives.js';
import {type CommandResult, failed, inJson, succeeded} from '../edge/commands/command.js';
import {systemVersion} from '../edge/commands/system-machine.js';
import {offerUpdate} from '../edge/commands/update.js';
import type {Host} from '../edge/platform/host.js';
import {systemDisk} from '../edge/platform/safe-disk.js';
import {readTextFile} from '../edge/platform/text-file.js';
import {bootRelease} from '../edge/update/boot-release.js';
import {ReleaseFolders} from '../edge/update/release-folders.js';
import {SystemFiles} from '../edge/update/system-files.js';
import {UpdateFiles} from '../edge/update/update-files.js';

const ROOT = '/opt/latchkey';
const SITE = '/var/lib/latchkey/site.yaml';

interface TypedUpdate {
  readonly key: string;
  readonly by: string;
  readonly config: string;
  readonly json: boolean;
}

/** `update FILE`, and what the service does before it starts. */
export function addReleaseCommands(program: Command, host: Host): void {
  program
    .command('update')
    .description(
      'leave a new release to the daemon, which waits until nobody is served, or for the night',
    )
    .argument('<file>', 'package, such as latchkey-0.2.0-x64.tar.gz')
    .option('--key <file>', 'public key of releases', `${ROOT}/release.pub`)
    .option('--by <name>', 'who brings it', host.env('SUDO_USER') ?? 'somebody on the spot')
    .option('--config <file>', 'site file', SITE)
    .option('--json', 'one line of JSON', false)
    .action((file: string, options: TypedUpdate) => {
      const result = offer(file, options);
      host.finish(options.json ? inJson(result) : result);
    });
  const offer = (file: string, {key, by, config}: TypedUpdate): CommandResult => {
    const pem = readTextFile(key);
    if (pem.kind !== 'text') return failed(`${key}: no key of releases`);
    return offerUpdate(file, {config, keyPem: pem.text, arch: host.arch, by}, systemDisk);
  };

  const release = program.command('release').description('releases side by side');
  release
    .command('check')
    .description(
      'load every native module and open a database, as install.sh does before it installs',
    )
    .action(() => host.finish(checkNatives(systemVersion(host))));
  release
    .command('boot')
    .description('put the release in place that is to run; the service does it before each start')
    .option('--root <folder>', 'where the releases lie', ROOT)
    .option('--config <file>', 'site file', SITE)
    .action(({root, config}: {root: string; config: string}) => {
      const done = bootRelease(
        new UpdateFiles(config, systemDisk),
        new ReleaseFolders(root, host.arch, new SystemFiles('/')),
      );
      host.finish(succeeded(done));
    });
}
