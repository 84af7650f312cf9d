#!/usr/bin/env -S UV_THREADPOOL_SIZE=24 MALLOC_ARENA_MAX=2 node --max-semi-space-size=1
// Few malloc arenas for the many threads and a small young generation: less memory for the same work.
import {Command} from 'commander';
import type {InitOptions} from '../edge/commands/init.js';
import {runSite} from '../edge/commands/run.js';
import {tendService} from '../edge/commands/service.js';
import {RELEASE, systemMachine, systemVersion} from '../edge/commands/system-machine.js';
import {Host} from '../edge/platform/host.js';
import {LedLamp} from '../edge/platform/led-lamp.js';
import {systemDisk} from '../edge/platform/safe-disk.js';
import {serviceManager} from '../edge/platform/service-socket.js';
import {UpdateFiles} from '../edge/update/update-files.js';
import {parse, SIM} from './at-simulated-site.js';
import {addConfigCommands} from './config-commands.js';
import {addIdentityCommands} from './identity-commands.js';
import {addReleaseCommands} from './release-commands.js';
import {addSiteCommands} from './site-commands.js';
import {addToolCommands} from './tool-commands.js';

const host = new Host();
const machine = systemMachine(host, async (way, daemon) => {
  // Read only by a daemon with a cloud, when its site runs already: MQTT is the largest part of all.
  const {connectGateway} = await import('./connect-gateway.js');
  return connectGateway(way, daemon);
});
const siteOption = ['--config <file>', 'site file', 'site.yaml'] as const;
const jsonOption = ['--json', 'one line of JSON', false] as const;

const program = new Command('latchkey')
  .description('The edge daemon of one site, and its commands.')
  .version(systemVersion(host))
  .option(SIM, 'of any command: at a simulated site instead of what is plugged in');

program
  .command('run')
  .description('run the site until a signal ends it')
  .option(...siteOption)
  .action(async (options: {config: string}) => {
    const outcome = await runSite(options.config, systemVersion(host), machine);
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

addSiteCommands(program, host, machine);

await parse(program, host);
