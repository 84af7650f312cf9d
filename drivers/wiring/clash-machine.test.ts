import test from 'ava';
import {type ClashChange, NO_CLASHES, stepClash, type UnitTotals} from './clash-machine.js';

/** Counts up the totals of some units, a second at a time. */
class Line {
  readonly #totals = new Map<string, UnitTotals>();
  #state = NO_CLASHES;

  second(
    counts: Readonly<Record<string, Partial<Omit<UnitTotals, 'unit'>>>>,
  ): readonly ClashChange[] {
    for (const [unit, count] of Object.entries(counts)) {
      const {sound = 0, broken = 0, late = 0, timeouts = 0} = this.#totals.get(unit) ?? {};
      this.#totals.set(unit, {
        unit,
        sound: sound + (count.sound ?? 0),
        broken: broken + (count.broken ?? 0),
        late: late + (count.late ?? 0),
        timeouts: timeouts + (count.timeouts ?? 0),
      });
    }
    const {state, changes} = stepClash(this.#state, [...this.#totals.values()]);
    this.#state = state;
    return changes;
  }
}

test('~E18 seven broken answers in a row on a sound line are a clash; who is missing is named', t => {
  const line = new Line();
  const others = {a: {sound: 5}, c: {timeouts: 1}};
  t.deepEqual(line.second({...others, b: {broken: 6, timeouts: 6}}), []);
  t.deepEqual(line.second({...others, b: {broken: 1, timeouts: 1}}), [
    {unit: 'b', isClash: true, missing: ['c']},
  ]);
  t.deepEqual(line.second({...others, b: {broken: 1}}), []);
});

test('two sound answers to each request are a clash, a single late one is not', t => {
  const line = new Line();
  t.deepEqual(line.second({a: {sound: 5}, b: {sound: 2, late: 1}}), []);
  t.deepEqual(line.second({a: {sound: 5}, b: {sound: 2, late: 2}}), []);
  t.deepEqual(line.second({a: {sound: 5}, b: {sound: 2, late: 2}}), [
    {unit: 'b', isClash: true, missing: []},
  ]);
});

test('answers that come late instead of in time are a stalled host or a slow device, never a clash', t => {
  const line = new Line();
  for (let second = 0; second < 10; second += 1) {
    t.deepEqual(line.second({b: {timeouts: 3, late: 3}}), []);
  }
});

test('a slow host gives up each first answer, gets it late, and its repeat in time: no clash', t => {
  const line = new Line();
  for (let second = 0; second < 10; second += 1) {
    t.deepEqual(line.second({b: {sound: 1, timeouts: second % 2 === 0 ? 2 : 0, late: 1}}), []);
  }
});

test('two devices whose answers now collide and now follow each other are a clash all the same', t => {
  const line = new Line();
  const row = {b: {sound: 1, late: 1, timeouts: 1, broken: 1}};
  t.deepEqual([line.second(row), line.second(row)], [[], []]);
  t.deepEqual(line.second(row), [{unit: 'b', isClash: true, missing: []}]);

  const silent = new Line();
  const told = Array.from({length: 8}, (_, second) =>
    silent.second({b: {sound: 2, late: 2, timeouts: second % 2 === 0 ? 1 : 0}}),
  );
  t.is(told.flat().length, 1, 'a silence now and then hides none');
});

test('a line on which everybody breaks has noise and no clash', t => {
  const line = new Line();
  for (let second = 0; second < 10; second += 1) {
    t.deepEqual(line.second({a: {broken: 2}, b: {broken: 2}, c: {broken: 2}}), []);
  }
});

test('a unit that breaks often on a line that breaks now and then has noise and no clash', t => {
  const line = new Line();
  for (let second = 0; second < 10; second += 1) {
    t.deepEqual(line.second({a: {sound: 9, broken: 1}, b: {broken: 2}}), []);
  }
});

test('one unit alone on a line can only be noisy: nobody shows that the line is sound', t => {
  const line = new Line();
  for (let second = 0; second < 10; second += 1) t.deepEqual(line.second({b: {broken: 2}}), []);
});

test('a clash ends after 20 sound answers without a hint of another', t => {
  const line = new Line();
  line.second({a: {sound: 5}, b: {broken: 7}});
  t.deepEqual(line.second({a: {sound: 5}, b: {sound: 19}}), []);
  t.deepEqual(line.second({a: {sound: 5}, b: {sound: 3, broken: 1}}), []);
  t.deepEqual(line.second({a: {sound: 5}, b: {sound: 19}}), []);
  t.deepEqual(line.second({a: {sound: 5}, b: {sound: 1}}), [
    {unit: 'b', isClash: false, missing: []},
  ]);
});
