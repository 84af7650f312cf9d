import test from 'ava';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {HandshakeGate} from './handshake-gate.js';

function rig() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const begun: number[] = [];
  let away = 0;
  const socketOf = (no: number) => ({
    no,
    destroyed: false,
    destroy() {
      this.destroyed = true;
    },
  });
  const gate = new HandshakeGate<ReturnType<typeof socketOf>>({
    clock,
    begin: ({no}) => void begun.push(no),
    onTurnedAway: () => {
      away += 1;
    },
  });
  return {clock, gate, begun, socketOf, away: () => away};
}

test('32 handshakes at a time, the others in the order in which they came', t => {
  const {gate, begun, socketOf} = rig();
  for (let no = 0; no < 100; no += 1) gate.enter(socketOf(no));
  t.is(begun.length, 32);
  for (let over = 0; over < 68; over += 1) gate.leave();
  gate.close();
  t.deepEqual(
    begun,
    Array.from({length: 100}, (_, no) => no),
  );
});

test('32 that begin and say nothing hold up nobody for more than a second', async t => {
  const {clock, gate, begun, socketOf} = rig();
  for (let no = 0; no < 33; no += 1) gate.enter(socketOf(no));
  await clock.advance(999);
  t.is(begun.length, 32);
  await clock.advance(1);
  t.is(begun.length, 33);
  gate.close();
});

test('who waited for more than 8 s is turned away, and who left takes no turn', async t => {
  const {clock, gate, begun, socketOf, away} = rig();
  const sockets = Array.from({length: 290}, (_, no) => socketOf(no));
  for (const socket of sockets) gate.enter(socket);
  sockets[40]?.destroy();
  await clock.advance(9000);
  t.is(away(), 1);
  t.true(sockets[289]?.destroyed);
  t.false(begun.includes(40));
  t.is(begun.length, 288);
  gate.close();
});

test('a gate that closes lets nobody wait, and the queue never grows without bound', t => {
  const {gate, begun, socketOf, away} = rig();
  for (let no = 0; no < 20_033; no += 1) gate.enter(socketOf(no));
  t.is(away(), 1);
  gate.close();
  gate.leave();
  t.is(begun.length, 32);
});
