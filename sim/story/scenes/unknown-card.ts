import type {Scene} from '../scene.js';

const VERIFICATIONS = 6;
const SWIPES = 3;

/** A card that nobody issued: 3 swipes of 6 verifications each, then the way to the button. */
export const UNKNOWN_CARD: Scene = {
  title: 'an unknown card is verified six times on each of three swipes, then the button calls',
  fastStartMs: 600,
  run: async stage => {
    const {edge, site} = stage.live;
    const {outbox} = edge.daemon.store;
    const card = stage.office.unknownCard();
    const from = outbox.head() + 1;
    const decided = () =>
      outbox
        .read(from, Number.MAX_SAFE_INTEGER)
        .map(({kind, body}) => ({kind, body: JSON.parse(body) as {uid?: string; tries?: number}}))
        .filter(({kind, body}) => kind === 'attempt.closed' && body.uid === card.uid);
    for (let swipe = 1; swipe <= SWIPES; swipe += 1) {
      stage.say(`swipe ${swipe} of card ${card.uid}, which nobody issued, at C3`);
      await stage.tap('C3', card);
      await stage.until(`swipe ${swipe} is decided`, 8000, () => decided().length === swipe);
      await stage.sleep(150);
      stage.say(`C3 after ${decided().at(-1)?.body.tries} verifications: ${stage.screen('C3')}`);
    }
    stage.check(
      'six verifications on each swipe',
      decided().every(({body}) => body.tries === VERIFICATIONS),
    );
    stage.check('the display points to the button', site.post('C3').screen?.tone === 'call');
    stage.say('the stranger presses the emergency button of C3');
    site.post('C3').press();
    const alarm = await stage.untilAlarm('EMERGENCY_BUTTON', 'C3', 1000);
    await stage.acknowledge(alarm, 'li');
    stage.say('李敏 acknowledges the call on the page');
  },
};
