import test from 'ava';
import {Command} from 'commander';
import {systemMachine} from '../edge/commands/system-machine.js';
import {Host} from '../edge/platform/host.js';
import {addConfigCommands} from './config-commands.js';
import {addIdentityCommands} from './identity-commands.js';
import {addReleaseCommands} from './release-commands.js';
import {addSiteCommands} from './site-commands.js';
import {addToolCommands} from './tool-commands.js';

/** What the service runs, and what is JSON anyway. */
const NO_PERSON_READS = ['config schema', 'release check', 'release boot'];

test('every command of an installer also answers in JSON', t => {
  const host = new Host();
  const machine = systemMachine(host, () => Promise.reject(new TypeError('no cloud')));
  const program = new Command('latchkey');
  for (const add of [addConfigCommands, addIdentityCommands, addSiteCommands, addToolCommands]) {
    add(program, host, machine);
  }
  addReleaseCommands(program, host);
  const leaves: string[] = [];
  const mute: string[] = [];
  const walk = (command: Command, name: string) => {
    for (const child of command.commands) walk(child, `${name} ${child.name()}`.trim());
    if (command.commands.length > 0) return;
    leaves.push(name);
    if (!command.options.some(({long}) => long === '--json')) mute.push(name);
  };
  walk(program, '');
  t.true(leaves.length > 20, leaves.join());
  t.deepEqual(mute.sort(), [...NO_PERSON_READS].sort());
});
