import {boardProblems} from './board-check.js';
import type {FoundDevice, Inventory, Named, Reference} from './inventory.js';
import {nearWord} from './near-word.js';
import type {ConfigPath} from './yaml-source.js';

/** A clash between two places of the file, or a name that nothing bears. */
export interface TopologyProblem {
  readonly path: ConfigPath;
  readonly text: string;
}

/** Turns a path into `site.yaml:41:7`. */
export type PlaceOf = (path: ConfigPath) => string;

const VAIN_PROOF =
  'expected uid, since this reader hears bare card numbers, which anybody can copy; a proof needs a pn532 with a sector';

/** Every later entry that has the key of an earlier one, with that earlier one. */
function clashes<Entry>(
  list: readonly Entry[],
  keyOf: (entry: Entry) => string,
): readonly {readonly first: Entry; readonly again: Entry}[] {
  const seen = new Map<string, Entry>();
  const found: {readonly first: Entry; readonly again: Entry}[] = [];
  for (const again of list) {
    const first = seen.get(keyOf(again));
    if (first === undefined) seen.set(keyOf(again), again);
    else found.push({first, again});
  }
  return found;
}

function doubleNames(what: string, list: readonly Named[], placeOf: PlaceOf): TopologyProblem[] {
  return clashes(list, entry => entry.id).map(({first, again}) => ({
    path: again.path,
    text: `DUPLICATE_ID two ${what}s are called ${again.id}; the first is at ${placeOf(first.path)}`,
  }));
}

function doubleAddresses(devices: readonly FoundDevice[], placeOf: PlaceOf): TopologyProblem[] {
  const seats = devices.flatMap(({id, line, seats: own}) => own.map(seat => ({...seat, id, line})));
  return clashes(seats, ({line, key}) => `${line} ${key}`).map(({first, again}) => ({
    path: again.path,
    text:
      `DUPLICATE_ADDRESS ${first.id} and ${again.id} both have address ${again.address} ` +
      `on ${again.line}; ${first.id} is at ${placeOf(first.path)}`,
  }));
}

/** A board knows one contact of a lock: a sensor that is left to the lock would never see a car. */
function blindBays({bays, devices}: Inventory): TopologyProblem[] {
  const boardLocks = new Set(devices.filter(({kind}) => kind === 'board-lock').map(({id}) => id));
  return bays
    .filter(({lock, sensor}) => sensor === 'lock' && lock !== undefined && boardLocks.has(lock))
    .map(({lock, sensorPath}) => ({
      path: sensorPath,
      text: `expected a sensor from input or none, since ${lock} is on a board and has no detector`,
    }));
}

function doubleBays(inventory: Inventory, placeOf: PlaceOf): TopologyProblem[] {
  return clashes(inventory.bays, bay => bay.id).map(({first, again}) => ({
    path: again.path,
    text:
      `BAY_TWICE bay ${again.id} is given to ${first.collector} and to ${again.collector}; ` +
      `${first.collector} has it at ${placeOf(first.path)}`,
  }));
}

function doubleLinks(inventory: Inventory, placeOf: PlaceOf): TopologyProblem[] {
  return clashes(inventory.links, link => link.address).map(({first, again}) => ({
    path: again.path,
    text:
      `LINK_TWICE ${first.user} and ${again.user} both open ${again.address}; ` +
      `${first.user} does at ${placeOf(first.path)}`,
  }));
}

function doubleUse(references: readonly Reference[], placeOf: PlaceOf): TopologyProblem[] {
  return clashes(references, use => `${use.device} ${use.part}`).map(({first, again}) => ({
    path: again.path,
    text:
      `DEVICE_TWICE ${[again.device, again.part].join(' ').trim()} serves ${first.user} and ` +
      `${again.user}; ${first.user} takes it at ${placeOf(first.path)}`,
  }));
}

function doubleNumbers({numbers}: Inventory, placeOf: PlaceOf): TopologyProblem[] {
  return clashes(numbers, ({number}) => number).map(({first, again}) => ({
    path: again.path,
    text:
      `NUMBER_TWICE ${first.user} and ${again.user} are both ${again.number}; ` +
      `${first.user} is at ${placeOf(first.path)}`,
  }));
}

function kindsText(kinds: readonly string[]): string {
  const [only = '', ...others] = kinds;
  return others.length > 0 ? `one of ${kinds.join(', ')}` : withArticle(only);
}

function withArticle(kind: string): string {
  return `${/^[aeio]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

function brokenReference(use: Reference, devices: readonly FoundDevice[]): TopologyProblem[] {
  const target = devices.find(device => device.id === use.device);
  if (target && use.kinds.includes(target.kind)) return [];
  if (target !== undefined) {
    const text = `expected ${kindsText(use.kinds)}, but ${target.id} is ${withArticle(target.kind || 'nameless kind')}`;
    return [{path: use.namedAt ?? use.path, text}];
  }
  const near = nearWord(
    use.device,
    devices.filter(device => use.kinds.includes(device.kind)).map(device => device.id),
  );
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  const text = `UNKNOWN_DEVICE no line has a device ${use.device}${hint}`;
  return [{path: use.namedAt ?? use.path, text}];
}

/** A wrong name is told once, however many parts are taken of what it names. */
function eachOnce(problems: readonly TopologyProblem[]): TopologyProblem[] {
  const byPlace = new Map(problems.map(problem => [JSON.stringify(problem), problem]));
  return [...byPlace.values()];
}

/**
 * What single fields cannot show: one address, bay, name, port or device used twice, and references
 * that lead nowhere. Both sides of a clash are named.
 */
export function topologyProblems(inventory: Inventory, placeOf: PlaceOf): TopologyProblem[] {
  const {lines, devices, collectors, staff, references, boardUses, vainProofs} = inventory;
  return [
    ...doubleNames('line', lines, placeOf),
    ...doubleNames('device', devices, placeOf),
    ...doubleNames('collector', collectors, placeOf),
    ...doubleNames('staff member', staff, placeOf),
    ...doubleAddresses(devices, placeOf),
    ...doubleBays(inventory, placeOf),
    ...blindBays(inventory),
    ...doubleLinks(inventory, placeOf),
    ...doubleNumbers(inventory, placeOf),
    // A device of the wrong kind is told as that alone.
    ...doubleUse(
      references.filter(use => brokenReference(use, devices).length === 0),
      placeOf,
    ),
    ...eachOnce(references.flatMap(use => brokenReference(use, devices))),
    ...boardProblems(boardUses, devices),
    ...vainProofs.map(path => ({path, text: VAIN_PROOF})),
  ];
}
