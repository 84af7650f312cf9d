import test from 'ava';
import {asId, type CollectorId} from '../../../protocols/site/ids.js';
import {BathRig} from '../bath/bath-rig.js';
import {DEFAULT_CALLS} from './call-config.js';

const stall = (id: string) => asId<CollectorId>(id);

test('~EC-23 a call stops the running showers that the site file names, after it is stored, and no other', t => {
  const action = {kind: 'water_off', collector: stall('S-03'), stalls: [stall('S-01')]} as const;
  const bath = new BathRig({
    stalls: ['S-01', 'S-02', 'S-03'],
    calls: {...DEFAULT_CALLS, safeActions: [action]},
  });
  for (const at of ['S-01', 'S-02']) {
    bath.code(at);
    t.is(bath.type(at, at), 'ALLOW');
  }
  bath.run(20);
  t.true(bath.stall('S-01').isOpen && bath.stall('S-02').isOpen);
  bath.lot.input({kind: 'press', collector: stall('S-03'), presses: 1});
  bath.run(1);
  t.false(bath.stall('S-01').isOpen);
  t.true(bath.stall('S-02').isOpen);
  t.is(bath.alarms('EMERGENCY_BUTTON').length, 1);
  t.deepEqual(
    bath.lot
      .bodies('call')
      .slice(0, 3)
      .map(({step, where}) => [step, where]),
    [
      ['raised', null],
      ['stored', null],
      ['safe_action', 'S-01'],
    ] as never,
  );
  bath.run(60);
  const [halted] = bath.showers();
  t.is(halted?.end, 'emergency');
});
