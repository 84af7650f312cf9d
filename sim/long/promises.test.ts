import test from 'ava';
import {measureFleet} from '../bench/fleet.js';
import {soakOffline} from '../fuzz/soak-offline.js';

/** Of one core. @see sync.md 9, G16 */
const BROKER_SHARE_LIMIT = 0.8;
const BACK_WITHIN_S = 60;
const HEADROOM = 20;
/** Eighty percent is where a gateway begins to thin out what is no access. */
const FILL_LIMIT = 0.8;

test.before(t => t.timeout(30 * 60_000));

test.serial(
  'G4 30 days without a cloud: 1,000,000 access events in a quota of 512 MB, then all at the cloud, none lost, none twice',
  async t => {
    const {findings, ...figures} = await soakOffline({events: 1_000_000, seed: 1}, line =>
      t.log(line),
    );
    t.log(JSON.stringify(figures));
    t.deepEqual(findings, []);
    t.is(figures.events, 1_000_000);
    t.is(figures.days, 30);
    t.true(figures.filled < FILL_LIMIT);
  },
);

for (const form of ['embedded', 'large'] as const) {
  test.serial(
    `G16 1000 gateways with certificates are back within 60 s of the broker, which takes less than 80 % of a core (${form})`,
    async t => {
      const run = await measureFleet(form, 1000);
      t.log(JSON.stringify(run));
      t.is(run.missing, 0);
      t.true((run.connectStormS ?? Number.POSITIVE_INFINITY) <= BACK_WITHIN_S);
      t.true((run.brokerCoreShare ?? run.cloudCoreShare) < BROKER_SHARE_LIMIT);
    },
  );

  test.serial(
    `G18 10,000 gateways are connected, and 20 times their steady load of 167 events/s is acknowledged within 2 s (${form})`,
    async t => {
      const run = await measureFleet(form, 10_000);
      t.log(JSON.stringify(run));
      t.is(run.missing, 0);
      t.true(run.headroom >= HEADROOM);
    },
  );
}
