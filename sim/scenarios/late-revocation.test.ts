import test from 'ava';
import {withWorld} from './with-world.js';

test('~E4 a grant revoked while the site is cut off still opens there; after the sync the use is shown as USED_AFTER_REVOKE and nobody is punished', t =>
  withWorld(
    t,
    {cloud: true, collectors: [{id: 'C1', bays: ['A-012', 'A-013'], travelMs: 1000}]},
    async world => {
      const {cloud, office} = world;
      const card = await office.card();
      const grant = await office.give(card, ['A-012']);
      const spared = await office.give(card, ['A-013']);
      await world.advance(1000);
      t.deepEqual(await cloud?.risks(), []);

      cloud?.cut();
      await world.advance(1000);
      await office.revoke(grant);
      await world.advance(60_000);
      await world.tap('C1', card);
      t.like(world.events('decision').at(-1)?.body, {result: 'ALLOW'});
      await world.advance(10_000);

      cloud?.restore();
      await world.until(() => cloud?.isOnline() === true && cloud.unsent() === 0, 300_000);
      await world.advance(5000);
      const used = world.events('decision').at(-1)?.body.grant;
      const risks = (await cloud?.risks()) ?? [];
      t.is(risks.length, 1);
      t.like(risks[0], {kind: 'USED_AFTER_REVOKE', grant: used, clk: 'ok'});
      t.is(used, grant.id);
      t.true((risks[0]?.usedMs ?? 0) >= (risks[0]?.revokedMs ?? 0) + 60_000);
      t.truthy(world.edge.store.book.grantById(spared.id), 'what else the holder has goes on');
      t.false(world.edge.store.book.isRevoked(card.credential.id));
    },
  ));
