import {fileURLToPath} from 'node:url';
import type {Command} from 'commander';
import {failed} from '../edge/commands/command.js';
import type {Host} from '../edge/platform/host.js';
import {readTextFile} from '../edge/platform/text-file.js';

export const SIM = '--sim';
const SIMULATED_SITE = '../sim/story/command-at-site.js';

/** With `--sim` a simulated site takes the place of what is plugged in; the same command then runs at it. */
export async function parse(program: Command, host: Host): Promise<void> {
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
