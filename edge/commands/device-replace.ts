import {loadSiteConfig} from '../config/load.js';
import type {SiteConfig} from '../config/schema.js';
import {YamlSource} from '../config/yaml-source.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {applyText} from './config-apply.js';
import {testDevice} from './device-test.js';

export interface DeviceReplaceOptions {
  readonly config: string;
  /** Where the new unit answers on its line; left out, where the old one did. */
  readonly address?: number;
  /** Who exchanges it; kept on file. */
  readonly person: string;
}

const LOCK_KINDS: readonly string[] = ['parking-lock', 'board-lock'];

/**
 * `latchkey device replace ID`: a unit of a line was exchanged. It keeps its name, and with that all that was
 * ever journalled of it. A new address goes through the trial of a site file, before which the daemon keeps a
 * copy; a lock is then asked for its state, as a test in the journal. Exit code 1 when the address was not
 * taken or the new lock did not pass.
 */
export async function replaceDevice(
  id: string,
  {config: sitePath, address, person}: DeviceReplaceOptions,
  machine: CommandMachine,
): Promise<CommandResult> {
  const read = machine.readText(sitePath);
  if (read.kind === 'unreadable') return failed(`${sitePath}: cannot be read (${read.why})`);
  const {text} = read;
  const loaded = loadSiteConfig(text, sitePath);
  if (!loaded.ok) return failed(...loaded.problems);
  const unit = findUnit(loaded.config, id);
  if (!unit) return failed(`${id}: expected a device of a line, as named under buses`);
  const {kind, path} = unit;
  const former = address === undefined || unit.address === address ? undefined : unit.address;
  const done: string[] = [`${id}: keeps its name and its history`];
  if (address !== undefined && former !== undefined) {
    const changed = new YamlSource(text, sitePath).withNumber(path, address);
    if (changed === undefined) return failed(`${id}: its site file names no address to change`);
    const order = {by: person, removing: false, json: false};
    const applied = await applyText(sitePath, {text: changed, name: sitePath}, order, machine);
    if (applied.exitCode !== 0) return failed(...applied.lines);
    done.push(`address ${former} is now ${address}: ${applied.lines.join('; ')}`);
  }
  if (!LOCK_KINDS.includes(kind)) return succeeded(...done, 'next: latchkey status');
  const question = {kind: 'lock', device: id, what: 'status', seconds: 20, force: false} as const;
  const tested = await testDevice({...question, person, config: sitePath, json: false}, machine);
  done.push(...tested.lines);
  if (tested.exitCode === 0) {
    return succeeded(
      ...done,
      `next: latchkey lock test ${id} down, then up; until then a lock of another model serves nobody`,
    );
  }
  const back = former === undefined ? '' : ', or latchkey config rollback';
  return failed(
    ...done,
    `the test of ${id} at address ${address ?? unit.address} did not pass: latchkey scan bus tells who answers${back}`,
  );
}

function findUnit({buses}: SiteConfig, id: string) {
  for (const [line, {devices}] of buses.entries()) {
    for (const [place, device] of devices.entries()) {
      if (device.id !== id || !('address' in device)) continue;
      const path = ['buses', line, 'devices', place, 'address'];
      return {kind: device.kind as string, address: Number(device.address), path};
    }
  }
  return undefined;
}
