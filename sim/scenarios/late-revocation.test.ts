import test from 'ava';
import {withWorld} from './with-world.js';

test('E4 a grant or a card revoked while the site is cut off still opens there; after the sync each use is shown as USED_AFTER_REVOKE and nobody is punished', t =>
  withWorld(
    t,
    {cloud: true, collectors: [{id: 'C1', bays: ['A-012', 'A-013', 'A-014'], travelMs: 1000}]},
    async world => {
      const {cloud, office} = world;
      const [card, lost, other] = [await office.card(), await office.card(), await office.card()];
      const grant = await office.give(card, ['A-012']);
      const ofLost = await office.give(lost, ['A-013']);
      await office.give(other, ['A-014']);
      await world.advance(1000);
      await world.tap('C1', lost);
      await world.advance(10_000);
      t.deepEqual(await cloud?.risks(), [], 'before the revocation it is no risk');
      const early = world.events('decision').length;

      cloud?.cut();
      await world.advance(1000);
      await office.revoke(grant);
      await office.revokeCard(lost);
      await world.advance(60_000);
      for (const each of [card, lost, other]) {
        await world.tap('C1', each);
        t.like(world.events('decision').at(-1)?.body, {
          result: 'ALLOW',
          credential: each.credential.id,
        });
        await world.advance(10_000);
      }

      cloud?.restore();
      await world.until(() => cloud?.isOnline() === true && cloud.unsent() === 0, 300_000);
      await world.advance(5000);
      const used = world.events('decision').slice(early);
      const risks = (await cloud?.risks()) ?? [];
      t.is(risks.length, 2, 'neither the one who was not revoked, nor the use before');
      const kind = 'USED_AFTER_REVOKE';
      const {id} = lost.credential;
      t.like(risks[0], {kind, grant: ofLost.id, credential: id, clk: 'ok'});
      t.like(risks[1], {kind, grant: grant.id, credential: null, clk: 'ok'});
      t.is(used[0]?.body.grant, grant.id);
      for (const {usedMs, revokedMs} of risks) t.true(usedMs >= revokedMs + 60_000);

      const {book} = world.edge.store;
      t.truthy(book.grantById(ofLost.id), 'what else the holder has goes on');
      t.false(book.isRevoked(ofLost.id));
      t.false(book.isRevoked(card.credential.id));
      t.deepEqual(world.alarms(), []);
    },
  ));
