import type {SiteConfig} from '../config/schema.js';
import {secretProblems} from '../config/secret-check.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {readSiteFile} from './site-file.js';

/** `latchkey config check`: every problem of the site file and its secrets at once, or a summary. */
export function checkConfig(path: string, machine: CommandMachine): CommandResult {
  const site = readSiteFile(path, machine);
  if (site.kind === 'problems') return failed(...site.problems, tally(site.problems));
  const problems = secretProblems(site.config, {
    readFile: inner => {
      const file = machine.readText(site.pathOf(inner));
      return file.kind === 'text' ? file.text : undefined;
    },
    env: name => machine.env(name),
  });
  if (problems.length > 0) return failed(...problems, tally(problems));
  return succeeded(...warnings(site.config), summary(path, site.config));
}

function tally(problems: readonly string[]): string {
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`;
}

function summary(path: string, {site, buses, collectors}: SiteConfig): string {
  const bays = collectors.reduce((count, collector) => count + collector.bays.length, 0);
  return `${path}: ok, site ${site.id} with ${buses.length} lines, ${collectors.length} collectors, ${bays} bays`;
}

/** Choices that are allowed, and that their owner should know to have made. */
function warnings({collectors, page, staff}: SiteConfig): readonly string[] {
  const bare = collectors.filter(({minCardSecurity}) => minCardSecurity === 'uid');
  return [
    ...bare.map(
      ({id}) => `warning: collector ${id} accepts bare card numbers, which can be copied`,
    ),
    ...(['127.0.0.1', 'localhost', '::1'].includes(page.host)
      ? []
      : [`warning: the local page is open to the network on ${page.host}`]),
    ...(staff.length > 0 ? [] : ['warning: nobody is named under staff, so nobody can act']),
  ];
}
