import {createPrivateKey} from 'node:crypto';
import type {Clock, Entropy, Millis, Timer, UnixMillis} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import type {DownMessages} from '../../../protocols/cloud/down-messages.js';
import type {SyncLog} from '../../log.js';
import {newPrivateKey} from './enrol.js';
import {
  type CertificateDates,
  certificateDates,
  draftKey,
  enrolmentOf,
  type GatewayIdentity,
  type IdentityShelf,
  identityFault,
  keepIdentity,
} from './gateway-identity.js';
import {signingRequest} from './signing-request.js';

export interface RenewalOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly shelf: IdentityShelf;
  readonly identity: () => GatewayIdentity;
  /** Surely past. */
  readonly floorMs: () => UnixMillis;
  /** The new identity lies on the shelf; connections made from now on may show it. */
  readonly onRenewed: (identity: GatewayIdentity) => void;
}

/** A certificate is renewed when so much of its life is over. @see sync.md 7, provisioning */
const RENEW_AT = 2 / 3;
const LOOK_EVERY_MS: Millis = HOUR_MS;
const FIRST_RETRY_MS: Millis = MINUTE_MS;
const MAX_RETRY_MS: Millis = 6 * HOUR_MS;

/** Is it time for the next certificate? Judged by what is surely past: a dead clock renews too late, and
 *  never too early. */
export function isRenewalDue(
  {notBeforeMs, notAfterMs}: CertificateDates,
  floorMs: number,
): boolean {
  return floorMs >= notBeforeMs + (notAfterMs - notBeforeMs) * RENEW_AT;
}

/**
 * Renews the gateway's certificate over the connection that the present one opened: a new key pair made
 * here, a request up, the answer (signed by the cloud) on the shelf in one piece. Unanswered, it is asked
 * again after 1 min, doubling to 6 h; until then everything goes on as it is.
 */
export class CertificateRenewal {
  readonly #options: RenewalOptions;
  #send: ((csr: string) => void) | undefined;
  #timer: Timer | undefined;
  #failures = 0;

  constructor(options: RenewalOptions) {
    this.#options = options;
  }

  /** The cloud has answered on a new connection. */
  start(send: (csr: string) => void): void {
    this.#send = send;
    this.#look();
  }

  stop(): void {
    this.#send = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** An answer of the cloud; its signature is checked already. */
  take({certificate, ca}: DownMessages['crt']): void {
    const {shelf, identity, log, onRenewed} = this.#options;
    const {restored: _, ...present} = identity();
    const key = draftKey(shelf, newPrivateKey);
    const enrolled = enrolmentOf(present);
    const floor = this.#floor();
    const renewed: GatewayIdentity = {...present, enrolled, certificate, ca, key, floor};
    const fault = faultOf(renewed);
    if (fault !== undefined) {
      log.warn('identity.refused', {why: fault});
      return;
    }
    keepIdentity(shelf, renewed);
    this.#failures = 0;
    const {serial, notAfterMs} = certificateDates(certificate);
    log.info('identity.renewed', {serial, notAfterMs});
    onRenewed(renewed);
    this.#rearm(LOOK_EVERY_MS);
  }

  #look(): void {
    const {identity, shelf, entropy} = this.#options;
    const {certificate, restored} = identity();
    if (!restored && !isRenewalDue(certificateDates(certificate), this.#options.floorMs())) {
      this.#rearm(LOOK_EVERY_MS);
      return;
    }
    const key = createPrivateKey(draftKey(shelf, newPrivateKey));
    this.#send?.(signingRequest(key, 'gateway'));
    const capMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    this.#rearm(capMs * (0.5 + entropy.fraction() / 2));
  }

  /** The floor that the next start begins with. */
  #floor(): UnixMillis {
    return Math.max(this.#options.floorMs(), this.#options.identity().floor) as UnixMillis;
  }

  #rearm(afterMs: Millis): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.timer('identity renewal', afterMs, () => this.#look());
  }
}

function faultOf(identity: GatewayIdentity): string | undefined {
  try {
    return identityFault(identity);
  } catch (thrown) {
    return errorText(thrown);
  }
}
