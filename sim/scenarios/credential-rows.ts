import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import type {CardCredential, CodeCredential, Grant} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';

/** The right to park for 30 days around `wallMs`, under the number that a token names. */
export function grantRow(
  no: number,
  wallMs: UnixMillis,
  change: Partial<Grant> = {},
): GrantStateRow {
  const row: Grant = {
    ...{id: asId(`g-${no}`), number: `${no}`, kind: 'park', holder: asId(`h-${no}`)},
    ...{holderMask: '', credentials: [asId(`k-${no}`), asId(`c-${no}`)]},
    ...{points: [asId('A-001'), asId('A-002')], weekly: [], entries: 'multi'},
    validFrom: (wallMs - 15 * DAY_MS) as UnixMillis,
    validUntil: (wallMs + 45 * DAY_MS) as UnixMillis,
    leaseUntil: (wallMs + 45 * DAY_MS) as UnixMillis,
    ...{state: 'active', rev: 1},
    ...change,
  };
  return {table: 'grant', row};
}

export function uidOf(no: number): string {
  return (0x4d00000000 + no).toString(16).toUpperCase();
}

export function cardRow(no: number): GrantStateRow {
  const row: CardCredential = {
    ...{kind: 'card', id: asId(`k-${no}`), holder: asId(`h-${no}`), uid: asId(uidOf(no))},
    ...{secretHex: undefined, state: 'active', rev: 1},
  };
  return {table: 'credential', row};
}

/** `digest`: as the cloud sends it. */
export function codeRow(
  no: number,
  digest: string,
  change: Partial<CodeCredential> = {},
): GrantStateRow {
  const row: CodeCredential = {
    ...{kind: 'code', id: asId(`c-${no}`), holder: asId(`h-${no}`), digest, epoch: 1},
    ...{uses: 'multi', state: 'active', rev: 1},
    ...change,
  };
  return {table: 'credential', row};
}
