import {createHash} from 'node:crypto';
import type {StretchCode} from '../../edge/platform/stretch.js';
import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {codeSalt, digestCode} from '../../protocols/credential/keypad-code.js';
import type {Credential, Grant} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';

/** A digest instead of a scrypt: hundreds of codes in a story must cost no minutes. */
export const quickStretch: StretchCode = (digits, salt) =>
  Promise.resolve(quickDigest(digits, salt));

const FIRST_EPOCH = 1;

export interface RightPlan {
  readonly site: string;
  /** Makes it another one than all others. */
  readonly no: number;
  readonly digits: string;
  readonly stalls: readonly string[];
  readonly nowMs: UnixMillis;
  /** The gateway stretches codes by `quickStretch`. */
  readonly isQuick?: boolean;
  readonly change?: Partial<Grant>;
}

/** A code with a right to one shower of at most 10 yuan and 30 minutes, as the cloud would send it. */
export function showerRight(plan: RightPlan): {credential: Credential; grant: Grant} {
  const {site, no, digits, stalls, nowMs, isQuick = false, change = {}} = plan;
  const holder = change.holder ?? asId<never>(`bather-${no}`);
  const salt = codeSalt(site, FIRST_EPOCH);
  return {
    credential: {
      ...{kind: 'code', id: asId(`code-${no}`), holder, epoch: FIRST_EPOCH},
      digest: toHex(isQuick ? quickDigest(digits, salt) : digestCode(digits, salt)),
      ...{uses: 'one', state: 'active', rev: 1},
    },
    grant: {
      ...{id: asId(`shower-right-${no}`), number: String(7000 + no), kind: 'shower', holder},
      ...{holderMask: '陈** 138****5678', credentials: [asId<never>(`code-${no}`)]},
      points: stalls.map(id => asId<never>(id)),
      validFrom: nowMs,
      validUntil: (nowMs + 30 * MINUTE_MS) as UnixMillis,
      ...{weekly: [], entries: 'one', budget: {fen: 1000, seconds: 1800}, state: 'active', rev: 1},
      leaseUntil: (nowMs + 720 * HOUR_MS) as UnixMillis,
      ...change,
    },
  };
}

/** What `quickStretch` makes of it. */
export function quickDigest(digits: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(salt).update(digits).digest());
}
