import test from 'ava';
import {Arm} from './arm.js';

test('position runs evenly between the limits', t => {
  const arm = new Arm({travelMs: 1000, position: 0});
  arm.move('raise', 100, undefined);
  t.is(arm.positionAt(100), 0);
  t.is(arm.positionAt(350), 0.25);
  t.is(arm.directionAt(1099), 'raise');
  t.is(arm.positionAt(1100), 1);
  t.is(arm.directionAt(1100), undefined);
  t.is(arm.completedAt(1100), 1);
});

test('an order in the middle turns the arm at once', t => {
  const arm = new Arm({travelMs: 1000, position: 0});
  arm.move('raise', 0, undefined);
  arm.move('lower', 600, undefined);
  t.is(arm.positionAt(900), 0.3);
  t.is(arm.directionAt(1199), 'lower');
  t.is(arm.positionAt(1200), 0);
  t.is(arm.completedAt(1200), 1);
});

test('an obstruction behind the arm does not stop it', t => {
  const arm = new Arm({travelMs: 1000, position: 0.5});
  arm.move('raise', 0, {position: 0.2});
  t.is(arm.positionAt(500), 1);
  t.is(arm.restAt(500), 'limit');
});

test('a movement against an obstruction ends blocked and uncounted', t => {
  const arm = new Arm({travelMs: 1000, position: 0});
  arm.move('raise', 0, {position: 0.4});
  t.is(arm.positionAt(700), 0.4);
  t.is(arm.directionAt(799), 'raise');
  t.is(arm.restAt(800), 'blocked');
  t.is(arm.completedAt(800), 0);
});

test('a stop at rest changes nothing, a push ends any movement', t => {
  const arm = new Arm({travelMs: 1000, position: 1});
  arm.stop(0);
  t.is(arm.restAt(0), 'limit');
  arm.move('lower', 0, undefined);
  arm.push(0.7, 100);
  t.is(arm.positionAt(5000), 0.7);
  t.is(arm.restAt(5000), 'stopped');
});
