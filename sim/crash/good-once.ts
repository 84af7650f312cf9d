import {createPrivateKey} from 'node:crypto';
import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import {codeSalt, digestCode} from '../../protocols/credential/keypad-code.js';
import {encodeToken} from '../../protocols/credential/qr-token.js';
import {encodeTokenBody, type TokenBody, tokenId} from '../../protocols/credential/token-body.js';
import {RFC8032_TEST_1} from '../../protocols/credential/vectors.js';
import {asId, idOfNumber} from '../../protocols/site/ids.js';

/** A token or a code that opens one bay once. */
export interface GoodOnce {
  readonly kind: 'token' | 'code';
  /** A grant of its own, so that the journal names it. */
  readonly grant: string;
  readonly bay: string;
  /** What the scanner reads, or the digits. */
  readonly text: string;
  /** Under which its use is stored. */
  readonly use: string;
}

export interface OncePlan {
  readonly site: string;
  readonly gateway: string;
  /** By the number that tokens name. */
  readonly bays: ReadonlyMap<string, number>;
  readonly tokensEach: number;
  readonly codesEach: number;
  readonly wallMs: UnixMillis;
}

/** What a site file says of the issuer. */
export const TOKEN_KEYS = [{kid: 1, publicKey: RFC8032_TEST_1.publicKey}] as const;
const ISSUER = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${RFC8032_TEST_1.seed}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const CODE_EPOCH = 1;
const FIRST_CODE = 31_415_926;
const CODE_STEP = 271_828;

/** Under which ids a decision may name that grant: a token works before its grant was heard of. */
export function idsOf(grant: string): readonly string[] {
  const number = grant.split('-').at(-1) ?? '';
  return [grant, idOfNumber(number)];
}

/** Tokens and codes for each bay, and what the cloud has to send of them. */
export function makeGoodOnce(plan: OncePlan): {
  readonly items: readonly GoodOnce[];
  readonly rows: readonly GrantStateRow[];
} {
  const items: GoodOnce[] = [];
  const rows: GrantStateRow[] = [];
  for (const [bay, number] of plan.bays) {
    for (let count = 0; count < plan.tokensEach; count += 1) {
      const grantNo = `${number * 1000 + count}`;
      items.push({...tokenOf(plan, grantNo, number), grant: `use-token-${grantNo}`, bay});
      rows.push(grantRow(plan, `use-token-${grantNo}`, grantNo, bay, []));
    }
    for (let count = 0; count < plan.codesEach; count += 1) {
      const grantNo = `${number * 1000 + 500 + count}`;
      const text = `${FIRST_CODE + CODE_STEP * Number(grantNo)}`.slice(-8);
      const [grant, use] = [`use-code-${grantNo}`, `code-${grantNo}`];
      items.push({kind: 'code', grant, bay, text, use});
      rows.push(codeRow(plan, use, text), grantRow(plan, grant, grantNo, bay, [use]));
    }
  }
  return {items, rows};
}

function tokenOf({site, gateway, wallMs}: OncePlan, grant: string, number: number) {
  const nowSeconds = Math.floor(wallMs / SECOND_MS);
  const daySeconds = DAY_MS / SECOND_MS;
  const body: TokenBody = {
    ...{keyNumber: 1, isOneUse: true, isRotating: false, grant, doors: {kind: 'point', number}},
    ...{fromSeconds: nowSeconds - daySeconds, untilSeconds: nowSeconds + daySeconds},
  };
  const place = {site, gateway};
  const text = encodeToken(body, place, ISSUER);
  return {kind: 'token', text, use: tokenId(encodeTokenBody(body, place))} as const;
}

function codeRow({site}: OncePlan, id: string, digits: string): GrantStateRow {
  const digest = toHex(digestCode(digits, codeSalt(site, CODE_EPOCH)));
  const row = {kind: 'code', id: asId(id), holder: asId(`holder-${id}`), digest} as const;
  return {
    table: 'credential',
    row: {...row, epoch: CODE_EPOCH, uses: 'one', state: 'active', rev: 1} as never,
  };
}

function grantRow(
  {wallMs}: OncePlan,
  id: string,
  number: string,
  bay: string,
  credentials: readonly string[],
): GrantStateRow {
  return {
    table: 'grant',
    row: {
      ...{id: asId(id), number, kind: 'park', holder: asId(`holder-${id}`), holderMask: ''},
      ...{credentials: credentials.map(each => asId(each)), points: [asId(bay)], weekly: []},
      validFrom: (wallMs - DAY_MS) as UnixMillis,
      validUntil: (wallMs + DAY_MS) as UnixMillis,
      leaseUntil: (wallMs + 30 * DAY_MS) as UnixMillis,
      ...{entries: 'multi', state: 'active', rev: 1},
    },
  };
}
