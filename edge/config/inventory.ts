import {lineProtocolOf} from './device-kinds/line-protocols.js';
import {LOCK_KINDS} from './device-kinds/locks.js';
import {type PlantReference, plantReferences} from './device-kinds/plant-references.js';
import type {ConfigPath} from './yaml-source.js';

/** A name in the file, and where it stands. */
export interface Named {
  readonly id: string;
  readonly path: ConfigPath;
}

export interface FoundDevice extends Named {
  readonly kind: string;
  /** Undefined for a device with a link of its own. */
  readonly line: string | undefined;
  readonly profile: string | undefined;
  /** Places on its line that nobody else may take. */
  readonly seats: readonly LineSeat[];
}

export interface LineSeat {
  /** The same for whoever would clash with it. */
  readonly key: string;
  /** The address in words. */
  readonly address: string;
  readonly path: ConfigPath;
}

/** `user` points at a device by name. */
export interface Reference {
  readonly device: string;
  /** What it may be. */
  readonly kinds: readonly string[];
  readonly user: string;
  readonly path: ConfigPath;
  /** Part of the device that is used; two users of one part clash. */
  readonly part: string;
  /** Where the name of the device stands, when that is not where the part does. */
  readonly namedAt?: ConfigPath;
}

export interface FoundBay extends Named {
  readonly collector: string;
  readonly lock: string | undefined;
  /** Where its sensor hangs. */
  readonly sensor: string;
  readonly sensorPath: ConfigPath;
}

export interface NumberedPlace {
  /** `bay 12`: two of the same clash. */
  readonly number: string;
  readonly user: string;
  readonly path: ConfigPath;
}

export interface FoundLink {
  readonly address: string;
  readonly user: string;
  readonly path: ConfigPath;
}

/**
 * Everything in a site file that has a name or points at one, read without trusting the shape of the
 * file, so that clashes show together with errors of single fields.
 */
export interface Inventory {
  readonly lines: readonly Named[];
  readonly devices: readonly FoundDevice[];
  readonly collectors: readonly Named[];
  readonly bays: readonly FoundBay[];
  readonly staff: readonly Named[];
  readonly links: readonly FoundLink[];
  readonly references: readonly Reference[];
  /** Where a proof is asked of a reader that hears bare numbers only. */
  readonly vainProofs: readonly ConfigPath[];
  /** Numbers under which tokens name what is here. */
  readonly numbers: readonly NumberedPlace[];
  /** Those to parts of boards, which a board may not have. */
  readonly boardUses: readonly PlantReference[];
}

type Loose = Readonly<Record<string, unknown>>;

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Loose)[key] : undefined;
}

function words(value: unknown, key: string): string | undefined {
  const found = field(value, key);
  return typeof found === 'string' ? found : undefined;
}

function entries(value: unknown, key: string): readonly unknown[] {
  const found = field(value, key);
  return Array.isArray(found) ? found : [];
}

function named(value: unknown, path: ConfigPath): Named[] {
  const id = words(value, 'id');
  return id === undefined ? [] : [{id, path: [...path, 'id']}];
}

function linkOf(value: unknown, user: string, path: ConfigPath): FoundLink[] {
  const serial = words(value, 'path');
  const host = words(value, 'host');
  if (serial !== undefined) return [{address: serial, user, path: [...path, 'path']}];
  if (host === undefined) return [];
  return [{address: `${host}:${field(value, 'port')}`, user, path: [...path, 'host']}];
}

function devicesOf(owner: unknown, line: string | undefined, path: ConfigPath): FoundDevice[] {
  return entries(owner, 'devices').flatMap((device, index) => {
    const here = [...path, 'devices', index];
    const kind = words(device, 'kind') ?? '';
    const profile = words(device, 'profile');
    const seats = line === undefined ? [] : seatsOf(device, kind, here);
    return named(device, here).map(name => ({...name, kind, line, seats, profile}));
  });
}

function seatsOf(device: unknown, kind: string, path: ConfigPath): LineSeat[] {
  if (kind === 'board-lock') return channelsOf(device, path);
  const {protocol, address: usual} = lineProtocolOf(kind);
  const unit = field(device, 'address') ?? usual;
  if (typeof unit !== 'number' && typeof unit !== 'string') return [];
  // Locks behind a collector share its address, each with registers of its own.
  const base = field(device, 'base');
  const address = typeof base === 'number' && base > 0 ? `${unit} base ${base}` : `${unit}`;
  return [{key: `${protocol} ${address}`, address, path: [...path, 'address']}];
}

/** A lock that is raised by a channel of its own takes two. */
function channelsOf(device: unknown, path: ConfigPath): LineSeat[] {
  const board = `${words(device, 'model')} board ${field(device, 'board')}`;
  return ['lock', 'raiseLock'].flatMap(key => {
    const channel = field(device, key);
    if (typeof channel !== 'number') return [];
    const address = `${board} lock ${channel}`;
    return [{key: address, address, path: [...path, key]}];
  });
}

