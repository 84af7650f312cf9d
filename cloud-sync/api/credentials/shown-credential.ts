import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {Credential, CredentialState} from '../../../protocols/site/grant.js';
import {asId} from '../../../protocols/site/ids.js';

/**
 * `code`: digits of a keypad. `key`: the same for a whole lease (requirements A13). The last three are
 * kept and shown here, and no gateway of today reads them.
 */
export type CredentialKind = 'card' | 'qr' | 'code' | 'key' | 'plate' | 'fingerprint' | 'phone';

/** How hard a card is to copy. @see sync.md 5.3 */
export const ASSURANCES = ['uid', 'classic', 'mutual_auth'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/** What is known of a credential, by its kind; lies sealed. */
export type CredentialFacts =
  | {
      readonly kind: 'card';
      /** Upper hex in the order of the air. */
      readonly uid: string;
      readonly assurance: Assurance;
      /** Version of the master key that its own was made of. */
      readonly keyVersion: number | undefined;
      readonly secretHex: string | undefined;
    }
  | {
      readonly kind: 'qr';
      readonly keyNumber: number;
      /** The only gateway of a token that is good once. */
      readonly gateway: string;
      readonly isOneUse: boolean;
      readonly point: string;
      readonly pointNumber: number;
      readonly fromSeconds: number;
      readonly untilSeconds: number;
      /** Of a token that rotates. */
      readonly secretHex: string | undefined;
      /** What its gateways call its holder; left out: by his name. */
      readonly alias?: string | undefined;
    }
  | {
      readonly kind: 'code' | 'key';
      readonly uses: 'one' | 'multi';
      readonly digits: number;
      readonly epoch: number;
      readonly digest: string;
      /** Until somebody has fetched it, once. */
      readonly unfetched: string | undefined;
      readonly alias?: string | undefined;
    }
  | {readonly kind: 'plate'; readonly plate: string}
  | {readonly kind: 'fingerprint' | 'phone'; readonly reference: string};

export interface ShownCredential {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly holder: string;
  /** Null: belongs to its holder, whatever grants he has. */
  readonly grant: string | null;
  readonly kind: CredentialKind;
  readonly state: CredentialState;
  readonly hint: string;
  readonly facts: CredentialFacts;
  readonly mark: string | null;
  readonly replacedBy: string | null;
  readonly createdWall: number;
  readonly changedWall: number;
}

/** Its row at a gateway; undefined for what no gateway reads. */
export function rowOfCredential(
  {id, holder, state, facts}: ShownCredential,
  rev: number,
): Credential | undefined {
  const told = ('alias' in facts ? facts.alias : undefined) ?? holder;
  const same = {id: asId<never>(id), holder: asId<never>(told), state, rev};
  switch (facts.kind) {
    case 'card':
      return {kind: 'card', ...same, uid: asId(facts.uid), secretHex: facts.secretHex};
    case 'qr': {
      const validFrom = (facts.fromSeconds * 1000) as UnixMillis;
      return {kind: 'qr', ...same, validFrom, secretHex: facts.secretHex};
    }
    case 'code':
    case 'key': {
      const {digest, epoch, uses} = facts;
      return {kind: 'code', ...same, digest, epoch, uses};
    }
    case 'plate':
    case 'fingerprint':
    case 'phone':
      return undefined;
  }
}

/** What may be read by whoever may read grants. */
export function hintOf(facts: CredentialFacts): string {
  switch (facts.kind) {
    case 'card':
      return masked(facts.uid);
    case 'qr':
      return facts.point;
    case 'code':
    case 'key':
      return `${facts.digits} digits`;
    case 'plate':
      return masked(facts.plate);
    case 'fingerprint':
    case 'phone':
      return masked(facts.reference);
  }
}

function masked(text: string): string {
  return `****${[...text].slice(-Math.min(4, Math.floor(text.length / 2))).join('')}`;
}
