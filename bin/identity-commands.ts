import type {Command} from 'commander';
import {type EnrolOptions, enrolSite} from '../edge/commands/enroll.js';
import type {systemMachine} from '../edge/commands/system-machine.js';
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
}
