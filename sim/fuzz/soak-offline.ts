import {generateKeyPairSync} from 'node:crypto';
import {statSync} from 'node:fs';
import {DAY_MS, HOUR_MS} from '../../protocols/base/units.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from '../scenarios/cloud-rig.js';
import {type SoakOptions, type SoakResult, yieldTurns} from './soak-model.js';

/** The quota of a gateway that names no other. */
const QUOTA_BYTES = 512 * 1024 * 1024;
const DAYS = 30;
const EVENTS_PER_COMMIT = 50;
const COMMITS_PER_TELL = 2000;
/** Well above what draining takes. */
const DRAIN_LIMIT_MS = HOUR_MS;

/**
 * G4: thirty days without a cloud, `events` access events within the quota; then it is back, and has them
 * all. The daemon's idle work goes on meanwhile.
 */
export async function soakOffline(
  {events, seed}: SoakOptions,
  tell: (line: string) => void,
): Promise<
  SoakResult & {
    readonly days: number;
    /** Of the quota. */
    readonly filled: number;
    readonly bytesPerEvent: number;
    /** Virtual time from the first answer to the last acknowledgement. */
    readonly drainS: number;
  }
> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const rig = await CloudRig.open({
    ...{clock, signingKey, seed},
    inMemory: true,
    maxBytes: QUOTA_BYTES,
  });
  const {store, transport} = rig;
  transport.cut = true;
  rig.uplink.start();
  const commits = Math.ceil(events / EVENTS_PER_COMMIT);
  for (let commit = 1; commit <= commits; commit += 1) {
    rig.append(EVENTS_PER_COMMIT, 'decision');
    await clock.advance((DAYS * DAY_MS) / commits);
    while (store.prune() > 0);
    if (commit % COMMITS_PER_TELL > 0) continue;
    const percent = Math.round(100 * store.fillLevel());
    tell(`${commit * EVENTS_PER_COMMIT} events, ${percent} % of the quota`);
  }
  const filled = store.fillLevel();
  const bytesPerEvent = statSync(rig.edgeFile).size / (commits * EVENTS_PER_COMMIT);
  const {outbox} = store;
  const [low, held] = [outbox.low(), outbox.head()];

  transport.cut = false;
  const {uplink} = rig;
  await clock.until(() => uplink.status().link === 'up', HOUR_MS);
  const backMs = clock.nowMs();
  await clock.until(() => uplink.status().unsent === 0, DRAIN_LIMIT_MS);
  const drainS = Math.round(clock.nowMs() - backMs) / 1000;
  const findings = await differences(rig);
  if (low !== 1) findings.unshift(`the journal began at ${low}`);
  if (held !== commits * EVENTS_PER_COMMIT) findings.unshift(`the journal ended at ${held}`);
  await rig.close();
  return {events: held, days: DAYS, filled, bytesPerEvent, drainS, findings};
}

/** Where the cloud and the journal do not say the same. */
async function differences(rig: CloudRig): Promise<string[]> {
  const {outbox} = rig.store;
  const findings: string[] = [];
  let seq = 0;
  for await (const page of rig.feedPages()) {
    const own = outbox.read(seq + 1, page.length);
    for (const [index, event] of page.entries()) {
      seq += 1;
      const isSame = event.seq === seq && JSON.stringify(event.body) === own[index]?.body;
      if (!isSame) findings.push(`${event.id} is not what was journalled as ${seq}`);
    }
  }
  if (seq !== outbox.head()) findings.push(`${seq} of ${outbox.head()} events are at the cloud`);
  return findings;
}
