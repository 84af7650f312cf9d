import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import type {Grant} from '../../protocols/site/grant.js';
import {asId, type BayId} from '../../protocols/site/ids.js';
import type {SeededEntropy} from '../clock/seeded-entropy.js';
import type {DecisionRig} from '../scenarios/decision-rig.js';

/** A lease, and what its tenant has on his phone. */
export interface Lease {
  grant: Grant;
  digits: string;
  /** Of the token that counts. */
  fromSeconds: number;
  digest: string;
  /** A pair that was replaced. */
  dead: {readonly digits: string; readonly fromSeconds: number} | undefined;
}

/** Where leases are made, as the cloud makes them, and told to the gateway while the internet is there. */
export class LeaseOffice {
  isOnline = true;
  /** As the gateway knows them. */
  told: ReadonlyMap<string, Grant> = new Map();
  readonly #rig: () => DecisionRig;
  readonly #isUp: () => boolean;
  readonly #entropy: SeededEntropy;
  readonly #leases = new Map<string, Lease>();
  #count = 0;

  constructor(rig: () => DecisionRig, isUp: () => boolean, entropy: SeededEntropy) {
    this.#rig = rig;
    this.#isUp = isUp;
    this.#entropy = entropy;
  }

  async lease(bay: BayId, hours: {fromMs: number; untilMs: number}): Promise<Lease> {
    this.#count += 1;
    const number = `${1000 + this.#count}`;
    const grant: Grant = {
      ...{id: asId(`lease-${number}`), number, kind: 'lease', holder: asId(`tenant-${number}`)},
      ...{holderMask: '', credentials: [], points: [bay], weekly: [], entries: 'multi'},
      ...{validFrom: hours.fromMs as UnixMillis, validUntil: hours.untilMs as UnixMillis},
      ...{state: 'active', rev: 1, leaseUntil: (hours.untilMs + 30 * DAY_MS) as UnixMillis},
    };
    const pair = {digits: '', fromSeconds: 0, digest: '', dead: undefined};
    const lease: Lease = {grant, ...pair};
    this.#leases.set(grant.id, lease);
    await this.#issue(lease, Math.floor(hours.fromMs / SECOND_MS));
    this.tell();
    return lease;
  }

  /** A new pair, whose beginning is later: the old one is dead. */
  async reissue(lease: Lease, nowMs: number): Promise<void> {
    const {digits, fromSeconds} = lease;
    lease.dead = {digits, fromSeconds};
    await this.#issue(lease, Math.max(fromSeconds + 1, Math.floor(nowMs / SECOND_MS) - 1));
    this.tell();
  }

  amend(lease: Lease, change: Partial<Grant>): void {
    lease.grant = {...lease.grant, ...change, rev: lease.grant.rev + 1};
    this.tell();
  }

  /** All of it at once, as after any change; what is made while nobody can hear it comes with the next. */
  tell(): void {
    if (!this.isOnline || !this.#isUp()) return;
    this.#forgetLong();
    const leases = [...this.#leases.values()];
    this.#rig().apply(leases.flatMap(rowsOf));
    this.told = new Map(leases.map(({grant}) => [grant.id, grant]));
  }

  /** A lease whose time holds `bay` at this instant, other than this one. */
  holderOf(bay: BayId, atMs: number, other?: Lease): Lease | undefined {
    return [...this.#leases.values()].find(
      lease =>
        lease !== other &&
        lease.grant.points[0] === bay &&
        lease.grant.state === 'active' &&
        lease.grant.validFrom <= atMs &&
        atMs < lease.grant.validUntil,
    );
  }

  /** When the last of its leases ends. */
  busyUntil(bay: BayId): number {
    const ends = [...this.#leases.values()]
      .filter(({grant}) => grant.points[0] === bay && grant.state === 'active')
      .map(({grant}) => Number(grant.validUntil));
    return Math.max(0, ...ends);
  }

  /** The first that begins on `bay` after this instant. */
  nextOn(bay: BayId, afterMs: number): Lease | undefined {
    return [...this.#leases.values()]
      .filter(({grant}) => grant.points[0] === bay && grant.validFrom >= afterMs)
      .sort((left, right) => left.grant.validFrom - right.grant.validFrom)[0];
  }

  tokenOf({grant}: Lease, fromSeconds: number, bayNumber: number): string {
    return this.#rig().token({
      ...{grant: grant.number, doors: {kind: 'point', number: bayNumber}},
      ...{fromSeconds, untilSeconds: Math.floor(grant.validUntil / SECOND_MS)},
    });
  }

  /** As the cloud drops what ended a day ago. */
  #forgetLong(): void {
    const sinceMs = this.#rig().run.clock.wallMs() - DAY_MS;
    for (const [id, {grant}] of this.#leases) {
      if (grant.validUntil < sinceMs) this.#leases.delete(id);
    }
  }

  async #issue(lease: Lease, fromSeconds: number): Promise<void> {
    const digits = `${Math.floor(this.#entropy.fraction() * 90_000_000) + 10_000_000}`;
    lease.digits = digits;
    lease.digest = await this.#rig().digestOf(digits);
    lease.fromSeconds = fromSeconds;
    const {id, rev} = lease.grant;
    const credentials = ['key', 'qr'].map(kind =>
      asId<never>(`${kind}-${id}-${rev}-${fromSeconds}`),
    );
    lease.grant = {...lease.grant, credentials, rev: rev + 1};
  }
}

function rowsOf({grant, digest, fromSeconds}: Lease): readonly GrantStateRow[] {
  const [key, qr] = grant.credentials;
  if (!key || !qr) return [];
  const common = {holder: grant.holder, state: 'active', rev: 1} as const;
  const validFrom = (fromSeconds * SECOND_MS) as UnixMillis;
  return [
    {table: 'grant', row: grant},
    {
      table: 'credential',
      row: {kind: 'code', id: key, ...common, digest, epoch: 1, uses: 'multi'},
    },
    {table: 'credential', row: {kind: 'qr', id: qr, ...common, validFrom, secretHex: undefined}},
  ];
}
