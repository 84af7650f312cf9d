#!/usr/bin/env -S UV_THREADPOOL_SIZE=24 MALLOC_ARENA_MAX=2 node --max-semi-space-size=1
// Few malloc arenas for the many threads and a small young generation: less memory for the same work.
import {fileURLToPath} from 'node:url';
import {Command} from 'commander';
import {failed, inJson} from '../edge/commands/command.js';
import type {DoctorOptions} from '../edge/commands/doctor.js';
import type {InitOptions} from '../edge/commands/init.js';
import {openBay} from '../edge/commands/open.js';
import {runSite} from '../edge/commands/run.js';
import {scanSerial} from '../edge/commands/scan-serial.js';
import {tendService} from '../edge/commands/service.js';
import {showStatus} from '../edge/commands/status.js';
import {systemMachine, systemVersion} from '../edge/commands/system-machine.js';
import {type ScanOptions, scanSystemBus} from '../edge/commands/system-scan.js';
import {portRules, socketOf} from '../edge/install/port-rules.js';
import {Host} from '../edge/platform/host.js';
import {LedLamp} from '../edge/platform/led-lamp.js';
import {systemDisk} from '../edge/platform/safe-disk.js';
import {listSerialPorts} from '../edge/platform/serial-ports.js';
import {serviceManager} from '../edge/platform/service-socket.js';
import {readTextFile} from '../edge/platform/text-file.js';
import {UpdateFiles} from '../edge/update/update-files.js';
import {addConfigCommands} from './config-commands.js';
import {addIdentityCommands} from './identity-commands.js';
import {addReleaseCommands} from './release-commands.js';
import {addToolCommands} from './tool-commands.js';

const host = new Host();
const machine = systemMachine(host, async (way, daemon) => {
  // Read only by a daemon with a cloud, when its site runs already: MQTT is the largest part of all.
  const {connectGateway} = await import('./connect-gateway.js');
  return connectGateway(way, daemon);
});
const SIM = '--sim';
const SIMULATED_SITE = '../sim/story/command-at-site.js';
/** Set by the start script of an installed release. */
const RELEASE = 'LATCHKEY_RELEASE';
const siteOption = ['--config <file>', 'site file', 'site.yaml'] as const;
const jsonOption = ['--json', 'one line of JSON', false] as const;

const program = new Command('latchkey')
  .description('The edge daemon of one site, and its commands.')
  .version(systemVersion())
  .option(SIM, 'of any command: at a simulated site instead of what is plugged in');

program
  .command('run')
  .description('run the site until a signal ends it')
  .option(...siteOption)
  .action(async (options: {config: string}) => {
    const outcome = await runSite(options.config, systemVersion(), machine);
    if (outcome.kind === 'refused') return host.finish(outcome.result);
    const lamp = new LedLamp();
    const end = (code: number) => {
      quit();
      return outcome.close().finally(() => host.exit(code));
    };
    const quit = tendService({
      ...{clock: machine.clock, log: machine.log, site: outcome},
      manager: await serviceManager(host),
      lamp: lamp.isThere ? lamp : undefined,
      updates:
        host.env(RELEASE) === undefined ? undefined : new UpdateFiles(options.config, systemDisk),
      leave: () => void end(0),
    });
    host.endWith(() => {
      quit();
      return outcome.close();
    });
    host.finish(await outcome.ended);
    host.exit(1);
  });

program
  .command('init')
  .description('from a box with cables to a working site: finds, scans, proposes, tries each lock')
  .option(...siteOption)
  .option('--language <code>', 'en or zh-CN', 'en')
  .option(...jsonOption)
  .action(async (options: InitOptions) => {
    const {initSystem} = await import('../edge/commands/system-init.js');
    host.finish(await initSystem(options, host, machine));
  });

addConfigCommands(program, host, machine);

addIdentityCommands(program, host, machine);

addReleaseCommands(program, host);

addToolCommands(program, host, machine);

program
  .command('status')
  .description('print what the running daemon sees')
  .option(...siteOption)
  .option(...jsonOption)
  .action(async (options: {config: string; json: boolean}) =>
    host.finish(await showStatus(options.config, machine, options)),
  );

program
  .command('staff')
  .description('the people who use the board')
  .command('code')
  .description('print a one-time code with which a person sets a PIN at the board')
  .argument('<person>', 'as named under staff')
  .option(...siteOption)
  .action(async (person: string, options: {config: string}) => {
    const {giveStaffCode} = await import('../edge/commands/staff-code.js');
    host.finish(await giveStaffCode(options.config, person, machine));
  });

program
  .command('open')
  .description('lower the lock of a bay by hand')
  .argument('<bay>', 'bay, such as A-012')
  .option('--reason <text>', 'why; kept on file')
  .option('--person <id>', 'who, as named under staff')
  .option(...siteOption)
  .option(...jsonOption)
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
  .option(...siteOption)
  .option('--bundle <file>', 'write what may be sent to whoever helps: no secrets, no persons')
  .option(...jsonOption)
  .action(async (options: DoctorOptions) => {
    const {callSystemDoctor} = await import('../edge/commands/system-doctor.js');
    host.finish(await callSystemDoctor(options, host, machine));
  });

program
  .command('ports')
  .description('what adapters of lines are called')
  .command('rules')
  .description('print udev rules: each adapter that is plugged in keeps /dev/site/rs485-N')
  .option('--former <file>', 'rules of before, whose names stay')
  .action(({former}: {former?: string}) => {
    const adapters = listSerialPorts().map(port => ({...port, socket: socketOf(port.byPath)}));
    const before = former === undefined ? undefined : readTextFile(former);
    host.print(portRules(adapters, before?.kind === 'text' ? before.text : ''));
  });

const scanning = program.command('scan').description('find what is connected');
scanning
  .command('serial')
  .description('list the serial ports of this machine; opens none')
  .option(...jsonOption)
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
  .option(...jsonOption)
  .action(async (options: ScanOptions) => host.finish(await scanSystemBus(options, host)));

await parse();

/** With `--sim` a simulated site takes the place of what is plugged in; the same command then runs at it. */
async function parse(): Promise<void> {
  const typed = host.arguments.filter(word => word !== SIM);
  if (typed.length === host.arguments.length) return void (await program.parseAsync());
  if (readTextFile(fileURLToPath(new URL(SIMULATED_SITE, import.meta.url))).kind !== 'text') {
    return host.finish(failed('--sim: expected the whole package; a release has no simulator'));
  }
  let leaf: Command = program;
  for (const word of typed) {
    leaf = leaf.commands.find(command => command.name() === word) ?? leaf;
  }
  const takesConfig = leaf.options.some(({long}) => long === '--config');
  const simulator = fileURLToPath(new URL('latchkey-sim.js', import.meta.url));
  const options = takesConfig ? ['--takes-config'] : [];
  host.exitWith(await host.handOver(simulator, ['with', ...options, ...typed]));
}
