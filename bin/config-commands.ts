import type {Command} from 'commander';
import {inJson} from '../edge/commands/command.js';
import {
  type ApplyOptions,
  applyConfig,
  configHistory,
  rollbackConfig,
} from '../edge/commands/config-apply.js';
import {checkConfig} from '../edge/commands/config-check.js';
import {printSchema} from '../edge/commands/config-schema.js';
import type {systemMachine} from '../edge/commands/system-machine.js';
import type {Host} from '../edge/platform/host.js';

/** `latchkey config ...` */
export function addConfigCommands(
  program: Command,
  host: Host,
  machine: ReturnType<typeof systemMachine>,
): void {
  const siteOption = ['--config <file>', 'site file', 'site.yaml'] as const;
  const jsonOption = ['--json', 'one line of JSON', false] as const;
  const config = program.command('config').description('look at site files, and bring new ones');
  config
    .command('check')
    .description('print every problem of the site file and its secrets')
    .option(...siteOption)
    .option(...jsonOption)
    .action((options: {config: string; json: boolean}) => {
      const result = checkConfig(options.config, machine);
      host.finish(options.json ? inJson(result) : result);
    });
  config
    .command('schema')
    .description('print the JSON Schema of the site file')
    .action(() => host.finish(printSchema()));
  const byOption = [
    '--by <name>',
    'who brings it; kept on file',
    host.env('USER') ?? 'local',
  ] as const;
  config
    .command('apply')
    .description('try a site file in the running daemon; it goes back unless the devices stay')
    .argument('<file>', 'the new site file')
    .option(...siteOption)
    .option(...byOption)
    .option('--removing', 'devices that it names no more are meant to go', false)
    .option(...jsonOption)
    .action(async (file: string, options: ApplyOptions & {config: string}) =>
      host.finish(await applyConfig(options.config, file, options, machine)),
    );
  config
    .command('rollback')
    .description('end a trial, or go back to the site file that was in force before')
    .option(...siteOption)
    .option(...byOption)
    .option(...jsonOption)
    .action(async (options: ApplyOptions & {config: string}) =>
      host.finish(await rollbackConfig(options.config, options, machine)),
    );
  config
    .command('history')
    .description('print which site files were tried, and what became of them')
    .option(...siteOption)
    .option(...jsonOption)
    .action((options: {config: string; json: boolean}) =>
      host.finish(configHistory(options.config, options, machine)),
    );
}
