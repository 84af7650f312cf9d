import {fromHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {verifyKeyProof} from '../../protocols/card/key-proof.js';
import {verifyRotation} from '../../protocols/credential/rotation.js';
import {isInAnyWindow} from '../../protocols/site/windows.js';
import {SiteZone} from '../../protocols/site/zone.js';
import type {SiteConfig} from '../config/schema.js';
import type {LotContext} from '../domain/lot/contract.js';
import type {SiteStore} from '../store/site-store.js';
import type {SiteClock} from './site-clock.js';

export interface LotContextParts extends Pick<LotContext, 'sense' | 'hasCloud'> {
  readonly config: SiteConfig;
  readonly store: SiteStore;
  readonly entropy: Entropy;
  readonly clock: SiteClock;
}

/** What the lot asks for while it decides. */
export function lotContext({
  config,
  store,
  entropy,
  clock,
  ...senses
}: LotContextParts): Omit<LotContext, 'nowMs' | 'wallMs'> {
  const zone = new SiteZone(config.site.timezone);
  return {
    grants: store.book,
    timeOfDay: () => clock.read(),
    newId: () => entropy.ulid(),
    ...senses,
    localTime: at => zone.localTime(at),
    proofHolds: (card, secretHex) =>
      card.assurance.kind === 'proof' &&
      verifyKeyProof(fromHex(secretHex), card.assurance.nonce, card.uid, card.assurance.proof),
    // Without a time there is no "now" in which a proof could have been made.
    rotationHolds: (rotation, secretHex) =>
      store.stampNow().clk !== 'floor' &&
      verifyRotation(fromHex(secretHex), rotation, clock.wallMs()),
    inWindow: (grant, at) =>
      grant.weekly.length === 0 || isInAnyWindow(grant.weekly, zone.localTime(at)),
  };
}
