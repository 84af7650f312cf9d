import {CallSite, type PressTimes} from './call-site.js';
import {percentile, rounded} from './median.js';

const PRESSES = 200;
const KILLS = 20;
const BETWEEN_MS = 100;
const JITTER_MS = 400;
/** A life ends before its line has heard of the press, or some time after. */
const KILL_WITHIN_MS = 600;
const DOWN_MS = 200;

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** From the finger to the sounder and to the tile, on a line that never rests and with the cloud cut. */
export async function run(): Promise<object> {
  const site = await CallSite.open();
  const times: PressTimes[] = [];
  let lost = 0;
  try {
    await site.start();
    for (let press = 0; press < PRESSES; press += 1) {
      await pause(BETWEEN_MS + Math.random() * JITTER_MS);
      const took = await site.timed();
      if (took) times.push(took);
      else lost += 1;
      await site.answer();
    }
    for (let kill = 0; kill < KILLS; kill += 1) {
      process.stderr.write(`call: kill ${kill + 1} of ${KILLS}\n`);
      site.press();
      await pause(Math.random() * KILL_WITHIN_MS);
      await site.kill();
      await pause(DOWN_MS);
      await site.start();
      if (!(await site.called())) lost += 1;
      await site.answer();
    }
  } finally {
    await site.close();
  }
  // Heard and seen: whichever came last.
  const both = times.map(({toSoundMs, toTileMs}) => Math.max(toSoundMs, toTileMs));
  const sounds = times.map(({toSoundMs}) => toSoundMs);
  return {
    bench: 'call',
    ...{presses: PRESSES, killed: KILLS, lost},
    pressToTileP50Ms: rounded(percentile(both, 0.5), 1),
    pressToTileP99Ms: rounded(percentile(both, 0.99), 1),
    pressToSoundP99Ms: rounded(percentile(sounds, 0.99), 1),
  };
}
