import type {Scene} from '../scene.js';

const BAY = 'A-003';
const CUT_FOR_MS = 4000;

/** The internet goes, a tap opens all the same, and afterwards the cloud has every event once. */
export const INTERNET_CUT: Scene = {
  title: 'the internet is cut and restored, and the cloud misses nothing',
  fastStartMs: 14_000,
  run: async stage => {
    const {cloud, edge, internet, site} = stage.live;
    const {outbox} = edge.daemon.store;
    const card = await stage.cardFor(BAY);
    internet.cut();
    stage.say('the internet is cut');
    await stage.until('the link is seen down', 5000, () => stage.state().cloud.link === 'offline');
    stage.say(`a tenant taps at C1 for ${BAY}, booked before the cut`);
    await stage.tap('C1', card);
    await stage.until(`${BAY} opens offline`, 8000, () => site.lock(BAY).arm === 'down');
    await stage.sleep(CUT_FOR_MS);
    stage.check('events wait for the cloud', stage.state().cloud.unsent > 0);
    stage.say(`${BAY} is open; ${stage.state().cloud.unsent} events wait on the gateway`);
    internet.mend();
    stage.say('the internet is back');
    const upTo = outbox.head();
    await stage.until('the backlog is confirmed', 40_000, () => outbox.acked() >= upTo);
    const atCloud = (await cloud.events()).map(({seq}) => seq).filter(seq => seq <= upTo);
    const isWhole = atCloud.length === upTo && atCloud.every((seq, index) => seq === index + 1);
    stage.check(`the cloud holds 1..${upTo} once each, in order`, isWhole);
    stage.say(`the cloud holds all ${upTo} events once each, in order; nothing was lost`);
  },
};
