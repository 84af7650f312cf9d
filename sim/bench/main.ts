import {parseArgs} from 'node:util';
import {errorText, UsageError} from '../../protocols/base/errors.js';

type Run = (args: readonly string[]) => Promise<object | undefined> | object | undefined;

/** What `npm run bench -- NAME` may name. */
const BENCHES: Readonly<Record<string, () => Promise<{readonly run: Run}>>> = {
  bus: () => import('./bus.js'),
  tap: () => import('./tap.js'),
  footprint: () => import('./footprint.js'),
  fleet: () => import('./fleet.js'),
  decide: () => import('./decide.js'),
  journal: () => import('./journal.js'),
  sync: () => import('./sync.js'),
  api: () => import('./api.js'),
  shower: () => import('./shower.js'),
  call: () => import('./call.js'),
  soak: () => import('./soak.js'),
};

/** Processes that benches start, so that what is measured shares no event loop with what measures. */
const ROLES: Readonly<Record<string, () => Promise<{readonly run: Run}>>> = {
  'paced-slave': () => import('./paced-slave.js'),
  'bus-client': () => import('./bus-client.js'),
  'modbus-serial-peer': () => import('./modbus-serial-peer.js'),
  'tap-daemon': () => import('./tap-daemon.js'),
  'jsmodbus-peer': () => import('./jsmodbus-peer.js'),
  'lines-client': () => import('./lines-client.js'),
  'mixed-client': () => import('./mixed-client.js'),
  'command-client': () => import('./command-client.js'),
  'journal-writer': async () => ({run: (await import('./journal.js')).write}),
  'libmodbus-peer': () => import('./libmodbus-peer.js'),
  'fleet-gateways': () => import('./fleet-gateways.js'),
  'api-worker': () => import('./api-worker.js'),
  'api-bare': () => import('./api-bare.js'),
  'shower-daemon': () => import('./shower-daemon.js'),
  'shower-line': () => import('./shower-line.js'),
  'sync-cloud': () => import('./sync-cloud.js'),
  'sync-edge': () => import('./sync-edge.js'),
  'sync-peer': () => import('./sync-peer.js'),
  'sync-offline': () => import('./sync-offline.js'),
};

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {json: {type: 'boolean'}, only: {type: 'string'}},
});
const [name = '', ...rest] = positionals;

try {
  const load = BENCHES[name] ?? ROLES[name];
  if (!load) {
    throw new UsageError('bench/name', `no bench "${name}": ${Object.keys(BENCHES).join(', ')}`);
  }
  const {run} = await load();
  const result = await run(values.only ? [values.only] : rest);
  if (result) {
    const indent = values.json ? undefined : 2;
    process.stdout.write(`${JSON.stringify(result, undefined, indent)}\n`);
  }
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
  // A role that waits for its next line would wait for ever.
  process.stdin.destroy();
}
