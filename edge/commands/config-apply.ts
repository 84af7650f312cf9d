import type {Millis} from '../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {loadSiteConfig} from '../config/load.js';
import type {ConfigAnswer} from '../page/config-actions.js';
import {isoTime} from '../platform/iso-time.js';
import type {ConfigHistoryEntry, ConfigRecord} from '../runtime/site-config/contract.js';
import {recordOf, recordPath} from '../runtime/site-config/site-files.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {findDaemon} from './daemon-client.js';

export interface ApplyOptions {
  readonly by: string;
  /** Devices that the file names no more are meant to go. */
  readonly removing: boolean;
  readonly json: boolean;
}

const LOOK_EVERY_MS: Millis = SECOND_MS;
/** The longest wait for a site at rest, two starts of the daemon and two trials. */
const LOOK_FOR_MS: Millis = 15 * MINUTE_MS;

/**
 * `latchkey config apply FILE`: try a site file in the running daemon, and wait for what becomes of it.
 * Exit code 0 when it is in force at the end.
 */
export function applyConfig(
  sitePath: string,
  file: string,
  options: ApplyOptions,
  machine: CommandMachine,
): Promise<CommandResult> {
  const read = machine.readText(file);
  if (read.kind === 'unreadable') {
    return Promise.resolve(failed(`${file}: cannot be read (${read.why})`));
  }
  return applyText(sitePath, {text: read.text, name: file}, options, machine);
}

/** The same with a text that a command made itself; problems call it `name`. */
export function applyText(
  sitePath: string,
  {text, name}: {readonly text: string; readonly name: string},
  options: ApplyOptions,
  machine: CommandMachine,
): Promise<CommandResult> {
  // The daemon checks as well; here problems carry the name that the person typed.
  const loaded = loadSiteConfig(text, name);
  if (!loaded.ok) return Promise.resolve(failed(...loaded.problems));
  const {by, removing} = options;
  return bring(sitePath, {verb: 'apply', body: {text, by, removing}}, options, machine);
}

/** `latchkey config rollback`: end a trial, or go back to the file that was in force before. */
export function rollbackConfig(
  sitePath: string,
  options: Omit<ApplyOptions, 'removing'>,
  machine: CommandMachine,
): Promise<CommandResult> {
  const order = {verb: 'rollback', body: {by: options.by}} as const;
  return bring(sitePath, order, {...options, removing: true}, machine);
}

interface Order {
  readonly verb: 'apply' | 'rollback';
  readonly body: object;
}

async function bring(
  sitePath: string,
  {verb, body}: Order,
  {json}: ApplyOptions,
  machine: CommandMachine,
): Promise<CommandResult> {
  const found = findDaemon(sitePath, machine);
  if (found.kind === 'problems') return failed(...found.problems);
  const before = JSON.stringify(latest(readRecord(sitePath, machine)));
  const answer = await found.daemon.configure<ConfigAnswer>(verb, body);
  if (answer.kind === 'silent') return failed(answer.why);
  if (answer.body.error) {
    const {where, expected, got} = answer.body.error;
    return failed(`refused: ${where}: expected ${expected}, got ${got}`);
  }
  const {kind, sha, problems} = answer.body;
  if (kind !== 'staged') return told({result: kind, sha, problems}, json);
  return told(await outcomeOf(sha, before, {sitePath, machine}), json);
}

interface Outcome {
  readonly result: ConfigAnswer['kind'] | ConfigHistoryEntry['result'] | 'unknown';
  readonly sha: string;
  readonly problems: readonly string[];
}

interface Place {
  readonly sitePath: string;
  readonly machine: CommandMachine;
}

/** Read from the record: the page is away while the daemon starts anew. */
async function outcomeOf(
  sha: string,
  before: string,
  {sitePath, machine}: Place,
): Promise<Outcome> {
  const untilMs = machine.clock.nowMs() + LOOK_FOR_MS;
  while (machine.clock.nowMs() < untilMs) {
    await machine.clock.sleep(LOOK_EVERY_MS);
    const record = readRecord(sitePath, machine);
    const entry = latest(record);
    if (!entry || record?.trial || entry.sha !== sha || JSON.stringify(entry) === before) continue;
    const problems = entry.result === 'applied' ? [] : [`${entry.why}: ${entry.detail}`];
    return {result: entry.result, sha, problems};
  }
  return {result: 'unknown', sha, problems: [`no outcome within ${LOOK_FOR_MS / MINUTE_MS} min`]};
}

function told({result, sha, problems}: Outcome, json: boolean): CommandResult {
  const isWell = result === 'applied' || result === 'same' || result === 'rolled_back';
  const isWanted = isWell && problems.length === 0;
  const lines = json
    ? [JSON.stringify({sha256: sha, result, problems})]
    : [...problems, `${result} ${sha.slice(0, 12)}`];
  return isWanted ? succeeded(...lines) : failed(...lines);
}

/** `latchkey config history`: which site files were tried, and what became of them. */
export function configHistory(
  sitePath: string,
  {json}: {readonly json: boolean},
  machine: CommandMachine,
): CommandResult {
  const record = readRecord(sitePath, machine);
  if (json) {
    const {trial = null, history = [], backups = [], cloud = null} = record ?? {};
    return succeeded(JSON.stringify({trial, history, backups, cloud}));
  }
  const trial = record?.trial;
  const under = trial ? [`on trial: ${trial.sha.slice(0, 12)} ${trial.phase}, by ${trial.by}`] : [];
  const lines = (record?.history ?? []).map(historyLine);
  return succeeded(...under, ...lines, `${lines.length} site files tried`);
}

function historyLine({wallMs, sha, ver, by, result, why, detail}: ConfigHistoryEntry): string {
  const origin = ver > 0 ? `version ${ver}` : 'by hand';
  const reason = why === null ? '' : ` (${why}: ${detail})`;
  return `${isoTime(wallMs)} ${sha.slice(0, 12)} ${origin}, ${by}: ${result}${reason}`;
}

function readRecord(sitePath: string, machine: CommandMachine): ConfigRecord | undefined {
  const file = machine.readText(recordPath(sitePath));
  return file.kind === 'text' ? recordOf(file.text) : undefined;
}

function latest(record: ConfigRecord | undefined): ConfigHistoryEntry | undefined {
  return record?.history.at(-1);
}
