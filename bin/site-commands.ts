import type {Command} from 'commander';
import {inJson} from '../edge/commands/command.js';
import type {DoctorOptions} from '../edge/commands/doctor.js';
import {openBay} from '../edge/commands/open.js';
import {scanSerial} from '../edge/commands/scan-serial.js';
import {showStatus} from '../edge/commands/status.js';
import type {systemMachine} from '../edge/commands/system-machine.js';
import {type ScanOptions, scanSystemBus} from '../edge/commands/system-scan.js';
import {showPortRules} from '../edge/install/port-rules.js';
import type {Host} from '../edge/platform/host.js';
import {listSerialPorts} from '../edge/platform/serial-ports.js';
import {readTextFile} from '../edge/platform/text-file.js';

type Machine = ReturnType<typeof systemMachine>;
const SITE = ['--config <file>', 'site file', 'site.yaml'] as const;
const JSON_LINE = ['--json', 'one line of JSON', false] as const;

/** `latchkey status`, `staff code`, `open`, `doctor`, `ports rules` and `scan`. */
export function addSiteCommands(program: Command, host: Host, machine: Machine): void {
  program
    .command('status')
    .description('print what the running daemon sees')
    .option(...SITE)
    .option(...JSON_LINE)
    .action(async (options: {config: string; json: boolean}) =>
      host.finish(await showStatus(options.config, machine, options)),
    );
  program
    .command('staff')
    .description('the people who use the board')
    .command('code')
    .description('print a one-time code with which a person sets a PIN at the board')
    .argument('<person>', 'as named under staff')
    .option(...SITE)
    .option(...JSON_LINE)
    .action(async (person: string, options: {config: string; json: boolean}) => {
      const {giveStaffCode} = await import('../edge/commands/staff-code.js');
      host.finish(await giveStaffCode(options.config, person, machine, options));
    });
  program
    .command('open')
    .description('lower the lock of a bay by hand')
    .argument('<bay>', 'bay, such as A-012')
    .option('--reason <text>', 'why; kept on file')
    .option('--person <id>', 'who, as named under staff')
    .option(...SITE)
    .option(...JSON_LINE)
    .action(
      async (
        bay: string,
        options: {reason?: string; person?: string; config: string; json: boolean},
      ) => {
        const {reason, person, json} = options;
        const result = await openBay(options.config, {bay, reason, person}, machine);
        host.finish(json ? inJson(result) : result);
      },
    );
  program
    .command('doctor')
    .description('look at everything that keeps a site from working; also without a daemon')
    .option(...SITE)
    .option('--bundle <file>', 'write what may be sent to whoever helps: no secrets, no persons')
    .option(...JSON_LINE)
    .action(async (options: DoctorOptions) => {
      const {callSystemDoctor} = await import('../edge/commands/system-doctor.js');
      host.finish(await callSystemDoctor(options, host, machine));
    });
  addPortCommands(program, host);
}

function addPortCommands(program: Command, host: Host): void {
  program
    .command('ports')
    .description('what adapters of lines are called')
    .command('rules')
    .description('print udev rules: each adapter that is plugged in keeps /dev/site/rs485-N')
    .option('--former <file>', 'rules of before, whose names stay')
    .option(...JSON_LINE)
    .action(({former, json}: {former?: string; json: boolean}) => {
      const before = former === undefined ? undefined : readTextFile(former);
      const text = before?.kind === 'text' ? before.text : '';
      const lines = showPortRules(listSerialPorts(), text);
      const result = {exitCode: 0, lines} as const;
      host.finish(json ? inJson(result) : result);
    });
  const scanning = program.command('scan').description('find what is connected');
  scanning
    .command('serial')
    .description('list the serial ports of this machine; opens none')
    .option(...JSON_LINE)
    .action((options: {json: boolean}) => host.finish(scanSerial(listSerialPorts(), options)));
  scanning
    .command('bus')
    .description('ask every address of an RS-485 line at every speed; reads only')
    .option('--port <path>', 'serial port')
    .option('--tcp <host:port>', 'converter on the network')
    .option('--from <unit>', 'first address', '1')
    .option('--to <unit>', 'last address', '32')
    .option('--baud <list>', 'speeds to try', '9600,19200')
    .option('--parity <kind>', 'none, even or odd', 'none')
    .option('--language <code>', 'en or zh-CN', 'en')
    .option(...JSON_LINE)
    .action(async (options: ScanOptions) => host.finish(await scanSystemBus(options, host)));
}
