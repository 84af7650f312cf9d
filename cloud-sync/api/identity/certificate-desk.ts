import type {KeyObject} from 'node:crypto';
import type {Clock} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';
import type {Downlink} from '../downlink.js';
import type {CertificateRow, CertificateTable} from '../store/certificate-table.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {FaultTable} from '../store/fault-table.js';
import type {LifeTable} from '../store/life-table.js';
import type {
  CertificateAuthority,
  CheckedRequest,
  IssuedCertificate,
} from './certificate-authority.js';
import {CLONE_FAULT} from './life-line.js';

export interface CertificateDeskOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly table: CertificateTable;
  readonly faults: FaultTable;
  readonly lives: LifeTable;
  readonly ca: CertificateAuthority;
  readonly tenant: string;
  readonly downlink: Downlink;
  /** End the connection of a gateway whose certificate is good no more. */
  readonly hangUp: (gateway: string) => void;
}

/** What a connection showed of itself: already proven to come from our authority. */
export interface ShownCertificate {
  readonly name: string;
  readonly tenant: string;
  readonly serial: string;
}

/** Gives out certificates of gateways, renews them, and knows which are good no more. */
export class CertificateDesk {
  readonly #options: CertificateDeskOptions;

  constructor(options: CertificateDeskOptions) {
    this.#options = options;
  }

  /** Certificate of the authority, PEM. */
  get authority(): string {
    return this.#options.ca.certificate;
  }

  check(csr: string): Promise<CheckedRequest | undefined> {
    return this.#options.ca.check(csr);
  }

  /** A gateway is enrolled: whatever bore its name before is good no more. */
  async replace(tx: CloudTransaction, gateway: string, publicKey: KeyObject): Promise<string> {
    const {table, clock, faults, lives} = this.#options;
    await table.revoke(tx, gateway, {why: 'enrolled anew', wallMs: clock.wallMs()});
    await faults.clear(tx, gateway, [CLONE_FAULT]);
    await lives.forget(tx, gateway);
    return (await this.#issue(tx, gateway, publicKey)).pem;
  }

  /** Whoever is connected under this name shows a certificate that is good no more. */
  hangUp(gateway: string): void {
    this.#options.hangUp(gateway);
  }

  /** A request of a connected gateway; what goes wrong is logged, and the gateway asks again. */
  take(gateway: string, csr: string): void {
    this.renew(gateway, csr).catch(error =>
      this.#options.log.error('certificate.failed', {gateway, why: errorText(error)}),
    );
  }

  /** A connected gateway gets its next certificate. The present one stays good until the new one is
   *  shown: the answer may get lost. */
  async renew(gateway: string, csr: string): Promise<void> {
    const {ca, log, store, downlink} = this.#options;
    const checked = await ca.check(csr);
    if (!checked) {
      log.warn('certificate.refused', {gateway});
      return;
    }
    const issued = await store.transaction(tx => this.#issue(tx, gateway, checked.publicKey));
    log.info('certificate.renewed', {gateway, serial: issued.serial});
    downlink.send(gateway, 'crt', {certificate: issued.pem, ca: ca.certificate});
  }

  /** May a connection that showed this certificate be the gateway `clientId`? */
  async admits(shown: ShownCertificate, clientId: string): Promise<boolean> {
    const {store, table, tenant, clock} = this.#options;
    if (shown.name !== clientId || shown.tenant !== tenant) return false;
    const row = await store.read(db => table.get(db, shown.serial));
    if (!row) return true;
    if (row.revokedWall !== null || row.gateway !== clientId) return false;
    if (row.seenWall !== null) return true;
    const wallMs = clock.wallMs();
    await store.transaction(async tx => {
      if (!(await table.markSeen(tx, row.serial, wallMs))) return;
      const older = {before: row.issuedWall, except: row.serial};
      await table.revoke(tx, clientId, {why: 'renewed', wallMs, ...older});
    });
    return true;
  }

  /** Must the gateway show a certificate? Without one, anybody could take its name. */
  mustShow(gateway: string): Promise<boolean> {
    const {store, table} = this.#options;
    return store.read(db => table.wasGiven(db, gateway));
  }

  /** Take a gateway's identity away; returns how many certificates that were. */
  async revoke(gateway: string, why: string): Promise<number> {
    const {store, table, clock, log, hangUp} = this.#options;
    const wallMs = clock.wallMs();
    const count = await store.transaction(tx => table.revoke(tx, gateway, {why, wallMs}));
    log.warn('certificate.revoked', {gateway, why, count});
    hangUp(gateway);
    return count;
  }

  list(gateway: string): Promise<readonly CertificateRow[]> {
    const {store, table} = this.#options;
    return store.read(db => table.list(db, gateway));
  }

  /** For brokers that are not ours, PEM. */
  async revocationList(): Promise<string> {
    const {store, table, ca, clock} = this.#options;
    const rows = await store.read(db => table.revoked(db, clock.wallMs()));
    return ca.revocationList(
      rows.map(({serial, revokedWall}) => ({serial, revokedMs: revokedWall as never})),
    );
  }

  async #issue(
    tx: CloudTransaction,
    gateway: string,
    publicKey: KeyObject,
  ): Promise<IssuedCertificate> {
    const {ca, table, tenant, clock} = this.#options;
    const issued = await ca.issueClient(gateway, tenant, publicKey);
    const {serial, notAfterMs: notAfterWall} = issued;
    await table.add(tx, {serial, gateway, issuedWall: clock.wallMs(), notAfterWall});
    return issued;
  }
}
