import {generateKeyPairSync} from 'node:crypto';
import fc from 'fast-check';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from '../scenarios/cloud-rig.js';
import {syncFaultsWithRestores} from '../scenarios/model/sync-faults.js';
import {SyncModel} from '../scenarios/model/sync-model.js';

export interface SoakOptions {
  readonly events: number;
  readonly seed: number;
}

export interface SoakResult {
  readonly events: number;
  /** Everything that was wrong, in words. */
  readonly findings: readonly string[];
}

const TURNS = 12;
const MAX_APPEND = 1000;
/** Between two rests in which both ends come to agree. */
const FAULTS_PER_ROUND = 60;
/** All that has arrived is looked at so often, and each time there is so much more of it. */
const NEXT_LOOK = 1.25;
const FIRST_LOOK = 20_000;

/** For a virtual clock on which messages pass through two MQTT stacks. */
export async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await yieldTurn();
}

/** One gateway and its cloud through random faults, restarts and restored old files, until `events` were
 *  journalled. */
export async function soakModel(
  {events: wanted, seed}: SoakOptions,
  tell: (line: string) => void,
): Promise<SoakResult & {readonly faults: number; readonly seed: number}> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const rig = await CloudRig.open({clock, signingKey, seed, inMemory: true});
  const model = new SyncModel(rig);
  rig.uplink.start();
  let [events, faults, lookAt] = [0, 0, FIRST_LOOK];
  let findings: readonly string[] = [];
  for (let round = 0; events < wanted && findings.length === 0; round += 1) {
    for (const fault of storyOf(seed + round)) {
      await model.suffer(fault);
      faults += 1;
      if (fault.kind === 'append') events += fault.count;
    }
    await model.settle();
    if (events < Math.min(lookAt, wanted)) continue;
    findings = await model.findings();
    lookAt = events * NEXT_LOOK;
    tell(`${events} events, ${faults} faults: ${findings.length} findings`);
  }
  await rig.close();
  return {events, faults, seed, findings};
}

function storyOf(seed: number) {
  const faults = fc.array(syncFaultsWithRestores(MAX_APPEND), {
    ...{minLength: FAULTS_PER_ROUND, maxLength: FAULTS_PER_ROUND},
  });
  return fc.sample(faults, {seed, numRuns: 1}).flat();
}
