import {SystemEntropy} from '../../edge/platform/entropy.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {stretchCode} from '../../edge/platform/stretch.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import {cardRow, codeRow, grantRow, uidOf} from '../scenarios/credential-rows.js';
import {DecisionRig} from '../scenarios/decision-rig.js';
import {percentile, rounded} from './median.js';

const GRANTS = 10_000;
const REVOKED = 5_000;
/** Each typed once: the same again within 3 s is one showing. */
const CODES = 60;
const SHOWN = 300;

/** Time from `show` to the durable decision, for each of `numbers`. Every second one has been revoked. */
async function timed(
  rig: DecisionRig,
  numbers: readonly number[],
  show: (no: number) => unknown,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (const no of numbers) {
    await yieldTurn();
    const startNs = process.hrtime.bigint();
    await show(no);
    times.push(Number(process.hrtime.bigint() - startNs) / 1e6);
    const expected = no > GRANTS - REVOKED ? 'REVOKED' : 'ALLOW';
    if (rig.verdict !== expected) {
      throw new UsageError('bench/decide', `grant ${no}: ${rig.verdict}, not ${expected}`);
    }
  }
  return times;
}

/** Numbers spread over the grants that stand and those that were revoked, in turn. */
function spread(count: number, from: number): readonly number[] {
  const half = GRANTS - REVOKED;
  return Array.from({length: count}, (_, index) => {
    const no = from + Math.floor(index / 2) * Math.floor((half / count) * 2);
    return index % 2 === 0 ? no : GRANTS - no;
  });
}

/**
 * From showing to the decision on the disk, with a big book and no network: what the gateway itself
 * takes, without wires. @see sync.md 9, G9
 */
export async function run(): Promise<object> {
  const clock = new SystemClock();
  const rig = new DecisionRig({entropy: new SystemEntropy(clock), stretch: stretchCode});
  try {
    rig.start(clock);
    const rows: GrantStateRow[] = [];
    for (let no = 1; no <= GRANTS; no += 1) rows.push(grantRow(no, clock.wallMs()), cardRow(no));
    for (let no = 1; no <= CODES; no += 1) {
      rows.push(codeRow(no, await rig.digestOf(`${10_000_000 + no}`)));
    }
    rig.apply(rows);
    const dead = Array.from({length: REVOKED}, (_, index) => `g-${GRANTS - index}`);
    rig.store.grants.applyRevocations(1, dead);
    const cards = await timed(rig, spread(SHOWN, 1), no => rig.tap(1, uidOf(no)));
    const tokens = new Map(spread(SHOWN, 2).map(no => [no, rig.token({grant: `${no}`})]));
    const scanned = await timed(rig, [...tokens.keys()], no => rig.scan(2, tokens.get(no) ?? ''));
    const all = Array.from({length: CODES}, (_, index) => index + 1);
    const typed = await timed(rig, all, no => rig.key(1, `${10_000_000 + no}`));
    return {
      bench: 'decide',
      cardP50Ms: rounded(percentile(cards, 0.5)),
      cardP99Ms: rounded(percentile(cards, 0.99)),
      qrP50Ms: rounded(percentile(scanned, 0.5)),
      qrP99Ms: rounded(percentile(scanned, 0.99)),
      codeP50Ms: rounded(percentile(typed, 0.5)),
      codeP99Ms: rounded(percentile(typed, 0.99)),
      grants: GRANTS,
      revoked: REVOKED,
    };
  } finally {
    rig.remove();
  }
}
