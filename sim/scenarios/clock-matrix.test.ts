import test from 'ava';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {fromHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import {encodeRotatingToken} from '../../protocols/credential/qr-token.js';
import {slotOf} from '../../protocols/credential/rotation.js';
import type {QrCredential} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {cardRow, codeRow, grantRow, uidOf} from './credential-rows.js';
import {DecisionRig} from './decision-rig.js';

/** True time when the site was switched on for the first time, and when it comes back after a cut. */
const FIRST_MS = 1_790_000_000_000;
const RAN_MS = HOUR_MS;
const BACK_MS = FIRST_MS + RAN_MS + 30 * MINUTE_MS;
const SECRET = 'ab'.repeat(16);

/** Ends: long after; while the power was off, which a lost clock cannot know; before it went. */
const ENDS = {
  live: FIRST_MS + 30 * DAY_MS,
  ended: FIRST_MS + RAN_MS + 15 * MINUTE_MS,
  dead: FIRST_MS + 30 * MINUTE_MS,
} as const;
type End = keyof typeof ENDS;
const KINDS = [
  'standing card',
  'card with an end',
  'QR',
  'QR good once',
  'rotating QR',
  'code',
] as const;
type Kind = (typeof KINDS)[number];

/** By how much the clock of the machine is off when the power is back. */
const JUMPS: Readonly<Record<string, number>> = {
  'no jump': 0,
  'a day ahead': DAY_MS,
  'a day behind': -DAY_MS,
  'ten years ahead': 3650 * DAY_MS,
  'ten years behind': -3650 * DAY_MS,
  '1970': -BACK_MS,
  'two hours ahead': 2 * HOUR_MS,
  'two hours behind': -2 * HOUR_MS,
};

const seconds = (ms: number) => Math.floor(ms / 1000);
const numberOf = (kind: Kind, end: End) =>
  KINDS.indexOf(kind) * 10 + Object.keys(ENDS).indexOf(end) + 1;
const codeOf = (end: End) => `${10_000_000 + numberOf('code', end)}`;

async function rowsOf(rig: DecisionRig): Promise<readonly GrantStateRow[]> {
  const rows: GrantStateRow[] = [];
  for (const kind of KINDS) {
    for (const end of Object.keys(ENDS) as End[]) {
      const no = numberOf(kind, end);
      const isCard = kind === 'standing card' || kind === 'card with an end';
      // The end of a token has to be enough, unless the cloud has told of it: then its grant's counts.
      const isUntold = kind === 'QR' || kind === 'QR good once';
      const validUntil = (isUntold ? ENDS.live : ENDS[end]) as UnixMillis;
      const leaseUntil = (FIRST_MS + 45 * DAY_MS) as UnixMillis;
      const grantKind = kind === 'card with an end' || kind === 'code' ? 'park' : 'lease';
      const credentials = [`k-${no}`, `c-${no}`, `q-${no}`].map(id => asId<never>(id));
      const change = {kind: grantKind, validUntil, leaseUntil, credentials} as const;
      rows.push(grantRow(no, FIRST_MS as UnixMillis, change));
      if (isCard) rows.push(cardRow(no));
      if (kind === 'code') rows.push(codeRow(no, await rig.digestOf(codeOf(end))));
      if (kind === 'rotating QR') rows.push(qrRow(no));
    }
  }
  return rows;
}

function qrRow(no: number): GrantStateRow {
  const row: QrCredential = {
    ...{kind: 'qr', id: asId(`q-${no}`), holder: asId(`h-${no}`), secretHex: SECRET},
    validFrom: (seconds(FIRST_MS) * 1000) as UnixMillis,
    ...{state: 'active', rev: 1},
  };
  return {table: 'credential', row};
}

async function show(rig: DecisionRig, kind: Kind, end: End, trueMs: number): Promise<string> {
  const no = numberOf(kind, end);
  const body = {
    grant: `${no}`,
    fromSeconds: seconds(FIRST_MS),
    untilSeconds: seconds(ENDS[end]),
    isOneUse: kind === 'QR good once',
    isRotating: kind === 'rotating QR',
  };
  switch (kind) {
    case 'standing card':
    case 'card with an end':
      rig.tap(1, uidOf(no));
      break;
    case 'code':
      await rig.key(1, codeOf(end));
      break;
    case 'rotating QR': {
      const slot = slotOf(trueMs as UnixMillis);
      rig.scan(1, encodeRotatingToken(rig.token(body), {secret: fromHex(SECRET), slot}));
      break;
    }
    default:
      rig.scan(1, rig.token(body));
  }
  return rig.verdict;
}

for (const [name, jumpMs] of Object.entries(JUMPS)) {
  for (const isSynchronised of [true, false]) {
    const source = isSynchronised ? 'a time server that says so' : 'no time server';
    test(`~G10 ${name}, ${source}: nothing expired opens, and standing cards do`, async t => {
      const rig = new DecisionRig({entropy: new SeededEntropy(3)});
      t.teardown(() => rig.remove());
      const before = new VirtualClock({yieldTurn, wallMs: FIRST_MS});
      rig.start(before);
      rig.apply(await rowsOf(rig));
      await before.advance(RAN_MS);
      rig.stop();
      rig.isSynchronised = isSynchronised;
      const after = new VirtualClock({yieldTurn, wallMs: BACK_MS + jumpMs});
      rig.start(after);
      const startMs = after.nowMs();
      const isKnown = isSynchronised && jumpMs === 0;
      for (const kind of KINDS) {
        // Until the lock, which does nothing, is given up: nobody else is let into a bay that is being opened.
        await after.advance(MINUTE_MS);
        const trueMs = BACK_MS + after.nowMs() - startMs;
        const told = {
          live: await show(rig, kind, 'live', trueMs),
          ended: await show(rig, kind, 'ended', trueMs),
          dead: await show(rig, kind, 'dead', trueMs),
        };
        t.is(told.dead, 'EXPIRED', kind);
        if (kind === 'standing card' || isKnown) t.is(told.live, 'ALLOW', kind);
        t.not(told.live, 'EXPIRED', kind);
        if (kind !== 'standing card') t.not(told.ended, 'ALLOW', kind);
        if (isKnown) t.is(told.ended, 'EXPIRED', kind);
      }
    });
  }
}
