import type {Command} from 'commander';
import type {SecretOptions} from '../edge/commands/backup.js';
import {inJson} from '../edge/commands/command.js';
import {type EnrolOptions, enrolSite} from '../edge/commands/enroll.js';
import {type systemMachine, systemVersion} from '../edge/commands/system-machine.js';
import type {Host} from '../edge/platform/host.js';
import {PrivateFolder} from '../edge/platform/private-folder.js';

/** `latchkey enroll`, joined to the cloud's side of it, which is read only then. */
export function addIdentityCommands(
  program: Command,
  host: Host,
  machine: ReturnType<typeof systemMachine>,
): void {
  program
    .command('enroll')
    .description('give this gateway its identity, by a one-time code of the cloud')
    .argument('<code>', 'such as K7Q2M-9XWT-A3PD-5YH8Z; good once, for 15 minutes')
    .requiredOption('--cloud <url>', 'HTTP address of the cloud')
    .option('--config <file>', 'site file', 'site.yaml')
    .option('--json', 'one line of JSON', false)
    .action(async (code: string, options: EnrolOptions) => {
      const {enrol} = await import('../cloud-sync/uplink/identity/enrol.js');
      const result = await enrolSite(code, options, machine, (typed, cloudUrl, folder) =>
        enrol(typed, cloudUrl, {
          shelf: new PrivateFolder(folder),
          request: (url, init) => machine.request(url, init),
        }),
      );
      host.finish(result);
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
      const result = await backupSite(file, {...options, version: systemVersion()}, machine);
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
