import {isoTime} from '../platform/iso-time.js';
import {commissioningSheet, type LockNote, type TestNote} from '../report/commissioning-sheet.js';
import {type CommandMachine, type CommandResult, failed, inJson, succeeded} from './command.js';
import {findDaemon} from './daemon-client.js';
import {readSiteFile} from './site-file.js';

export interface ReportOptions {
  readonly config: string;
  readonly json: boolean;
}

/** `latchkey report site FILE`: the sheet that is handed over, to print; in JSON what stands on it. */
export async function reportSite(
  file: string,
  {config: path, json}: ReportOptions,
  machine: CommandMachine,
  write: (path: string, text: string) => string | undefined,
): Promise<CommandResult> {
  const told = (result: CommandResult) => (json ? inJson(result) : result);
  const site = readSiteFile(path, machine);
  const found = findDaemon(path, machine);
  if (site.kind === 'problems') return told(failed(...site.problems));
  if (found.kind === 'problems') return told(failed(...found.problems));
  const state = await found.daemon.state();
  const notes = await found.daemon.look<{
    readonly locks: readonly LockNote[];
    readonly tests: readonly TestNote[];
  }>('/api/tools/notes');
  if (state.kind === 'silent') return told(failed(state.why));
  if (notes.kind === 'silent') return told(failed(notes.why));
  const {error, locks, tests} = notes.body;
  if (error) return told(failed(`refused: ${error.where}: expected ${error.expected}`));
  const at = isoTime(machine.clock.wallMs());
  const facts = {config: site.config, state: state.body, locks, tests, at};
  const why = write(file, await commissioningSheet(facts));
  if (why !== undefined) return told(failed(`${file}: ${why}`));
  if (json) return succeeded(JSON.stringify({ok: true, file, at, locks, tests}));
  return succeeded(`written to ${file}: open it in a browser, print it, sign it`);
}
