import {loadSiteConfig} from '../config/load.js';
import {YamlSource} from '../config/yaml-source.js';
import type {NewUnit, PermitOutcome} from '../domain/permit/permit-machine.js';
import type {PermitShown} from '../permit/permit-desk.js';
import {type CommandMachine, type CommandResult, failed, inJson, succeeded} from './command.js';
import {applyText} from './config-apply.js';
import {type DaemonClient, findDaemon} from './daemon-client.js';

export interface PermitOptions {
  readonly config: string;
  readonly json: boolean;
  /** Who opens it; kept on file. */
  readonly person: string;
  readonly seconds: number;
}

/** A window as it was typed. */
export type PermitWish =
  | {readonly kind: 'card'; readonly place: string; readonly holder: string}
  /** `name`: what the site file is to call the new unit. */
  | {
      readonly kind: 'device';
      readonly place: string;
      readonly name: string;
      readonly to: number;
    };

export interface PermitScreen {
  print(line: string): void;
  /** Ctrl-C closes the window. */
  isStopped(): boolean;
}

const LOOK_EVERY_MS = 1000;
const COUNT_EVERY_S = 10;
const PATH = '/api/tools/permit';

/**
 * `latchkey permit card|device`: a window in which the daemon takes on one card that nobody has, or one unit that
 * stands in no site file, and a countdown while it is open. Exit code 0 when one was taken on.
 */
export async function permitOne(
  wish: PermitWish,
  options: PermitOptions,
  machine: CommandMachine,
  screen: PermitScreen,
): Promise<CommandResult> {
  const {config, json, person, seconds} = options;
  const told = (result: CommandResult, last: PermitOutcome | null) =>
    json ? inJson(result, {last}) : result;
  const found = findDaemon(config, machine);
  if (found.kind === 'problems') return told(failed(...found.problems), null);
  if (wish.kind === 'device' && namesDevice(config, wish.name, machine)) {
    return told(failed(`${wish.name}: expected a name that the site file does not have`), null);
  }
  const answer = await found.daemon.act<PermitShown>(PATH, {...wish, person, seconds});
  if (answer.kind === 'silent') return told(failed(answer.why), null);
  const {error} = answer.body;
  if (error) return told(failed(`refused: ${error.where}: ${error.expected}`), null);
  const print = (line: string) => json || screen.print(line);
  const last = await watched(found.daemon, machine, {...screen, print});
  if (typeof last === 'string') return told(failed(last), null);
  if (last.end === 'found' && last.unit && wish.kind === 'device') {
    return told(await takeUnit(wish, last.unit, options, machine), last);
  }
  const line = `permit ${wish.kind} at ${wish.place}: ${last.end}${last.why && `: ${last.why}`}`;
  return told(last.end === 'taken' ? succeeded(line) : failed(line), last);
}

/** What became of the window, once it is closed; a sentence when nobody can tell. */
async function watched(
  daemon: DaemonClient,
  {clock}: CommandMachine,
  screen: PermitScreen,
): Promise<PermitOutcome | string> {
  let told = Number.POSITIVE_INFINITY;
  for (;;) {
    const answer = await daemon.look<PermitShown>(PATH);
    if (answer.kind === 'silent') return `${answer.why}; a window does not outlive its daemon`;
    const {open, last, nowMs, error} = answer.body;
    if (error) return `refused: ${error.where}: expected ${error.expected}`;
    if (last) return last;
    const leftS = open ? Math.ceil((open.endsMs - nowMs) / 1000) : told;
    if (leftS <= told - COUNT_EVERY_S || told === Number.POSITIVE_INFINITY) {
      screen.print(`open for ${leftS} s more: Ctrl-C closes it`);
      told = leftS;
    }
    if (screen.isStopped()) await daemon.act(`${PATH}/close`, {});
    await clock.sleep(LOOK_EVERY_MS);
  }
}

function namesDevice(path: string, name: string, machine: CommandMachine): boolean {
  const read = machine.readText(path);
  const loaded = read.kind === 'text' ? loadSiteConfig(read.text, path) : undefined;
  if (!loaded?.ok) return false;
  const {buses, devices} = loaded.config;
  return [...buses.flatMap(line => line.devices), ...devices].some(({id}) => id === name);
}

/** The new unit goes into the site file by the trial of every site file, before which a copy is kept. */
async function takeUnit(
  {place, name}: Extract<PermitWish, {kind: 'device'}>,
  {kind, address}: NewUnit,
  {config, person}: PermitOptions,
  machine: CommandMachine,
): Promise<CommandResult> {
  const read = machine.readText(config);
  if (read.kind === 'unreadable') return failed(`${config}: cannot be read (${read.why})`);
  const loaded = loadSiteConfig(read.text, config);
  if (!loaded.ok) return failed(...loaded.problems);
  const line = loaded.config.buses.findIndex(({id}) => id === place);
  const item = `{ id: ${JSON.stringify(name)}, kind: ${kind}, address: ${address} }`;
  const text = new YamlSource(read.text, config).withItem(['buses', line, 'devices'], item);
  if (text === undefined) return failed(`${place}: expected a list of devices to add to`);
  const order = {by: person, removing: false, json: false};
  const applied = await applyText(config, {text, name: config}, order, machine);
  const about = `${kind} at address ${address} of ${place}`;
  if (applied.exitCode !== 0)
    return failed(`${about} was found, and not taken on`, ...applied.lines);
  const next =
    kind === 'parking-lock'
      ? `next: name ${name} at a bay of its collector`
      : 'next: latchkey status';
  return succeeded(`${name}: ${about} is taken on: ${applied.lines.join('; ')}`, next);
}
