import test from 'ava';
import {LINE_AT_START, type LineBreakerInput, stepLineBreaker} from './line-breaker.js';

const silent: LineBreakerInput = {kind: 'allSilent', fraction: 0.5};

/** Effects as words: `tellDown`, `armReopen 1000`. */
function run(...inputs: readonly LineBreakerInput[]): readonly string[][] {
  let state = LINE_AT_START;
  return inputs.map(input => {
    const step = stepLineBreaker(state, input);
    state = step.state;
    return step.effects.map(effect =>
      effect.kind === 'armReopen' ? `armReopen ${effect.afterMs}` : effect.kind,
    );
  });
}

test('a lost link is told once, and its end with the first reply, not with the link', t => {
  t.deepEqual(run({kind: 'linkLost'}, {kind: 'linkLost'}, {kind: 'reply'}, {kind: 'reply'}), [
    ['tellDown'],
    [],
    ['tellUp'],
    [],
  ]);
});

test('while all are silent the port is reopened 1, 2, 4, 8, 16, 30, 30 s apart', t => {
  const rounds = [1, 2, 3, 4, 5, 6, 7].flatMap((): LineBreakerInput[] => [
    silent,
    silent,
    {kind: 'reopenDue'},
    {kind: 'linkLost'},
  ]);
  const effects = run(...rounds).flat();
  t.deepEqual(
    effects.filter(effect => effect.startsWith('arm')).map(effect => Number(effect.slice(10))),
    [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000],
  );
  t.is(effects.filter(effect => effect === 'tellDown').length, 1);
  t.is(effects.filter(effect => effect === 'reopen').length, 7);
});

test('a reply calls the reopening off and starts its delays anew', t => {
  t.deepEqual(run(silent, {kind: 'reply'}, {kind: 'reopenDue'}, silent), [
    ['tellDown', 'armReopen 1000'],
    ['disarmReopen', 'tellUp'],
    [],
    ['tellDown', 'armReopen 1000'],
  ]);
});

test('a link that is lost meanwhile reopens by itself', t => {
  t.deepEqual(run(silent, {kind: 'linkLost'}), [['tellDown', 'armReopen 1000'], ['disarmReopen']]);
});