function baysOf(collector: unknown, id: string, path: ConfigPath): FoundBay[] {
  return entries(collector, 'bays').flatMap((bay, place) => {
    const here = [...path, 'bays', place];
    const sensor = field(bay, 'sensor');
    return named(bay, here).map(name => ({
      ...name,
      collector: id,
      lock: words(bay, 'lock'),
      sensor: words(sensor, 'from') ?? 'lock',
      sensorPath: sensor === undefined ? [...here, 'lock'] : [...here, 'sensor', 'from'],
    }));
  });
}

function numbered(value: unknown, what: string, key: string, path: ConfigPath): NumberedPlace[] {
  const number = field(value, key);
  if (typeof number !== 'number') return [];
  const user = words(value, 'id') ?? what;
  return [{number: `${what} ${number}`, user, path: [...path, key]}];
}

/** Collectors, bays and keys, each with a row of numbers of its own. */
function numbersOf(site: unknown): NumberedPlace[] {
  const keys = entries(site, 'tokenKeys').flatMap((key, index) =>
    numbered(key, 'key', 'kid', ['tokenKeys', index]),
  );
  const places = entries(site, 'collectors').flatMap((collector, index) => {
    const path = ['collectors', index];
    const bays = entries(collector, 'bays').flatMap((bay, place) =>
      numbered(bay, 'bay', 'number', [...path, 'bays', place]),
    );
    return [...numbered(collector, 'collector', 'number', path), ...bays];
  });
  return [...keys, ...places];
}

function bayReferences(bay: unknown, user: string, path: ConfigPath): Reference[] {
  const found: Reference[] = [];
  const lock = words(bay, 'lock');
  const lockPath = [...path, 'lock'];
  if (lock !== undefined) {
    found.push({device: lock, kinds: LOCK_KINDS, user, path: lockPath, part: ''});
  }
  const sensor = field(bay, 'sensor');
  const board = words(sensor, 'device');
  if (board !== undefined) {
    const isDistance = words(sensor, 'from') === 'ultrasonic';
    const part = isDistance ? '' : `input ${field(sensor, 'input')}`;
    const kinds = [isDistance ? 'ultrasonic' : 'discrete-inputs'];
    found.push({device: board, kinds, user, path: [...path, 'sensor', 'device'], part});
  }
  const camera = words(bay, 'camera');
  if (camera !== undefined) {
    const kinds = ['plate-camera'];
    found.push({device: camera, kinds, user, path: [...path, 'camera'], part: ''});
  }
  return found;
}

/** The camera by which a gate opens. */
function gateReferences(device: unknown, path: ConfigPath): Reference[] {
  const camera = words(device, 'camera');
  if (camera === undefined || words(device, 'kind') !== 'barrier') return [];
  const user = words(device, 'id') ?? 'barrier';
  const at = [...path, 'camera'];
  return [{device: camera, kinds: ['plate-camera'], user, path: at, part: ''}];
}

/** Parts of one device that may serve different collectors; of other kinds the whole device serves. */
const PARTED_KIND = 'osdp-reader';
const DISPLAY_KINDS = ['display', 'fk-display', 'aa55-display', 'dwin-display', PARTED_KIND];
const BUTTON_KINDS = ['emergency-button', 'loop-button', 'milesight-button'];
const READER_KINDS = [PARTED_KIND, 'pn532'];
const CODE_KINDS = ['code-scanner', 'hid-scanner', 'keypad', 'hid-keypad', PARTED_KIND];

function collectorReferences(
  collector: unknown,
  user: string,
  path: ConfigPath,
  devices: readonly FoundDevice[],
): Reference[] {
  const found: Reference[] = [];
  const refer = (
    device: string | undefined,
    place: ConfigPath,
    kinds: readonly string[],
    part: string,
  ) => {
    if (device === undefined) return;
    const isParted = devices.some(({id, kind}) => id === device && kind === PARTED_KIND);
    found.push({device, kinds, user, path: [...path, ...place], part: isParted ? part : ''});
  };
  const reader = field(collector, 'reader');
  const button = field(collector, 'button');
  refer(words(reader, 'device'), ['reader', 'device'], READER_KINDS, 'card');
  for (const [place, device] of entries(collector, 'codes').entries()) {
    const name = typeof device === 'string' ? device : undefined;
    refer(name, ['codes', place], CODE_KINDS, 'keys');
  }
  refer(words(collector, 'display'), ['display'], DISPLAY_KINDS, 'text');
  refer(words(collector, 'button'), ['button'], BUTTON_KINDS, '');
  const input = `input ${field(button, 'input')}`;
  refer(words(button, 'device'), ['button', 'device'], [PARTED_KIND], input);
  return found;
}

