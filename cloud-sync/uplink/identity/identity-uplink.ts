import type {Millis, Timer, UnixMillis} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {SECOND_MS} from '../../../protocols/base/units.js';
import type {BrokerTls} from '../broker-stream.js';
import {
  createGatewayUplink,
  type GatewayUplink,
  type GatewayUplinkOptions,
} from '../gateway-uplink.js';
import {
  certificateDates,
  enrolmentOf,
  type GatewayIdentity,
  type IdentityShelf,
  readIdentity,
} from './gateway-identity.js';
import {keptVersion} from './kept-version.js';
import {CertificateRenewal} from './renewal.js';
import {serverFault} from './server-check.js';
import {SignedTime} from './signed-time.js';

type FromIdentity = 'broker' | 'tenant' | 'gateway' | 'publicKeyPem' | 'tls' | 'credential';
type Made = 'renewal' | 'fence' | 'onSignedTime' | 'versions';

export interface IdentityUplinkOptions extends Omit<GatewayUplinkOptions, FromIdentity | Made> {
  readonly shelf: IdentityShelf;
}

interface Current {
  identity: GatewayIdentity;
  readonly uplink: GatewayUplink;
}

/** Somebody who has just enrolled the gateway anew waits no longer than this. */
const LOOK_EVERY_MS: Millis = 10 * SECOND_MS;

/** The way to the cloud of a gateway that was enrolled; follows its identity as that changes. */
export function createIdentityUplink(options: IdentityUplinkOptions): GatewayUplink {
  const uplink = new IdentityUplink(options);
  return {
    pullGrants: () => uplink.current?.pullGrants(),
    isOnline: () => uplink.current?.isOnline() ?? false,
    dropped: () => uplink.current?.dropped() ?? {},
    start: () => uplink.start(),
    stop: () => uplink.stop(),
  };
}

class IdentityUplink {
  readonly #options: IdentityUplinkOptions;
  /** The time by signed word alone: the wall clock has no say in who is trusted. */
  #signedTime: SignedTime | undefined;
  #current: Current | undefined;
  #complaint: string | undefined;
  /** Serial of the certificate whose end was told. */
  #toldLapsed: string | undefined;
  #timer: Timer | undefined;

  constructor(options: IdentityUplinkOptions) {
    this.#options = options;
  }

  get current(): GatewayUplink | undefined {
    return this.#current?.uplink;
  }

  start(): void {
    this.#look();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#current?.uplink.stop();
    this.#current = undefined;
  }

  #look(): void {
    this.#timer = this.#options.clock.timer('identity', LOOK_EVERY_MS, () => this.#look());
    const identity = this.#read();
    if (identity) this.#tellIfLapsed(identity);
    if (!identity || identity.certificate === this.#current?.identity.certificate) return;
    this.#current?.uplink.stop();
    this.#signedTime ??= new SignedTime(this.#options.clock, identity.floor);
    this.#signedTime.raise(identity.floor);
    const current: Current = {identity, uplink: this.#connect(identity, () => current)};
    this.#current = current;
    current.uplink.start();
  }

  /** For some weeks the cloud still takes it, to renew it; after that only a person can help. */
  #tellIfLapsed({gateway, certificate}: GatewayIdentity): void {
    const {clock, time, log} = this.#options;
    const {serial, notAfterMs} = certificateDates(certificate);
    const isKnown = time.read().clk === 'ok';
    const surelyMs = Math.max(this.#signedTime?.floorMs() ?? 0, isKnown ? clock.wallMs() : 0);
    if (surelyMs <= notAfterMs || this.#toldLapsed === serial) return;
    this.#toldLapsed = serial;
    const what = 'if the cloud does not renew it, make a code there and run latchkey enroll';
    log.error('identity.lapsed', {gateway, serial, notAfterMs, what});
  }

  /** A damaged identity must not stop the site; it is told once. */
  #read(): GatewayIdentity | undefined {
    try {
      const identity = readIdentity(this.#options.shelf);
      this.#complaint = undefined;
      return identity;
    } catch (thrown) {
      const why = errorText(thrown);
      if (why !== this.#complaint) this.#options.log.error('identity.unusable', {why});
      this.#complaint = why;
      return undefined;
    }
  }

  #connect(identity: GatewayIdentity, current: () => Current): GatewayUplink {
    const {shelf, ...options} = this.#options;
    const {clock, entropy, log} = options;
    const {broker, tenant, gateway, cloudKey: publicKeyPem} = identity;
    const floorMs = () => this.#signedTime?.floorMs() ?? identity.floor;
    return createGatewayUplink({
      ...options,
      ...{broker, tenant, gateway, publicKeyPem},
      credential: `${tenant}/${gateway}/${enrolmentOf(identity)}`,
      tls: brokerTls(() => current().identity, floorMs),
      onSignedTime: utcMs => this.#signedTime?.raise(utcMs),
      versions: keptVersion(shelf, broker),
      renewal: new CertificateRenewal({
        ...{clock, entropy, log, shelf, floorMs},
        identity: () => current().identity,
        onRenewed: renewed => {
          current().identity = renewed;
        },
      }),
    });
  }
}

/** What every new connection shows and trusts: of the identity as it is then. */
function brokerTls(identity: () => GatewayIdentity, floorMs: () => UnixMillis): BrokerTls {
  return {
    get ca() {
      return identity().ca;
    },
    get cert() {
      return identity().certificate;
    },
    get key() {
      return identity().key;
    },
    // Node judges dates by the system's clock; the own check repeats everything else that it does.
    check: (_fault, {raw}) => serverFault(raw ?? new Uint8Array(), {ca: identity().ca, floorMs}),
  };
}
