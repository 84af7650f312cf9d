import type {SetupMachine} from '../setup/contract.js';
import {triedSite} from '../setup/run-trial.js';
import {SetupWizard} from '../setup/wizard.js';
import {type CommandResult, failed, succeeded} from './command.js';
import {checkConfig} from './config-check.js';
import {type DaemonMachine, runSite} from './run.js';

export interface InitOptions {
  readonly config: string;
  readonly language: string;
  readonly json: boolean;
}

/** What the wizard needs beyond what a daemon does: a person, the list of ports, and a place for the file. */
export interface InitMachine extends DaemonMachine, Pick<SetupMachine, 'ask' | 'tell' | 'ports'> {
  writeText(path: string, text: string): void;
}

/** `latchkey init`: from a box with cables to a working site. Exit code 0 when every lock was seen to move. */
export async function initSite(
  {config: path, language, json}: InitOptions,
  version: string,
  machine: InitMachine,
): Promise<CommandResult> {
  if (language !== 'en' && language !== 'zh-CN') {
    return failed(`--language: expected en or zh-CN, got ${language}`);
  }
  const wizard = new SetupWizard(setupMachine(path, version, machine), language);
  const result = await wizard.run();
  const lines = json ? [JSON.stringify(result)] : result.why === undefined ? [] : [result.why];
  return result.isWorking ? succeeded(...lines) : failed(...lines);
}

function setupMachine(path: string, version: string, machine: InitMachine): SetupMachine {
  const {clock} = machine;
  return {
    clock,
    ports: () => machine.ports(),
    openLink: (link, name) => machine.openLink(link, name),
    tell: line => machine.tell(line),
    ask: question => machine.ask(question),
    readSite: () => {
      const file = machine.readText(path);
      return file.kind === 'text' ? file.text : undefined;
    },
    writeSite: text => machine.writeText(path, text),
    siteProblems: () => {
      const {exitCode, lines} = checkConfig(path, machine);
      return exitCode === 0 ? [] : lines;
    },
    startSite: async () => {
      const outcome = await runSite(path, version, machine);
      if (outcome.kind === 'refused') return outcome.result.lines;
      const {daemon} = outcome;
      const trial = {site: daemon.site, clock: daemon.clock, close: () => outcome.close()};
      return triedSite(trial, 'installer');
    },
  };
}
