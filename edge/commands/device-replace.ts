import {loadSiteConfig} from '../config/load.js';
import {YamlSource} from '../config/yaml-source.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {applyText} from './config-apply.js';
import {findDaemon} from './daemon-client.js';
import {type DevicePlace, devicePlace} from './device-place.js';
import {testDevice} from './device-test.js';

export interface DeviceReplaceOptions {
  readonly config: string;
  /** Where the new one is: unit of its line, port, host or serial number; left out, where the old one was. */
  readonly address?: string;
  /** Who exchanges it; kept on file. */
  readonly person: string;
}

interface Exchange extends DeviceReplaceOptions {
  readonly id: string;
  readonly text: string;
  readonly place: DevicePlace;
}

const LOCK_KINDS: readonly string[] = ['parking-lock', 'board-lock'];
const NUMBER = /^\d{1,9}$/;

/**
 * `latchkey device replace ID`: a device was exchanged, of whatever kind. It keeps its name, and with that all
 * that was ever journalled of it. The daemon keeps a sealed copy of the site first. A new address goes through the
 * trial of a site file; a lock is then asked for its state, as a test in the journal, and of others is told whether
 * they answer. Exit code 1 when the address was not taken or the new device is silent.
 */
export async function replaceDevice(
  id: string,
  options: DeviceReplaceOptions,
  machine: CommandMachine,
): Promise<CommandResult> {
  const {config: sitePath} = options;
  const read = machine.readText(sitePath);
  if (read.kind === 'unreadable') return failed(`${sitePath}: cannot be read (${read.why})`);
  const {text} = read;
  const loaded = loadSiteConfig(text, sitePath);
  if (!loaded.ok) return failed(...loaded.problems);
  const place = devicePlace(new YamlSource(text, sitePath), id);
  if (!place)
    return failed(`${id}: expected a device, as named under buses, devices or collectors`);
  const exchange = {...options, id, text, place};
  const moved = await moveDevice(exchange, machine);
  if (moved.exitCode !== 0) return moved;
  const done = [`${id}: keeps its name and its history`, ...moved.lines];
  const looked = LOCK_KINDS.includes(place.kind)
    ? await tryLock(exchange, machine)
    : await lookAt(exchange, machine);
  return {exitCode: looked.exitCode, lines: [...done, ...looked.lines]};
}

/** Its new address into the site file, or only the copy where it has the old one. */
async function moveDevice(exchange: Exchange, machine: CommandMachine): Promise<CommandResult> {
  const {address, config: sitePath, id, person, place, text} = exchange;
  const isNew = address !== undefined && address !== String(place.address);
  if (!isNew) return keepCopy(exchange, machine);
  const {addressPath, address: former} = place;
  const value = typeof former === 'number' && NUMBER.test(address) ? Number(address) : address;
  const changed = addressPath && new YamlSource(text, sitePath).withScalar(addressPath, value);
  if (changed === undefined) return failed(`${id}: its site file names no address to change`);
  const order = {by: person, removing: false, json: false};
  // The daemon keeps its copy before the trial.
  const applied = await applyText(sitePath, {text: changed, name: sitePath}, order, machine);
  if (applied.exitCode !== 0) return failed(...applied.lines);
  return succeeded(`address ${former} is now ${address}: ${applied.lines.join('; ')}`);
}

async function keepCopy(exchange: Exchange, machine: CommandMachine): Promise<CommandResult> {
  const found = findDaemon(exchange.config, machine);
  if (found.kind === 'problems') return failed(...found.problems);
  const answer = await found.daemon.copySite(exchange.person);
  if (answer.kind === 'silent') return failed(answer.why);
  const {body} = answer;
  if (body.error) {
    const {where, expected, got} = body.error;
    return failed(`refused: ${where}: expected ${expected}, got ${got}`);
  }
  // A disk without room must not keep a site from its new lock.
  return succeeded(
    body.kind === 'copied' ? `copy of the site: ${body.file}` : `no copy was kept: ${body.why}`,
  );
}

async function tryLock(exchange: Exchange, machine: CommandMachine): Promise<CommandResult> {
  const {address, config, id, person, place} = exchange;
  const question = {kind: 'lock', device: id, what: 'status', seconds: 20, force: false} as const;
  const tested = await testDevice({...question, person, config, json: false}, machine);
  if (tested.exitCode === 0) {
    return succeeded(
      ...tested.lines,
      `next: latchkey lock test ${id} down, then up; until then a lock of another model serves nobody`,
    );
  }
  return failed(
    ...tested.lines,
    `the test of ${id} at address ${address ?? place.address} did not pass: latchkey scan bus tells who answers${wayBack(exchange)}`,
  );
}

async function lookAt(exchange: Exchange, machine: CommandMachine): Promise<CommandResult> {
  const {address, config, id, place} = exchange;
  const found = findDaemon(config, machine);
  if (found.kind === 'problems') return failed(...found.problems);
  const answer = await found.daemon.state();
  if (answer.kind === 'silent') return failed(answer.why);
  const {alarms, collectors, devices} = answer.body;
  const isSilent =
    [...devices, ...collectors].some(one => one.id === id && one.health === 'offline') ||
    alarms.some(({kind, device}) => kind === 'DEVICE_OFFLINE' && device === id);
  if (!isSilent) return succeeded(`${id}: no sign that it is silent`, 'next: latchkey status');
  return failed(
    `${id} does not answer at ${address ?? place.address ?? 'its place'}: latchkey doctor tells why${wayBack(exchange)}`,
  );
}

function wayBack({address, place}: Exchange): string {
  const isMoved = address !== undefined && address !== String(place.address);
  return isMoved ? ', or latchkey config rollback' : '';
}
