import {stallPosts} from './device-use.js';
import {OPENABLE} from './lot-config.js';
import type {SiteConfig} from './schema.js';
import type {ConfigPath} from './yaml-source.js';

/** Names in fire panels that lead to nothing they could open or stop. */
export function fireProblems(
  config: SiteConfig,
): readonly {readonly path: ConfigPath; readonly text: string}[] {
  const openable = new Set(config.devices.filter(({kind}) => OPENABLE.has(kind)).map(({id}) => id));
  const stalls = new Set(stallPosts(config).map(({id}) => id));
  const missing = (
    names: readonly string[],
    known: ReadonlySet<string>,
    what: string,
    at: ConfigPath,
  ) =>
    names.flatMap((name, no) =>
      known.has(name) ? [] : [{path: [...at, no], text: `no ${what} is called ${name}`}],
    );
  return config.devices.flatMap((device, at) => {
    if (device.kind !== 'fire-panel') return [];
    return [
      ...missing(device.opens ?? [], openable, 'barrier or door-strike', ['devices', at, 'opens']),
      ...missing(device.stops, stalls, 'stall', ['devices', at, 'stops']),
    ];
  });
}
