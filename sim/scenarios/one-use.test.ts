import test, {type ExecutionContext} from 'ava';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {codeRow, grantRow} from './credential-rows.js';
import {DecisionRig} from './decision-rig.js';

function rigOf(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn});
  const rig = new DecisionRig({entropy: new SeededEntropy(3)});
  t.teardown(() => rig.remove());
  rig.start(clock);
  return {clock, rig};
}

test('~G12 a token that is good once: the second time, and at the same instant at another reader, it is refused', async t => {
  const {clock, rig} = rigOf(t);
  rig.apply([grantRow(1, clock.wallMs())]);
  const token = rig.token({grant: '1', isOneUse: true});
  rig.scan(1, token);
  t.is(rig.verdict, 'ALLOW');
  rig.scan(2, token);
  t.is(rig.verdict, 'ALREADY_USED');
  await clock.advance(60_000);
  rig.scan(1, token);
  t.is(rig.verdict, 'ALREADY_USED');
  t.deepEqual([...new Set(rig.lowered)].map(String), ['A-001']);
});

test('~G12 the power goes between the commit and the relay: the use is on the disk, and after the start it is refused', async t => {
  const {clock, rig} = rigOf(t);
  const code = codeRow(2, await rig.digestOf('12345678'), {uses: 'one'});
  rig.apply([grantRow(1, clock.wallMs()), grantRow(2, clock.wallMs()), code]);
  const token = rig.token({grant: '1', isOneUse: true});
  rig.isCut = true;
  rig.scan(1, token);
  await rig.key(2, '12345678');
  t.deepEqual(rig.lowered, []);
  rig.stop();
  rig.start(new VirtualClock({yieldTurn}));
  t.is(rig.told('decision').filter(({body}) => body.result === 'ALLOW').length, 2);
  for (const no of [1, 2] as const) {
    rig.scan(no, token);
    t.is(rig.verdict, 'ALREADY_USED');
    await rig.key(no, '12345678');
    t.is(rig.verdict, 'ALREADY_USED');
  }
  t.deepEqual(rig.lowered, []);
});

test('~G12 the disk knows of a use that memory has lost: nothing is stored, nothing moves, and the answer is a refusal', async t => {
  const {clock, rig} = rigOf(t);
  rig.apply([grantRow(1, clock.wallMs())]);
  const token = rig.token({grant: '1', isOneUse: true});
  const {book} = rig.store;
  const {markSpent} = book;
  book.markSpent = () => {};
  rig.scan(1, token);
  t.is(rig.verdict, 'ALLOW');
  t.is(rig.lowered.length, 1);
  book.markSpent = markSpent;
  const opened = rig.told('decision').filter(({body}) => body.result === 'ALLOW').length;
  // Past the repeats for a lock that this rig does not have.
  await clock.advance(40_000);
  const lowered = rig.lowered.length;
  rig.scan(1, token);
  t.is(rig.verdict, 'ALREADY_USED');
  t.is(rig.told('decision').filter(({body}) => body.result === 'ALLOW').length, opened);
  t.is(rig.lowered.length, lowered);
  t.is(rig.run.runner.storageFault, undefined, 'a refusal is no fault of the disk');
});
