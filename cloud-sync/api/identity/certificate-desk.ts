import type {KeyObject} from 'node:crypto';
import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {certificateDate} from '../../certificate-time.js';
import type {SyncLog} from '../../log.js';
import type {Downlink} from '../downlink.js';
import {Errands} from '../errands.js';
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
import {FirstShowings} from './first-showings.js';
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

/**
 * Faults of a gateway under whose name a certificate of our authority was shown that lets nobody in: one that
 * this database never knew (somebody has the authority's key, or the database is an older copy), one that was
 * revoked, one that ended long ago.
 */
const UNKNOWN_FAULT = 'identity_unknown';
const REVOKED_FAULT = 'identity_revoked';
const LAPSED_FAULT = 'identity_lapsed';

/** A gateway that was off when its certificate ended still gets in to renew it, and a clock of the cloud that
 *  runs ahead keeps nobody out. */
const LAPSE_GRACE_MS: Millis = 30 * DAY_MS;
/** Requests of one gateway that come faster are not even looked at. */
const ASK_EVERY_MS: Millis = 10 * SECOND_MS;
/** For so long a request for the same key gets the same answer, and one for another key none. */
const ANSWER_KEPT_MS: Millis = HOUR_MS;

interface Answered {
  readonly askedMs: Millis;
  readonly given:
    | {readonly key: string; readonly atMs: Millis; readonly issued: IssuedCertificate}
    | undefined;
}

/** Gives out certificates of gateways, renews them, and knows which are good no more. */
export class CertificateDesk {
  readonly #options: CertificateDeskOptions;
  readonly #errands: Errands<string>;
  readonly #showings: FirstShowings;
  /** By gateway; what is older than an hour is dropped as others come. */
  readonly #answered = new Map<string, Answered>();

  constructor(options: CertificateDeskOptions) {
    this.#options = options;
    this.#showings = new FirstShowings({
      store: options.store,
      table: options.table,
      wallMs: () => options.clock.wallMs(),
      onFirst: (tx, rows) => this.#endOlder(tx, rows),
    });
    this.#errands = new Errands({
      merge: (_earlier, later) => later,
      run: (gateway, csr) => this.#renew(gateway, csr),
      onError: (gateway, error) =>
        options.log.error('certificate.failed', {gateway, why: errorText(error)}),
    });
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
    const over = [CLONE_FAULT, UNKNOWN_FAULT, REVOKED_FAULT, LAPSED_FAULT];
    await faults.clear(tx, gateway, over);
    await lives.forget(tx, gateway);
    return (await this.#issue(tx, gateway, publicKey)).pem;
  }

  /** Whoever is connected under this name shows a certificate that is good no more. */
  hangUp(gateway: string): void {
    this.#options.hangUp(gateway);
  }

  /**
   * A connected gateway asks for its next certificate. The present one stays good until the new one is shown:
   * the answer may get lost, so that for an hour the same answer is given again. What goes wrong is logged,
   * and the gateway asks again.
   */
  take(gateway: string, csr: string): void {
    this.#errands.add(gateway, csr);
  }

  /** Settles when nothing is being signed or noted any more. */
  async close(): Promise<void> {
    await this.#errands.close();
    await this.#showings.close();
  }

  async #renew(gateway: string, csr: string): Promise<void> {
    const {ca, log, clock} = this.#options;
    const nowMs = clock.nowMs();
    const before = this.#answered.get(gateway);
    if (before && nowMs - before.askedMs < ASK_EVERY_MS) return;
    this.#dropOld(nowMs);
    const given =
      before?.given && nowMs - before.given.atMs < ANSWER_KEPT_MS ? before.given : undefined;
    this.#answered.set(gateway, {askedMs: nowMs, given});
    const checked = await ca.check(csr);
    if (!checked) {
      log.warn('certificate.refused', {gateway});
      return;
    }
    if (given && (await this.#isGood(given.issued.serial))) {
      if (given.key === checked.key) this.#answer(gateway, given.issued);
      else log.warn('certificate.too_often', {gateway});
      return;
    }
    const issued = await this.#options.store.transaction(tx =>
      this.#issue(tx, gateway, checked.publicKey),
    );
    log.info('certificate.renewed', {gateway, serial: issued.serial});
    this.#answered.set(gateway, {askedMs: nowMs, given: {key: checked.key, atMs: nowMs, issued}});
    this.#answer(gateway, issued);
  }

  /** Whoever enrolled the gateway anew meanwhile has revoked it. */
  async #isGood(serial: string): Promise<boolean> {
    const {store, table} = this.#options;
    const row = await store.read(db => table.get(db, serial));
    return row?.revokedWall === null;
  }

  #answer(gateway: string, {pem}: IssuedCertificate): void {
    const {downlink, ca} = this.#options;
    downlink.send(gateway, 'crt', {certificate: pem, ca: ca.certificate});
  }

  #dropOld(nowMs: Millis): void {
    for (const [gateway, {askedMs}] of this.#answered) {
      if (nowMs - askedMs >= ANSWER_KEPT_MS) this.#answered.delete(gateway);
    }
  }

  /** May a connection that showed this certificate be the gateway `clientId`? */
  async admits(shown: ShownCertificate, clientId: string): Promise<boolean> {
    const {store, table, tenant, clock} = this.#options;
    const {name, serial} = shown;
    if (name !== clientId || shown.tenant !== tenant) return false;
    const row = await store.read(db => table.get(db, serial));
    if (row?.gateway !== clientId) {
      return this.#refuse(
        clientId,
        UNKNOWN_FAULT,
        `certificate ${serial} was never given out here`,
      );
    }
    if (row.revokedWall !== null) {
      return this.#refuse(clientId, REVOKED_FAULT, `certificate ${serial} is revoked: ${row.why}`);
    }
    const wallMs = clock.wallMs();
    if (wallMs > row.notAfterWall + LAPSE_GRACE_MS) {
      const ended = certificateDate(row.notAfterWall).toISOString();
      return this.#refuse(clientId, LAPSED_FAULT, `certificate ended on ${ended}: enrol it anew`);
    }
    if (row.seenWall === null) await this.#showings.note(row);
    return true;
  }

  /** The first connection that shows a certificate ends those before. */
  async #endOlder(tx: CloudTransaction, rows: readonly CertificateRow[]): Promise<void> {
    const {table, faults, clock} = this.#options;
    if (rows.length === 0) return;
    const serials = rows.map(({serial}) => serial);
    await table.revokeOlder(tx, serials, {why: 'renewed', wallMs: clock.wallMs()});
    const gateways = rows.map(({gateway}) => gateway);
    await faults.clearAll(tx, gateways, [LAPSED_FAULT]);
  }

  async #refuse(gateway: string, kind: string, detail: string): Promise<false> {
    const {store, faults, clock, log} = this.#options;
    const fault = {kind, wallMs: clock.wallMs(), detail};
    const isNew = await store.read(db => faults.raise(db, gateway, fault));
    if (isNew) log.error('certificate.not_admitted', {gateway, kind, detail});
    return false;
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
