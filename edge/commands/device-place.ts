import {takeInventory} from '../config/inventory.js';
import type {ConfigPath, YamlSource} from '../config/yaml-source.js';

/** A device of a site file, wherever in the file it is named. */
export interface DevicePlace {
  /** Empty for a collector, which is a device itself or has a reader of its own. */
  readonly kind: string;
  /** Where the file says how it is reached; undefined: it names nothing of the kind. */
  readonly addressPath: ConfigPath | undefined;
  /** What stands there. */
  readonly address: number | string | undefined;
}

/** What tells one device from another of its kind, first found first taken: on a line, on the network, at a port, by USB. */
const ADDRESSES: readonly ConfigPath[] = [
  ['address'],
  ['link', 'path'],
  ['link', 'host'],
  ['link', 'serialNo'],
  ['hid', 'serial'],
  ['topic'],
  ['reader', 'link', 'path'],
  ['reader', 'link', 'host'],
];
/** A lock of a board is told by its channel. */
const CHANNEL: ConfigPath = ['lock'];

/** Any device of the file: on a line, with a way of its own, built from parts of boards, or a collector with a link. */
export function devicePlace(source: YamlSource, id: string): DevicePlace | undefined {
  const {devices, collectors} = takeInventory(source.value);
  const device = devices.find(one => one.id === id);
  const found = device ?? collectors.find(one => one.id === id && hasLink(source, one.path));
  if (!found) return undefined;
  const kind = device?.kind ?? '';
  const at = found.path.slice(0, -1);
  const ways = kind === 'board-lock' ? [CHANNEL] : ADDRESSES;
  for (const way of ways) {
    const addressPath = [...at, ...way];
    const address = source.valueAt(addressPath);
    if (typeof address !== 'number' && typeof address !== 'string') continue;
    return {kind, addressPath, address};
  }
  return {kind, addressPath: undefined, address: undefined};
}

function hasLink(source: YamlSource, path: ConfigPath): boolean {
  const at = path.slice(0, -1);
  return [['link'], ['reader', 'link']].some(way => source.valueAt([...at, ...way]) !== undefined);
}
