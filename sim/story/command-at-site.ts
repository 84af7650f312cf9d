import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {SURE_POLLS} from '../../edge/domain/lot/lot-state.js';
import type {Host} from '../../edge/platform/host.js';
import {UsageError} from '../../protocols/base/errors.js';
import {type LiveSite, startLiveSite} from './live-site.js';

const PROGRAM = fileURLToPath(new URL('../../bin/latchkey.js', import.meta.url));
const SETTLE_MS = 500;
const PATIENCE_MS = 20_000;

/**
 * `latchkey COMMAND --sim`: the car park of the story with its daemon and cloud, the command in a process of its own
 * as an installer runs it, and its exit code. The wire of `scan bus --port line-C1` has no daemon on it.
 */
export async function atSimulatedSite(
  typed: readonly string[],
  takesConfig: boolean,
  host: Host,
): Promise<number> {
  const live = await startLiveSite({host, language: 'en', pagePort: 0, carrier: 'tcp'});
  try {
    const isScan = typed[0] === 'scan';
    if (isScan) await live.edge.close();
    else await answering(live);
    return await host.handOver(
      PROGRAM,
      isScan ? onWire(typed, live) : at(typed, live, takesConfig),
    );
  } finally {
    await live.close();
  }
}

/** The site file of the simulated site, unless another one was named. */
function at(typed: readonly string[], {folder}: LiveSite, takesConfig: boolean): readonly string[] {
  const isNamed = typed.some(word => word === '--config' || word.startsWith('--config='));
  return takesConfig && !isNamed ? [...typed, '--config', join(folder, 'site.yaml')] : typed;
}

/** `--port NAME` of a simulated line is the converter at which it hangs. */
function onWire(typed: readonly string[], {ports}: LiveSite): readonly string[] {
  if (typed[1] !== 'bus') {
    throw new UsageError('sim/absent', '--sim: a simulated site has lines and no serial ports');
  }
  const at = typed.indexOf('--port');
  if (at < 0) return typed;
  const link = ports.link(typed[at + 1] ?? '', 0);
  const place = link.kind === 'tcp' ? ['--tcp', `${link.host}:${link.port}`] : [];
  return [...typed.slice(0, at), ...place, ...typed.slice(at + 2)];
}

/** Every lock is trusted: before that no order reaches it, and the site would tell of faults that are none. */
async function answering({edge, clock}: LiveSite): Promise<void> {
  const untilMs = clock.nowMs() + PATIENCE_MS;
  const {site} = edge.daemon;
  const isThere = () =>
    site.state().bays.every(({health}) => health === 'ok') &&
    [...site.lot.bays.values()].every(({goodPolls}) => goodPolls >= SURE_POLLS);
  while (!isThere() && clock.nowMs() < untilMs) await clock.sleep(SETTLE_MS);
}
