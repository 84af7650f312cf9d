import test, {type ExecutionContext} from 'ava';
import {BathHouse, type HouseOptions} from './bath-rig.js';
import {withWorld} from './with-world.js';

async function bathe(
  t: ExecutionContext,
  options: HouseOptions,
  play: (house: BathHouse) => Promise<unknown>,
): Promise<void> {
  const house = new BathHouse(options);
  await withWorld(t, house.options, async () => {
    await house.ready();
    await play(house);
  });
}

test('B5 a whole shower with the digits of the code, confirm and stop, and nothing else', async t => {
  await bathe(t, {xintai: 1, pulse: 1}, async house => {
    for (const [no, id] of ['X-01', 'P-01'].entries()) {
      const digits = `1905734${no}`;
      await house.code(digits);
      await house.type(id, `${digits}#`);
      await house.world.until(() => house.screen(id).startsWith('1'), 70_000);
      await house.key(id, '*');
      await house.settled(no + 1);
      const shower = house.showers().at(-1);
      t.like(shower, {phase: 'settled', end: 'stop', stall: id, quality: 'good', owedFen: 0});
      t.is(shower?.usedFen, Math.floor(((shower?.billedMl ?? 0) * 20) / 1000));
      t.is(house.stall(id).pipe.valve, 'closed');
    }
  });
});
