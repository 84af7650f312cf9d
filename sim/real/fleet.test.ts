import test from 'ava';
import {measureFleet} from '../bench/fleet.js';

/** In full: `npm run test:long`. */
const SHORT = {outageMs: 1000, steadyMs: 2000, loadMs: 2000, steps: [1]};

test('~G16 40 gateways with certificates are all back after mosquitto was killed, and the load of 10,000 is acknowledged', async t => {
  const run = await measureFleet('large', 40, SHORT);
  t.is(run.missing, 0);
  t.true(run.steadyEventsPerS > 0);
  t.true(run.headroom > 0.9, JSON.stringify(run));
});
