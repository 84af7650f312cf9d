import test from 'ava';
import {judgeAims} from './aims.js';

test('each aim stands beside what was measured, with the reason where it is missed', t => {
  const figures: Record<string, number | null> = {fast: 90, late: 3, flat: null};
  const judged = judgeAims(figures, [
    {figure: 'fast', atLeast: 100, why: ({late}) => `${late} s late`},
    {figure: 'late', atMost: 3, why: () => 'never'},
    {figure: 'flat', atMost: 1},
    {figure: 'of another run', atMost: 1},
  ]);
  t.deepEqual(judged, [
    {figure: 'fast', aim: '>= 100', measured: 90, isMet: false, why: '3 s late'},
    {figure: 'late', aim: '<= 3', measured: 3, isMet: true},
    {figure: 'flat', aim: '<= 1', measured: null, isMet: false},
  ]);
});
