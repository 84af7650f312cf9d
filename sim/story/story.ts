import type {Clock, Millis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {CardOffice} from '../scenarios/card-office.js';
import type {LiveSite} from './live-site.js';
import type {Scene} from './scene.js';
import {DEAF_LOCK} from './scenes/deaf-lock.js';
import {INTERNET_CUT} from './scenes/internet-cut.js';
import {LEASE_BY_QR} from './scenes/lease-by-qr.js';
import {SHOWER} from './scenes/shower.js';
import {TAP_AND_LEAVE} from './scenes/tap-and-leave.js';
import {UNKNOWN_CARD} from './scenes/unknown-card.js';
import {WRONG_COLLECTOR} from './scenes/wrong-collector.js';
import {Stage} from './stage.js';

const SCENES: readonly Scene[] = [
  TAP_AND_LEAVE,
  DEAF_LOCK,
  WRONG_COLLECTOR,
  UNKNOWN_CARD,
  INTERNET_CUT,
  LEASE_BY_QR,
  SHOWER,
];

const READY_LIMIT_MS: Millis = 15_000;

export interface StoryOptions {
  readonly live: LiveSite;
  /** Scenes overlap on different bays; nothing is scaled, every wait is real. */
  readonly fast: boolean;
  readonly print: (line: string) => void;
  /** Breaks the story off. */
  readonly signal: AbortSignal;
}

/** Tell every scene on the live site; true when all of them came out as told. */
export async function tellStory({live, fast, print, signal}: StoryOptions): Promise<boolean> {
  const {clock} = live;
  const beganMs = clock.nowMs();
  const narrate = (text: string) => print(`${stamp(clock, beganMs)}  ${text}`);
  await ready(live, signal);
  const office = new CardOffice(live.cloud.channel, live.entropy, () => clock.wallMs());
  let failed = 0;
  const tell = async (scene: Scene) => {
    try {
      await scene.run(new Stage(live, {office, say: narrate, signal}));
      narrate(`ok: ${scene.title}`);
    } catch (thrown) {
      if (signal.aborted) return;
      failed += 1;
      narrate(`FAILED: ${scene.title}: ${errorText(thrown)}`);
    }
  };
  const pause = (forMs: Millis) => clock.sleep(forMs, signal).catch(() => {});
  if (fast) {
    const startMs = clock.nowMs();
    await Promise.all(
      SCENES.map(async scene => {
        await pause(Math.max(0, startMs + scene.fastStartMs - clock.nowMs()));
        if (!signal.aborted) await tell(scene);
      }),
    );
  } else {
    for (const scene of SCENES) if (!signal.aborted) await tell(scene);
  }
  if (signal.aborted) return false;
  const [harm] = live.site.harm;
  if (harm) {
    failed += 1;
    narrate(`FAILED: ${harm.bay}: ${harm.what}`);
  }
  print(`story: ${SCENES.length - Math.min(failed, SCENES.length)} scenes ok, ${failed} failed`);
  return failed === 0;
}

/** Every lock polled, every stall free, the cloud answering. */
async function ready({clock, edge, house}: LiveSite, signal: AbortSignal): Promise<void> {
  const untilMs = clock.nowMs() + READY_LIMIT_MS;
  const isReady = () => {
    const {bays, cloud, collectors, devices} = edge.daemon.site.state();
    const healthy = [...bays, ...collectors, ...devices].every(({health}) => health === 'ok');
    const isBathOpen = house.stalls.every(({id}) => house.screen(id) !== '');
    return healthy && isBathOpen && cloud.link === 'online';
  };
  while (!signal.aborted && !isReady() && clock.nowMs() < untilMs) await clock.sleep(20);
}

function stamp(clock: Clock, beganMs: Millis): string {
  return `${((clock.nowMs() - beganMs) / 1000).toFixed(1).padStart(6)} s`;
}
