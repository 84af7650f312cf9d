import test from 'ava';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {World} from '../world.js';
import {cloudOf, putOnPlatform} from './lot-on-platform.js';

interface Told {
  readonly id: string;
  readonly withdrawnMs: number | null;
}
interface Page {
  readonly notices: readonly {readonly text: string}[];
}

const TEXT = 'Exit B is closed tonight from eight';
/** How long a notice may take to the displays of a lot that is online. Source: requirements P29. */
const SHOWN_MS = 10_000;

test('P29 a notice for lot 1 is on its displays, its page and in public within 10 s, never on those of lot 2; a lot that was cut off shows it on reconnect, also after a restart, until it is over or withdrawn', async t => {
  const lot1 = await World.start({
    ...{cloud: true, language: 'en'},
    collectors: [{id: 'C1', bays: ['A-011', 'A-012'], travelMs: 1000}],
  });
  const lot2 = await World.start({
    ...{beside: lot1, siteId: 'lot-2', seed: 2, language: 'en'},
    collectors: [{id: 'C2', bays: ['B-017'], travelMs: 1000}],
  });
  t.teardown(async () => {
    await lot2.close();
    await lot1.close();
  });
  const cloud = cloudOf(lot1);
  await putOnPlatform(lot1, ['A-011']);
  await putOnPlatform(lot2, ['B-017'], {site: 'lot-2', gateway: 'gw-lot-2'});
  const publish = (sites: readonly string[], text: string, untilMs: number, fromMs?: number) =>
    cloud.ask<Told>('POST', '/v1/notices', {sites, text, untilMs, ...(fromMs && {fromMs})});
  const pageOf = (world: World) => world.edge.site.state().notices.map(({text}) => text);
  /** All that the display of the lot shows within its turns. */
  const shownAt = async (world: World, collector: string) => {
    const seen = new Set<string>();
    for (let second = 0; second < 30; second += 1) {
      await world.advance(1000);
      seen.add(world.screen(collector));
    }
    return [...seen].join(' | ');
  };
  const now = lot1.clock.wallMs();
  const first = await publish(['lot-1'], TEXT, now + DAY_MS);
  t.is(first.status, 201);
  await lot1.until(() => lot1.screen('C1').includes('Exit B is'), SHOWN_MS);
  t.deepEqual(pageOf(lot1), [TEXT]);
  const said = await shownAt(lot1, 'C1');
  for (const word of ['Exit B is closed', 'tonight from', 'eight', 'Welcome']) {
    t.true(said.includes(word), `${word} in ${said}`);
  }
  t.deepEqual(pageOf(lot2), []);
  t.false((await shownAt(lot2, 'C2')).includes('Exit'));
  const inPublic = (site: string) => cloud.get<Page>(`/v1/public/sites/${site}/notices`);
  t.deepEqual(
    [(await inPublic('lot-1')).notices.length, (await inPublic('lot-2')).notices],
    [1, []],
  );

  const card = await lot1.office.cardFor(['A-012']);
  await lot1.tap('C1', card);
  await lot1.until(() => lot1.site.lock('A-012').arm === 'down', 10_000);
  t.true(lot1.screen('C1').includes('A-012'), 'who has something to be told sees that');

  cloudOf(lot2).cut();
  await lot2.advance(1000);
  await publish(['lot-2'], 'Lift out of order', now + 6 * MINUTE_MS);
  await publish(['lot-2'], 'Lift works', now + DAY_MS, now + 6 * MINUTE_MS);
  await lot2.advance(SHOWN_MS);
  t.deepEqual(pageOf(lot2), [], 'nobody can tell it');
  cloudOf(lot2).restore();
  await lot2.until(() => cloudOf(lot2).isOnline(), 5 * MINUTE_MS);
  await lot2.until(() => lot2.screen('C2').includes('Lift out of'), SHOWN_MS);
  t.deepEqual(pageOf(lot2), ['Lift out of order'], 'what is for later waits');
  await lot2.stopEdge();
  cloudOf(lot2).cut();
  lot2.startEdge();
  await lot2.until(() => lot2.screen('C2').includes('Lift out of'), 2 * SHOWN_MS);

  t.is((await cloud.ask<Told>('DELETE', `/v1/notices/${first.body.id}`)).status, 200);
  await lot1.until(() => pageOf(lot1).length === 0, SHOWN_MS);
  t.deepEqual((await inPublic('lot-1')).notices, []);
  await lot2.until(() => pageOf(lot2)[0] === 'Lift works', 6 * MINUTE_MS);
  t.true((await shownAt(lot2, 'C2')).includes('Lift works'));
});