/** A stall and its devices. */
function stallReferences(stall: unknown, user: string, path: ConfigPath): Reference[] {
  const kinds: Readonly<Record<string, readonly string[]>> = {
    keypad: ['keypad', 'hid-keypad'],
    display: DISPLAY_KINDS.filter(kind => kind !== PARTED_KIND),
    meter: ['water-meter', 'cjt188-meter', 'pulse-meter'],
    button: BUTTON_KINDS,
    probe: ['temperature-input'],
  };
  return Object.entries(kinds).flatMap(([key, fit]) => {
    const device = words(stall, key);
    if (device === undefined) return [];
    return [{device, kinds: fit, user, path: [...path, key], part: ''}];
  });
}

/** A row of stalls and its valve. */
function rowReferences(row: unknown, path: ConfigPath): Reference[] {
  const device = words(row, 'valve');
  if (device === undefined) return [];
  return [{device, kinds: ['row-valve'], user: 'a row', path: [...path, 'valve'], part: ''}];
}

/** Both contacts of a supervised button, and its reset key. */
function loopReferences(device: unknown, user: string, path: ConfigPath): Reference[] {
  const board = words(device, 'inputs');
  if (words(device, 'kind') !== 'loop-button' || board === undefined) return [];
  const keys =
    field(device, 'reset') === undefined ? ['first', 'second'] : ['first', 'second', 'reset'];
  return keys.map(key => ({
    device: board,
    kinds: ['discrete-inputs'],
    user,
    path: [...path, key],
    part: `input ${field(device, key)}`,
  }));
}

/** Does a plain collector ask its reader for more than the number of a card? Only a sector has more. */
function isProofVain(collector: unknown, site: unknown): boolean {
  if (words(collector, 'kind') !== 'plain') return false;
  if (words(collector, 'minCardSecurity') !== 'proof') return false;
  const name = words(field(collector, 'reader'), 'device');
  const reader = entries(site, 'devices').find(device => words(device, 'id') === name);
  const opensSectors = words(reader, 'kind') === 'pn532' && field(reader, 'sector') !== undefined;
  return name === undefined || !opensSectors;
}

export function takeInventory(site: unknown): Inventory {
  const buses = entries(site, 'buses');
  const collectors = entries(site, 'collectors');
  const devices: FoundDevice[] = [];
  const links: FoundLink[] = [];
  const bays: FoundBay[] = [];
  const boardUses: PlantReference[] = [];
  const references: Reference[] = [];
  for (const [index, bus] of buses.entries()) {
    const path = ['buses', index];
    const line = words(bus, 'id') ?? `buses[${index}]`;
    links.push(...linkOf(field(bus, 'link'), line, [...path, 'link']));
    devices.push(...devicesOf(bus, line, path));
    for (const [place, device] of entries(bus, 'devices').entries()) {
      const link = field(field(device, 'reader'), 'link');
      const user = words(device, 'id') ?? line;
      links.push(...linkOf(link, user, [...path, 'devices', place, 'reader', 'link']));
    }
  }
  devices.push(...devicesOf(site, undefined, []));
  for (const [index, device] of entries(site, 'devices').entries()) {
    const user = words(device, 'id') ?? `devices[${index}]`;
    references.push(...loopReferences(device, user, ['devices', index]));
    links.push(...linkOf(field(device, 'link'), user, ['devices', index, 'link']));
    boardUses.push(...plantReferences(device, ['devices', index]));
    references.push(...gateReferences(device, ['devices', index]));
  }
  for (const [index, collector] of collectors.entries()) {
    const path = ['collectors', index];
    const id = words(collector, 'id') ?? `collectors[${index}]`;
    const reader = field(collector, 'reader');
    links.push(...linkOf(field(collector, 'link'), id, [...path, 'link']));
    links.push(...linkOf(field(reader, 'link'), id, [...path, 'reader', 'link']));
    references.push(...collectorReferences(collector, id, path, devices));
    bays.push(...baysOf(collector, id, path));
    for (const [place, bay] of entries(collector, 'bays').entries()) {
      const here = [...path, 'bays', place];
      references.push(...bayReferences(bay, words(bay, 'id') ?? id, here));
    }
  }
  const stalls = entries(field(site, 'bath'), 'stalls');
  for (const [index, stall] of stalls.entries()) {
    const user = words(stall, 'id') ?? `stalls[${index}]`;
    references.push(...stallReferences(stall, user, ['bath', 'stalls', index]));
  }
  for (const [index, row] of entries(field(site, 'bath'), 'rows').entries()) {
    references.push(...rowReferences(row, ['bath', 'rows', index]));
  }
  return {
    lines: buses.flatMap((bus, index) => named(bus, ['buses', index])),
    devices,
    collectors: [
      ...collectors.flatMap((one, index) => named(one, ['collectors', index])),
      ...stalls.flatMap((one, index) => named(one, ['bath', 'stalls', index])),
    ],
    bays,
    staff: entries(site, 'staff').flatMap((one, index) => named(one, ['staff', index])),
    links,
    references: [...references, ...boardUses],
    boardUses,
    numbers: numbersOf(site),
    vainProofs: collectors.flatMap((one, index) =>
      isProofVain(one, site) ? [['collectors', index, 'minCardSecurity']] : [],
    ),
  };
}
