import {generateKeyPairSync} from 'node:crypto';
import {parseArgs} from 'node:util';
import fc from 'fast-check';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from '../scenarios/cloud-rig.js';
import {syncFaultsWithRestores} from '../scenarios/model/sync-faults.js';
import {SyncModel} from '../scenarios/model/sync-model.js';

/*
 * `npm run soak`: one gateway and its cloud through random faults until so many events were journalled.
 * The longest form of what the model tests of the scenarios do in short; ends with a line of JSON.
 */
const TURNS = 12;
const MAX_APPEND = 300;
/** Between two looks at what has arrived. */
const FAULTS_PER_ROUND = 60;

const {values} = parseArgs({
  options: {
    events: {type: 'string', default: '1000000'},
    seed: {type: 'string', default: '1'},
  },
});
const [wanted, seed] = [Number(values.events), Number(values.seed)];

async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await yieldTurn();
}

const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
const signingKey = generateKeyPairSync('ed25519').privateKey;
const rig = await CloudRig.open({clock, signingKey, seed, inMemory: true});
const model = new SyncModel(rig);
const begunMs = performance.now();
rig.uplink.start();

let [events, faults] = [0, 0];
let findings: readonly string[] = [];
for (let round = 0; events < wanted && findings.length === 0; round += 1) {
  const story = fc.sample(
    fc.array(syncFaultsWithRestores(MAX_APPEND), {
      ...{minLength: FAULTS_PER_ROUND, maxLength: FAULTS_PER_ROUND},
    }),
    {seed: seed + round, numRuns: 1},
  );
  for (const fault of story.flat()) {
    await model.suffer(fault);
    faults += 1;
    if (fault.kind === 'append') events += fault.count;
  }
  await model.settle();
  findings = await model.findings();
  process.stdout.write(`${events} events, ${faults} faults: ${findings.length} findings\n`);
}
for (const finding of findings.slice(0, 20)) process.stdout.write(`${finding}\n`);
await rig.close();
const seconds = Math.round((performance.now() - begunMs) / 1000);
process.stdout.write(
  `${JSON.stringify({events, faults, seed, findings: findings.length, seconds})}\n`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
