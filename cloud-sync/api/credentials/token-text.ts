import {renderSVG} from 'uqr';
import {encodeToken} from '../../../protocols/credential/qr-token.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {ShownCredential} from './shown-credential.js';
import type {TokenKeys} from './token-keys.js';

export interface ShownToken {
  /** 134 characters of base45. */
  readonly text: string;
  readonly svg: string;
  /** For the holder's phone, where the token rotates. */
  readonly secretHex: string | null;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * A token as it was issued: its signature is the same each time, so that nothing of it need be stored.
 * @throws Refusal `not_found` for what is no token, `revoked` for one that is dead
 */
export async function tokenOf(
  db: CloudReader,
  keys: TokenKeys,
  {credential, number}: {readonly credential: ShownCredential; readonly number: string},
): Promise<ShownToken> {
  const {facts, state, site, tenant} = credential;
  if (facts.kind !== 'qr') throw new Refusal('not_found');
  if (state === 'revoked') throw new Refusal('revoked');
  const {keyNumber, gateway, isOneUse, pointNumber, fromSeconds, untilSeconds, secretHex} = facts;
  const signer = await keys.signerOf(db, tenant, keyNumber);
  const text = encodeToken(
    {
      ...{keyNumber, isOneUse, isRotating: secretHex !== undefined, grant: number},
      ...{doors: {kind: 'point', number: pointNumber}, fromSeconds, untilSeconds},
    },
    {site, gateway},
    signer,
  );
  // Level M. @see sync.md 5.1
  const svg = renderSVG(text, {ecc: 'M', border: 4});
  const times = {fromMs: fromSeconds * 1000, untilMs: untilSeconds * 1000};
  return {text, svg, secretHex: secretHex ?? null, ...times};
}
