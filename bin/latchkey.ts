#!/usr/bin/env node
import {Command} from 'commander';
import type {CommandMachine, CommandResult} from '../edge/commands/command.js';
import {checkConfig} from '../edge/commands/config-check.js';
import {printSchema} from '../edge/commands/config-schema.js';
import {openBay} from '../edge/commands/open.js';
import {showStatus} from '../edge/commands/status.js';
import {SystemClock} from '../edge/platform/system-clock.js';
import {readTextFile} from '../edge/platform/text-file.js';

/** A daemon on the same machine that says nothing for so long hangs. */
const ANSWER_LIMIT_MS = 5000;
const SITE_FILE = 'site.yaml';

const machine: CommandMachine = {
  clock: new SystemClock(),
  readText: readTextFile,
  env: name => process.env[name],
  request: (url, options) => fetch(url, {...options, signal: AbortSignal.timeout(ANSWER_LIMIT_MS)}),
};

function print({exitCode, lines}: CommandResult): void {
  const stream = exitCode === 0 ? process.stdout : process.stderr;
  stream.write(`${lines.join('\n')}\n`);
  process.exitCode = exitCode;
}

const program = new Command('latchkey').description(
  'The edge daemon of one site, and its commands.',
);

const config = program.command('config').description('look at a site file');
config
  .command('check')
  .description('print every problem of the site file and its secrets')
  .option('--config <file>', 'site file', SITE_FILE)
  .action((options: {config: string}) => print(checkConfig(options.config, machine)));
config
  .command('schema')
  .description('print the JSON Schema of the site file')
  .action(() => print(printSchema()));

program
  .command('status')
  .description('print what the running daemon sees')
  .option('--config <file>', 'site file', SITE_FILE)
  .action(async (options: {config: string}) => print(await showStatus(options.config, machine)));

program
  .command('open')
  .description('lower the lock of a bay by hand')
  .argument('<bay>', 'bay, such as A-012')
  .option('--reason <text>', 'why; kept on file')
  .option('--person <id>', 'who, as named under staff')
  .option('--config <file>', 'site file', SITE_FILE)
  .action(async (bay: string, options: {reason?: string; person?: string; config: string}) => {
    const {reason, person} = options;
    print(await openBay(options.config, {bay, reason, person}, machine));
  });

await program.parseAsync();
