import test from 'ava';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {MINUTE_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {cardRow, codeRow, grantRow, uidOf} from './credential-rows.js';
import {DecisionRig} from './decision-rig.js';

const GRANTS = 10_000;
const REVOKED = 5_000;
const CODES = 20;

test('G9 with 10,000 grants, 5,000 revoked, and no network every decision is made at the instant of showing, with one commit; a code costs one scrypt', async t => {
  const clock = new VirtualClock({yieldTurn});
  let stretched = 0;
  const rig = new DecisionRig({
    entropy: new SeededEntropy(3),
    stretch: (digits, salt) => {
      stretched += 1;
      const made = new Uint8Array(32)
        .fill(Number(digits) % 251)
        .map((byte, at) => byte ^ (salt[at] ?? at));
      return Promise.resolve(made);
    },
  });
  t.teardown(() => rig.remove());
  rig.start(clock);
  const rows: GrantStateRow[] = [];
  for (let no = 1; no <= GRANTS; no += 1) rows.push(grantRow(no, clock.wallMs()), cardRow(no));
  for (let no = 1; no <= CODES; no += 1) rows.push(codeRow(no, await rig.digestOf(`${no}`)));
  rig.apply(rows);
  const dead = Array.from({length: REVOKED}, (_, index) => `g-${GRANTS - index}`);
  rig.store.grants.applyRevocations(1, dead);
  stretched = 0;

  /** Show something: judged when the call returns, by one commit, and nothing asked of anybody. */
  const decide = async (show: () => unknown, expected: string) => {
    // Until the lock, which does nothing, is given up: nobody else is let into a bay that is being opened.
    await clock.advance(MINUTE_MS);
    const head = rig.store.outbox.head() + 1;
    const commits = rig.commits;
    rig.effects.length = 0;
    const shownMs = clock.nowMs();
    await show();
    const made = rig.told('decision', head);
    t.deepEqual(
      made.map(({body}) => body.reason ?? body.result),
      [expected],
    );
    t.is(clock.nowMs(), shownMs);
    t.is(made[0]?.monoMs, Math.round(shownMs));
    t.is(rig.commits, commits + 1);
    t.false(rig.effects.some(({kind}) => kind === 'pullGrants'));
  };
  for (let index = 0; index < 40; index += 1) {
    const good = 1 + index * 97;
    const bad = GRANTS - index * 97;
    await decide(() => tapOnly(rig, good), 'ALLOW');
    await decide(() => tapOnly(rig, bad), 'REVOKED');
    await decide(() => rig.scan(1, rig.token({grant: `${good + 1}`})), 'ALLOW');
    await decide(() => rig.scan(1, rig.token({grant: `${bad}`})), 'REVOKED');
    await decide(() => rig.scan(2, rig.token({grant: `${9_000_000 + index}`})), 'ALLOW');
  }
  t.is(stretched, 0);
  for (let no = 1; no <= CODES; no += 1) await decide(() => rig.key(1, `${no}`), 'ALLOW');
  t.is(stretched, CODES);
});

function tapOnly(rig: DecisionRig, no: number): void {
  rig.tap(1, uidOf(no));
}
