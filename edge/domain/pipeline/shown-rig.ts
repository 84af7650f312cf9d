import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {CodeCredential, Grant, QrCredential} from '../../../protocols/site/grant.js';
import {asId, type CredentialId} from '../../../protocols/site/ids.js';
import type {LotConfig} from '../lot/contract.js';
import {LotRig} from '../lot/lot-rig.js';
import {cardUid, collectorId, rigConfig} from '../lot/rig-config.js';
import type {TokenClaim} from '../lot/shown.js';
import type {LotProfile} from '../policies/profiles.js';

/** The usual lot with numbers: bays 1-4 in their order, collectors 1-3. */
export function numberedConfig(profile: LotProfile = 'parkCard'): LotConfig {
  const config = rigConfig();
  return {
    ...config,
    bays: config.bays.map((bay, index) => ({...bay, profile, number: index + 1})),
    collectors: config.collectors.map((one, index) => ({...one, profile, number: index + 1})),
  };
}

/** A lot at which tokens and codes are shown. */
export class ShownRig extends LotRig {
  constructor(config: LotConfig = numberedConfig()) {
    super(config);
  }

  /** The right to park at `points`, with a number that a token can name. */
  right(number: string, points: readonly string[], more: Partial<Grant> = {}): Grant {
    return this.grant(`card-${number}`, points, {number, entries: 'multi', ...more});
  }

  code(digits: string, grant: Grant, more: Partial<CodeCredential> = {}): CodeCredential {
    const id = asId<CredentialId>(`code-${digits}`);
    const {holder} = grant;
    const code: CodeCredential = {
      ...{
        kind: 'code',
        id,
        holder,
        digest: digits,
        epoch: 1,
        uses: 'multi',
        state: 'active',
        rev: 1,
      },
      ...more,
    };
    this.keypadCodes.set(digits, code);
    this.grants.set(grant.id, {...grant, credentials: [...grant.credentials, id]});
    return code;
  }

  /** Tell the lot of a token that was handed out for this grant. */
  issued(grant: Grant, validFrom: UnixMillis, more: Partial<QrCredential> = {}): QrCredential {
    const id = asId<CredentialId>(`qr-${validFrom}`);
    const {holder} = grant;
    const qr: QrCredential = {
      ...{kind: 'qr', id, holder, validFrom, secretHex: undefined, state: 'active', rev: 1},
      ...more,
    };
    this.qrs.push(qr);
    const known = this.grants.get(grant.id) ?? grant;
    this.grants.set(grant.id, {...known, credentials: [...known.credentials, id]});
    return qr;
  }

  claim(number: string, more: Partial<TokenClaim> = {}): TokenClaim {
    return {
      // One token is one text: the same claim made twice has one name.
      id: JSON.stringify([number, more]),
      number,
      validFrom: (this.wallMs - 1000) as UnixMillis,
      validUntil: (this.wallMs + 3_600_000) as UnixMillis,
      isOneUse: false,
      doors: {kind: 'mask', mask: 0xffff},
      rotation: undefined,
      ...more,
    };
  }

  show(collector: string, claim: TokenClaim) {
    const shown = {kind: 'token', uid: cardUid(claim.id), claim} as const;
    return this.input({kind: 'shown', collector: collectorId(collector), shown});
  }

  key(collector: string, digits: string) {
    const shown = {kind: 'code', uid: cardUid(`c${digits}`), digest: digits} as const;
    return this.input({kind: 'shown', collector: collectorId(collector), shown});
  }

  /** Reason of the newest decision; `ALLOW` when it was one. */
  get verdict(): string {
    const decision = this.bodies('decision').at(-1);
    return decision?.reason ?? decision?.result ?? 'none';
  }
}
