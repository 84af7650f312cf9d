import {stallPosts} from './device-use.js';
import type {SiteConfig} from './schema.js';
import type {ConfigPath} from './yaml-source.js';

interface CallsProblem {
  readonly path: ConfigPath;
  readonly text: string;
}

/** Names of the block `calls` that lead nowhere, and contacts that are not told in turn. */
export function callsProblems(config: SiteConfig): readonly CallsProblem[] {
  const {calls, collectors, devices} = config;
  if (!calls) return [];
  const stalls = new Set(stallPosts(config).map(({id}) => id));
  const posts = new Set([...collectors.map(({id}) => id), ...stalls]);
  const relays = new Set(devices.filter(({kind}) => kind === 'relay-output').map(({id}) => id));
  const post = (name: string | undefined, ...path: ConfigPath) =>
    name === undefined || posts.has(name)
      ? []
      : [{path: ['calls', ...path], text: `no collector or stall is called ${name}`}];
  const stall = (name: string, ...path: ConfigPath) =>
    stalls.has(name) ? [] : [{path: ['calls', ...path], text: `no stall is called ${name}`}];
  const relay = (name: string, ...path: ConfigPath) =>
    relays.has(name) ? [] : [{path: ['calls', ...path], text: `no relay-output is called ${name}`}];
  return [
    ...calls.places.flatMap(({collector, reader}, at) => [
      ...post(collector, 'places', at, 'collector'),
      ...post(reader, 'places', at, 'reader'),
    ]),
    ...calls.safeActions.flatMap((action, at) => [
      ...post(action.collector, 'safeActions', at, 'collector'),
      ...(action.kind === 'switch_on' ? relay(action.device, 'safeActions', at, 'device') : []),
      ...(action.kind === 'water_off'
        ? action.stalls.flatMap((name, no) => stall(name, 'safeActions', at, 'stalls', no))
        : []),
    ]),
    ...(calls.local ? relay(calls.local.device, 'local', 'device') : []),
    ...calls.hours.flatMap(({contacts = []}, at) =>
      contacts.flatMap(({afterMs}, no) => {
        const beforeMs = contacts[no - 1]?.afterMs;
        if (beforeMs === undefined || afterMs > beforeMs) return [];
        const text = `expected more than the ${beforeMs} of the contact before, got ${afterMs}`;
        return [{path: ['calls', 'hours', at, 'contacts', no, 'afterMs'], text}];
      }),
    ),
  ];
}
