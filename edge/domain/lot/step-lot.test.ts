import test from 'ava';
import {LotRig} from './lot-rig.js';
import {rigConfig} from './rig-config.js';

const seconds = (times: readonly number[], fromMs: number) => times.map(at => (at - fromMs) / 1000);

test('P14 a healthy lock gets exactly one lower frame, DOWN opens a session, no other address is commanded', t => {
  const rig = new LotRig().settled();
  const grant = rig.grant('0A1B2C3D', ['A-012']);
  rig.tap('C1', '0A1B2C3D');
  rig.advance(10_000);
  t.deepEqual(
    rig.sent.map(one => [one.bay, one.command]),
    [['A-012', 'lower']],
  );
  const [session] = rig.bodies('session');
  t.is(session?.phase, 'open_wait_car');
  t.is(session?.grant, grant.id);
  t.true(rig.shown.some(one => one.message.code === 'OPEN' && one.message.bay === 'A-012'));
});

test('P16 a deaf lock gets commands at 0,5,10,15,20,25 s and no seventh; one that obeys the 4th gets four', t => {
  const deaf = new LotRig().settled();
  deaf.grant('01', ['A-012']);
  deaf.lock('A-012').deafTo = Number.POSITIVE_INFINITY;
  const startMs = deaf.nowMs;
  deaf.tap('C1', '01');
  deaf.advance(60_000);
  t.deepEqual(seconds(deaf.commands('lower'), startMs), [0, 5, 10, 15, 20, 25]);

  const slow = new LotRig().settled();
  slow.grant('01', ['A-012']);
  slow.lock('A-012').deafTo = 3;
  const beginMs = slow.nowMs;
  slow.tap('C1', '01');
  slow.advance(60_000);
  t.deepEqual(seconds(slow.commands('lower'), beginMs), [0, 5, 10, 15]);
  const confirmed = slow.bodies('actuation').find(body => body.state === 'confirmed');
  t.is(confirmed?.tryNo, 4);
});

test('~P17 after the sixth failed command there is exactly one UNLOCK_FAILED alarm, at 29.5 s', t => {
  const rig = new LotRig(rigConfig()).settled();
  rig.grant('01', ['A-012']);
  rig.lock('A-012').deafTo = Number.POSITIVE_INFINITY;
  const startMs = rig.nowMs;
  rig.tap('C1', '01');
  rig.advance(29_400);
  t.deepEqual(rig.openAlarms(), []);
  rig.advance(100);
  t.deepEqual(rig.openAlarms(), ['UNLOCK_FAILED']);
  rig.advance(30_000);
  const raised = rig.facts.filter(
    ({fact}) => fact.kind === 'alarm' && fact.body.state === 'raised',
  );
  t.deepEqual(
    raised.map(one => one.atMs - startMs),
    [29_500],
  );
  t.is(rig.screen('C1')?.code, 'CALL_SENT');
});

test('P23 a car that leaves at 0 has the arm raised at 30 s; back at 20 s there is no raise frame at all', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012'], {entries: 'multi'});
  rig.tap('C1', '01');
  rig.advance(5000);
  rig.sense('A-012', 'occupied');
  rig.advance(600_000);
  const leftMs = rig.nowMs;
  rig.sense('A-012', 'vacant');
  rig.advance(20_000);
  rig.sense('A-012', 'occupied');
  rig.advance(60_000);
  t.deepEqual(rig.commands('raise'), []);
  const againMs = rig.nowMs;
  rig.sense('A-012', 'vacant');
  rig.advance(60_000);
  t.deepEqual(seconds(rig.commands('raise'), againMs), [30]);
  t.true(leftMs < againMs);
  t.is(rig.bodies('session').at(-1)?.closeCause, 'left');
});
