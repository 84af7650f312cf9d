import type {CredentialWish} from './credential-maker.js';
import type {Right} from './right.js';
import type {ShownCredential} from './shown-credential.js';

/** Would a token of the one be the same as of the other? */
export function isSameText(right: Right, other: Right): boolean {
  return (
    right.validFrom === other.validFrom &&
    right.validUntil === other.validUntil &&
    right.entries === other.entries &&
    right.points.join('\0') === other.points.join('\0')
  );
}

/** One that its holder may still show. */
export function isLiveToken({facts, state}: ShownCredential): boolean {
  return facts.kind === 'qr' && (state === 'active' || state === 'suspended');
}

/** What asks for another of its kind; nothing for what cannot be had twice, or whose point has gone. */
export function wishLike(facts: ShownCredential['facts'], right: Right): readonly CredentialWish[] {
  switch (facts.kind) {
    case 'qr': {
      const {point, secretHex} = facts;
      const [only] = right.points;
      const place = right.points.includes(point) || right.points.length > 1 ? point : only;
      if (place === undefined || !right.points.includes(place)) return [];
      return [{kind: 'qr', point: place, isRotating: secretHex !== undefined}];
    }
    case 'code':
      return [{kind: 'code', uses: facts.uses}];
    case 'key':
      return [{kind: 'key'}];
    case 'card':
    case 'plate':
    case 'fingerprint':
    case 'phone':
      return [];
  }
}
