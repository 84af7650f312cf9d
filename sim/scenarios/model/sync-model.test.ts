import {generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {VirtualClock} from '../../clock/virtual-clock.js';
import {CloudRig} from '../cloud-rig.js';
import {type SyncFault, syncFaults, syncFaultsWithRestores} from './sync-faults.js';
import {SyncModel} from './sync-model.js';

// A message takes several turns through both MQTT stacks; time must not run ahead of it.
const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const signingKey = generateKeyPairSync('ed25519').privateKey;

let sufferedFaults = 0;

async function suffered(faults: readonly SyncFault[], seed: number): Promise<readonly string[]> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey, seed, inMemory: true});
  try {
    const model = new SyncModel(rig);
    rig.uplink.start();
    for (const fault of faults) await model.suffer(fault);
    sufferedFaults += faults.length;
    await model.settle();
    return await model.findings();
  } finally {
    await rig.close();
    clock.assertIdle();
  }
}

const law = (faults: fc.Arbitrary<SyncFault>, length: {minLength: number; maxLength: number}) =>
  fc.asyncProperty(
    fc.array(faults, length),
    fc.integer({min: 1, max: 1_000_000}),
    async (story, seed) => {
      const findings = await suffered(story, seed);
      if (findings.length > 0) throw new Error(findings.slice(0, 5).join('\n'));
    },
  );

test.serial(
  'whatever befalls link, gateway and cloud, every event arrives once, in order, on an unbroken chain',
  async t => {
    await fc.assert(law(syncFaults(300), {minLength: 5, maxLength: 40}), {numRuns: 8});
    t.pass();
  },
);

test.serial(
  'G2 after 1000 random faults, restored copies of both ends among them, nothing is lost and nothing is there twice',
  async t => {
    sufferedFaults = 0;
    const length = {minLength: 40, maxLength: 44};
    const details = await fc.check(law(syncFaultsWithRestores(120), length), {numRuns: 25});
    t.false(details.failed, await fc.asyncDefaultReportMessage(details));
    t.true(sufferedFaults >= 1000);
  },
);
