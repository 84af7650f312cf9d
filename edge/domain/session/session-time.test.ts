import test from 'ava';
import fc from 'fast-check';
import {LotRig} from '../lot/lot-rig.js';

const DAY_MS = 86_400_000;

/** A stay from the tap to the arm's rising, with the wall clock moved between its parts. */
function billOf(jumpsMs: readonly number[], parkedMs: number): number | undefined {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012'], {kind: 'lease', entries: 'multi'});
  const truth = rig.wallMs;
  const jump = (place: number) => {
    rig.stepWall(jumpsMs[place] ?? 0);
    // The floor stays where it was: what the lot decides by does not leap with the wall.
    rig.time = {clk: 'floor', floorMs: truth};
  };
  jump(0);
  rig.tap('C1', '01');
  rig.advance(5000);
  jump(1);
  rig.lock('A-012').vehicle = 'present';
  rig.sense('A-012', 'occupied');
  rig.advance(parkedMs);
  jump(2);
  rig.lock('A-012').vehicle = 'absent';
  rig.sense('A-012', 'vacant');
  rig.advance(1000);
  jump(3);
  rig.advance(60_000);
  return rig.bodies('session').at(-1)?.durationMs;
}

test('what a stay is billed never depends on jumps of the wall clock', t => {
  const still = billOf([], 3_600_000);
  t.true((still ?? 0) >= 3_600_000);
  const jump = fc.integer({min: -3650 * DAY_MS, max: 3650 * DAY_MS});
  fc.assert(
    fc.property(fc.array(jump, {minLength: 4, maxLength: 4}), jumps => {
      t.is(billOf(jumps, 3_600_000), still);
    }),
    {numRuns: 40},
  );
});
