import type {Scene} from '../scene.js';
import type {Stage} from '../stage.js';

const BAY = 'A-002';

/** A tap opens one lock; the car parks and leaves; the arm rises 30 s after the bay fell vacant. */
export const TAP_AND_LEAVE: Scene = {
  title: 'a tap opens the lock, and 30 s after the car has left the arm rises',
  fastStartMs: 0,
  run: async stage => {
    const {site} = stage.live;
    const card = await stage.cardFor(BAY);
    stage.say(`a tenant taps card ${card.uid} at C1 for ${BAY}`);
    await stage.tap('C1', card);
    await stage.until(`${BAY} is down`, 8000, () => site.lock(BAY).arm === 'down');
    stage.check('exactly one lower frame', site.commandTimes(BAY, 'lower').length === 1);
    await stage.until('a session', 3000, () => sessionOf(stage) === 'open_wait_car');
    await stage.sleep(250);
    await stage.untilScreen('C1', BAY, 2000);
    const car = stage.car('粤B12345');
    stage.check('the car drives in', (await car.enter(site.bay(BAY))) === 'entered');
    await stage.until('the car is seen', 5000, () => sessionOf(stage) === 'parked');
    stage.say(`粤B12345 stands on ${BAY}; the session runs`);
    await car.leave(500);
    const leftMs = stage.clock.nowMs();
    stage.say(`粤B12345 leaves ${BAY}; the arm waits 30 s`);
    await stage.until('the arm rises', 34_000, () => site.commandTimes(BAY, 'raise').length > 0);
    const waitedMs = (site.commandTimes(BAY, 'raise')[0] ?? 0) - leftMs;
    stage.check(
      `30 s vacant before the raise, not ${waitedMs} ms`,
      Math.abs(waitedMs - 30_000) < 1000,
    );
    await stage.until('the session closes', 6000, () => sessionOf(stage) === null);
    stage.say(
      `${BAY} is locked again, raised ${(waitedMs / 1000).toFixed(1)} s after the car left`,
    );
  },
};

function sessionOf(stage: Stage) {
  return stage.state().bays.find(({id}) => id === BAY)?.session;
}
