import test from 'ava';
import {type DoorInput, NEW_DOOR, stepDoor} from './door-machine.js';

const TIMES = {entryMs: 5000, heldAfterMs: 60_000};

/** What is told of each input at its instant, in order. */
function tell(inputs: readonly (readonly [atMs: number, input: DoorInput])[]): readonly string[] {
  let state = NEW_DOOR;
  return inputs.flatMap(([atMs, input]) => {
    const step = stepDoor(state, input, atMs, TIMES);
    state = step.state;
    return step.effects.map(effect => {
      if (effect.kind === 'door') return `open ${effect.isOpen}`;
      if (effect.kind === 'wait') return `wait ${effect.afterMs}`;
      return effect.kind === 'fault' ? `${effect.fault} ${effect.isStanding}` : effect.kind;
    });
  });
}

const contacts = (isOpen: boolean, isExit?: boolean): DoorInput => ({
  kind: 'contacts',
  isOpen,
  isExit,
});

test('a door is told when it moves, and held open once its time is over', t => {
  const told = tell([
    [0, contacts(false, false)],
    [10, {kind: 'due'}],
    [100, {kind: 'released'}],
    [5100, contacts(true, false)],
    [5200, contacts(true, false)],
    [65_100, {kind: 'due'}],
    [65_200, {kind: 'due'}],
    [66_000, contacts(false, false)],
  ]);
  t.deepEqual(
    told,
    ['open false', 'rest', 'open true', 'wait 60000', 'held_open true'].concat(
      ...['open false', 'rest', 'held_open false'],
    ),
  );
});

test('an opening without a reason is forced, where an exit contact could have given one', t => {
  const closed = [0, contacts(false, false)] as const;
  const late = [5001, contacts(true, false)] as const;
  t.true(tell([closed, [0, {kind: 'released'}], late]).includes('forced_open true'));
  t.false(tell([closed, [1, {kind: 'released'}], late]).includes('forced_open true'));
  t.false(tell([closed, [1, contacts(false, true)], late]).includes('forced_open true'));
  t.false(
    tell([
      [0, contacts(false)],
      [5001, contacts(true)],
    ]).includes('forced_open true'),
  );
  const ended = tell([closed, late, [6000, contacts(false, false)]]);
  t.is(ended.at(-1), 'forced_open false');
});

test('a door that was found open, or lost, is no break-in', t => {
  t.deepEqual(tell([[0, contacts(true, false)]]), ['open true', 'wait 60000']);
  const lost: DoorInput = {kind: 'lost'};
  t.deepEqual(tell([[0, lost]]), []);
  t.deepEqual(
    tell([
      [0, contacts(false, false)],
      [1, lost],
      [2, lost],
      [9000, contacts(true, false)],
    ]),
    ['open false', 'rest', 'open undefined', 'rest', 'open true', 'wait 60000'],
  );
});
