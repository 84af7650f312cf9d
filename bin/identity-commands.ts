import type {Command} from 'commander';
import type {SecretOptions} from '../edge/commands/backup.js';
import {inJson} from '../edge/commands/command.js';
import {type Enrol, type EnrolOptions, enrolSite} from '../edge/commands/enroll.js';
import type {ReplaceOptions} from '../edge/commands/replace.js';
import {type systemMachine, systemVersion} from '../edge/commands/system-machine.js';
import type {Host} from '../edge/platform/host.js';
import {PrivateFolder} from '../edge/platform/private-folder.js';

/** `latchkey enroll` and `replace`, joined to the cloud's side of it, which is read only then. */
export function addIdentityCommands(
  program: Command,
  host: Host,
  machine: ReturnType<typeof systemMachine>,
): void {
  const enrolByCloud: Enrol = async (code, cloudUrl, folder) => {
    const {enrol} = await import('../cloud-sync/uplink/identity/enrol.js');
    return enrol(code, cloudUrl, {
      shelf: new PrivateFolder(folder),
      request: (url, init) => machine.request(url, init),
    });
  };
  program
    .command('enroll')
    .description('give this gateway its identity, by a one-time code of the cloud')
    .argument('<code>', 'such as K7Q2M-9XWT-A3PD-5YH8Z; good once, for 15 minutes')
    .requiredOption('--cloud <url>', 'HTTP address of the cloud')
    .option('--config <file>', 'site file', 'site.yaml')
    .option('--json', 'one line of JSON', false)
    .action(async (code: string, options: EnrolOptions) =>
      host.finish(await enrolSite(code, options, machine, enrolByCloud)),
    );
  program
    .command('replace')
    .description('this gateway takes the place of a broken one: its backup, and an identity')
    .requiredOption('--from <file>', 'the backup')
    .option('--passphrase-file <file>', 'file that holds the passphrase')
    .option('--key-file <file>', 'file that holds 32 bytes in hex, instead')
    .option('--code <code>', 'a one-time code of the cloud; else the identity of the backup')
    .option('--cloud <url>', 'HTTP address of the cloud, with --code')
    .option('--config <file>', 'where the site file is to lie', 'site.yaml')
    .option('--replace', 'put aside what is there', false)
    .option('--json', 'one line of JSON', false)
    .action(async (options: ReplaceOptions & {from: string; json: boolean}) => {
      const {replaceGateway} = await import('../edge/commands/replace.js');
      const result = await replaceGateway(options.from, options, machine, enrolByCloud);
      host.finish(options.json ? inJson(result) : result);
    });
  addBackupCommands(program, host, machine);
}

function addBackupCommands(
  program: Command,
  host: Host,
  machine: ReturnType<typeof systemMachine>,
): void {
  const passphrase = ['--passphrase-file <file>', 'file that holds the passphrase'] as const;
  const key = ['--key-file <file>', 'file that holds 32 bytes in hex, instead'] as const;
  const json = ['--json', 'one line of JSON', false] as const;
  const site = ['--config <file>', 'site file', 'site.yaml'] as const;
  const backup = program
    .command('backup')
    .description('put everything of a site into one sealed file, also while it runs')
    .argument('<file>', 'the file to make')
    .option(...passphrase)
    .option(...key)
    .option(...site)
    .option(...json)
    .action(async (file: string, options: SecretOptions & {config: string; json: boolean}) => {
      const {backupSite} = await import('../edge/commands/backup.js');
      const result = await backupSite(file, {...options, version: systemVersion(host)}, machine);
      host.finish(options.json ? inJson(result) : result);
    });
  backup
    .command('verify')
    .description('read a backup to its end and say what it holds')
    .argument('<file>', 'the backup')
    .option(...passphrase)
    .option(...key)
    .option(...json)
    .action(async (file: string, options: SecretOptions & {json: boolean}) => {
      const {verifySite} = await import('../edge/commands/backup.js');
      const result = await verifySite(file, {...backup.opts(), ...options}, machine);
      host.finish(options.json ? inJson(result) : result);
    });
  program
    .command('restore')
    .description('put a backup in place; the gateway numbers anew and sends what was unsent')
    .argument('<file>', 'the backup')
    .option(...passphrase)
    .option(...key)
    .option('--config <file>', 'where the site file is to lie', 'site.yaml')
    .option('--replace', 'put aside what is there', false)
    .option(...json)
    .action(
      async (
        file: string,
        options: SecretOptions & {config: string; replace: boolean; json: boolean},
      ) => {
        const {restoreSite} = await import('../edge/commands/backup.js');
        const result = await restoreSite(file, options, machine);
        host.finish(options.json ? inJson(result) : result);
      },
    );
}
