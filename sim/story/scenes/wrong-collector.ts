import type {Scene} from '../scene.js';

const BAY = 'C-020';

/** A genuine card at somebody else's collector: the driver is shown the way, and nothing moves. */
export const WRONG_COLLECTOR: Scene = {
  title: 'a card at the wrong collector is guided to its bay',
  fastStartMs: 9000,
  run: async stage => {
    const {site} = stage.live;
    const card = await stage.cardFor(BAY);
    stage.say(`the tenant of ${BAY} taps at C1, which is not his collector`);
    await stage.tap('C1', card);
    await stage.untilScreen('C1', 'C3', 3000);
    stage.check(`the display names ${BAY}`, stage.screen('C1').includes(BAY));
    stage.check('no lock moves', site.lock(BAY).commands.length === 0);
  },
};
