import type {Clock, Millis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {CardOffice} from '../scenarios/card-office.js';
import type {LiveSite} from './live-site.js';
import type {Scene} from './scene.js';
import {DEAF_LOCK} from './scenes/deaf-lock.js';
import {INTERNET_CUT} from './scenes/internet-cut.js';
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
];

export interface StoryOptions {
  readonly live: LiveSite;
  /** Scenes overlap on different bays; nothing is scaled, every wait is real. */
  readonly fast: boolean;
  readonly print: (line: string) => void;
}

/** Tell every scene on the live site; true when all of them came out as told. */
export async function tellStory({live, fast, print}: StoryOptions): Promise<boolean> {
  const {clock} = live;
  const beganMs = clock.nowMs();
  const narrate = (text: string) => print(`${stamp(clock, beganMs)}  ${text}`);
  await ready(live);
  const office = new CardOffice(live.cloud.channel, live.entropy, () => clock.wallMs());
  let failed = 0;
  const tell = async (scene: Scene) => {
    try {
      await scene.run(new Stage(live, office, narrate));
      narrate(`ok: ${scene.title}`);
    } catch (thrown) {
      failed += 1;
      narrate(`FAILED: ${scene.title}: ${errorText(thrown)}`);
    }
  };
  if (fast) {
    const startMs = clock.nowMs();
    await Promise.all(
      SCENES.map(async scene => {
        await clock.sleep(Math.max(0, startMs + scene.fastStartMs - clock.nowMs()));
        await tell(scene);
      }),
    );
  } else {
    for (const scene of SCENES) await tell(scene);
  }
  const [harm] = live.site.harm;
  if (harm) {
    failed += 1;
    narrate(`FAILED: ${harm.bay}: ${harm.what}`);
  }
  print(`story: ${SCENES.length - Math.min(failed, SCENES.length)} scenes ok, ${failed} failed`);
  return failed === 0;
}

/** Every lock polled, the cloud answering. */
async function ready({clock, edge}: LiveSite, limitMs: Millis = 15_000): Promise<void> {
  const untilMs = clock.nowMs() + limitMs;
  const isReady = () => {
    const {bays, cloud, collectors} = edge.daemon.site.state();
    const healthy = [...bays, ...collectors].every(({health}) => health === 'ok');
    return healthy && cloud.link === 'online';
  };
  while (!isReady() && clock.nowMs() < untilMs) await clock.sleep(20);
}

function stamp(clock: Clock, beganMs: Millis): string {
  return `${((clock.nowMs() - beganMs) / 1000).toFixed(1).padStart(6)} s`;
}
