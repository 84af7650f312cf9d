import test from 'ava';
import {HOUR_MS} from '../../../protocols/base/units.js';
import {asId} from '../../../protocols/site/ids.js';
import {BathRig} from './bath-rig.js';

const STALLS = Array.from({length: 20}, (_, no) => `S-${String(no + 1).padStart(2, '0')}`);
const SHOWERS = 200;

/** Who waits for a stall, goes under it, and stops when he is clean. */
interface Bather {
  readonly digits: string;
  readonly forS: number;
}

/** People come in evenly and take the first stall that says it is free. */
function openHouse(bath: BathRig, perStep: (step: number) => void): void {
  const queue: Bather[] = [];
  const under = new Map<string, {bather: Bather; leftS: number}>();
  const endMs = bath.lot.nowMs + 2 * HOUR_MS;
  let came = 0;
  for (let step = 0; bath.lot.nowMs < endMs; step += 1) {
    if (came < SHOWERS && step * SHOWERS >= came * 6600) {
      const bather = {digits: `code ${came}`, forS: 90 + ((came * 37) % 150)};
      bath.code(bather.digits);
      queue.push(bather);
      came += 1;
    }
    for (const place of STALLS.keys()) {
      const stall = STALLS[(place + came) % STALLS.length] ?? '';
      const guest = under.get(stall);
      if (!guest && queue[0] && bath.screen(stall)?.code === 'STALL_FREE') {
        const [bather] = queue;
        if (bath.type(stall, bather.digits) !== 'ALLOW') continue;
        queue.shift();
        under.set(stall, {bather, leftS: bather.forS});
      }
      if (!guest) continue;
      guest.leftS -= 1;
      const {shower} = bath.lot.state.stalls.get(asId(stall)) ?? {};
      if (shower?.row.end === 'no_flow' || bath.screen(stall)?.code === 'STALL_OUT') {
        // Nothing came: on to another stall, with the same code.
        queue.unshift(guest.bather);
        under.delete(stall);
      } else if (guest.leftS === 0) {
        bath.key(stall, 'stop');
        under.delete(stall);
      }
    }
    perStep(step);
    bath.run(1);
  }
}

test('B16 200 showers on 20 stalls in 2 h without an operator; a fault takes one stall alone, and the call button reaches staff', t => {
  const bath = new BathRig({stalls: STALLS});
  openHouse(bath, step => {
    const isFree = bath.screen('S-03')?.code === 'STALL_FREE';
    if (step >= 1200 && isFree) bath.stall('S-03').flowMlPerS = 0;
    if (step >= 2400 && bath.stall('S-07').isOpen) bath.stall('S-07').isStuck = true;
    if (step === 3600) bath.lot.input({kind: 'press', collector: asId('S-05'), presses: 1});
  });
  const showers = bath.showers();
  const paid = showers.filter(({end}) => end === 'stop');
  t.is(
    showers.every(({phase}) => phase === 'settled'),
    true,
  );
  // One of them was ended by the call.
  t.true(paid.length >= SHOWERS - 1, `${paid.length} of ${SHOWERS}`);
  for (const {meteredMl, billedMl, rinseMl, freeMl, usedFen} of showers) {
    t.is(meteredMl, billedMl + rinseMl + freeMl);
    t.is(usedFen, Math.floor((billedMl * 20) / 1000));
  }
  const troubles = [...bath.lot.state.alarms.values()].map(({kind, collector}) => [
    kind,
    collector,
  ]);
  t.deepEqual(
    troubles.toSorted(),
    [
      ['EMERGENCY_BUTTON', 'S-05'],
      ['LEAK', 'S-07'],
      ['NO_FLOW', 'S-03'],
    ].toSorted(),
  );
  const called = bath.lot.bodies('alarm').filter(({kind}) => kind === 'EMERGENCY_BUTTON');
  t.deepEqual(
    [...new Set(called.flatMap(({contact}) => (contact === null ? [] : [contact])))],
    ['attendant', 'operator'],
  );
  t.true(
    bath.lot.bodies('alarm').every(({person}) => person === null),
    'nobody did anything',
  );
  const after = showers.filter(({stall}) => stall !== 'S-03' && stall !== 'S-07');
  t.true(new Set(after.map(({stall}) => stall)).size === 18);
});
