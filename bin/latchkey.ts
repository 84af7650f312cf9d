#!/usr/bin/env -S UV_THREADPOOL_SIZE=24 MALLOC_ARENA_MAX=2 node --max-semi-space-size=1
// Few malloc arenas for the many threads and a small young generation: less memory for the same work.
import {Command} from 'commander';
import {openBay} from '../edge/commands/open.js';
import {runSite} from '../edge/commands/run.js';
import {showStatus} from '../edge/commands/status.js';
import {systemMachine, systemVersion} from '../edge/commands/system-machine.js';
import {type ScanOptions, scanSystemBus} from '../edge/commands/system-scan.js';
import {Host} from '../edge/platform/host.js';
import {addConfigCommands} from './config-commands.js';
import {addIdentityCommands} from './identity-commands.js';

const host = new Host();
const machine = systemMachine(host, async (way, daemon) => {
  // Read only by a daemon with a cloud, when its site runs already: MQTT is the largest part of all.
  const {connectGateway} = await import('./connect-gateway.js');
  return connectGateway(way, daemon);
});
const siteOption = ['--config <file>', 'site file', 'site.yaml'] as const;

const program = new Command('latchkey')
  .description('The edge daemon of one site, and its commands.')
  .version(systemVersion());

program
  .command('run')
  .description('run the site until a signal ends it')
  .option(...siteOption)
  .action(async (options: {config: string}) => {
    const outcome = await runSite(options.config, systemVersion(), machine);
    if (outcome.kind === 'refused') return host.finish(outcome.result);
    host.endWith(() => outcome.close());
    host.finish(await outcome.ended);
    host.exit(1);
  });

addConfigCommands(program, host, machine);

addIdentityCommands(program, host, machine);

program
  .command('status')
  .description('print what the running daemon sees')
  .option(...siteOption)
  .action(async (options: {config: string}) =>
    host.finish(await showStatus(options.config, machine)),
  );

program
  .command('open')
  .description('lower the lock of a bay by hand')
  .argument('<bay>', 'bay, such as A-012')
  .option('--reason <text>', 'why; kept on file')
  .option('--person <id>', 'who, as named under staff')
  .option(...siteOption)
  .action(async (bay: string, options: {reason?: string; person?: string; config: string}) => {
    const {reason, person} = options;
    host.finish(await openBay(options.config, {bay, reason, person}, machine));
  });

const scanning = program.command('scan').description('find what is connected');
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
  .option('--json', 'one line of JSON', false)
  .action(async (options: ScanOptions) => host.finish(await scanSystemBus(options, host)));

await program.parseAsync();
