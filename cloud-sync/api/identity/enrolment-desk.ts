import type {Clock, Entropy, Millis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {
  answerMac,
  CODE_RANDOM_BYTES,
  codeText,
  ENROLMENT_CODE_LIFE_MS,
  type EnrolmentAnswer,
  type EnrolmentGrant,
  type EnrolmentRequest,
  enrolmentCode,
  enrolmentKey,
  requestMac,
  sameMac,
} from '../../../protocols/cloud/enrolment.js';
import type {SyncLog} from '../../log.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {EnrolmentRow, EnrolmentTable} from '../store/enrolment-table.js';
import type {CheckedRequest} from './certificate-authority.js';
import type {CertificateDesk} from './certificate-desk.js';
import {TryLimit} from './try-limit.js';

export interface EnrolmentDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly codes: EnrolmentTable;
  readonly certificates: CertificateDesk;
  readonly tenant: string;
  /** Where gateways find the broker: `mqtts://HOST:PORT`; undefined while it listens nowhere. */
  readonly brokerUrl: () => string | undefined;
  /** SPKI in PEM. */
  readonly publicKey: string;
}

/** What an office sees of a code; the code itself is shown once, when it is made. */
export interface CodeView {
  readonly id: string;
  readonly state: 'open' | 'used' | 'expired' | 'locked';
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly wrongTries: number;
}

export type EnrolmentReply =
  | {readonly kind: 'granted'; readonly gateway: string; readonly answer: EnrolmentAnswer}
  | {
      readonly kind: 'refused';
      readonly status: 403 | 409 | 410 | 422 | 429 | 503;
      readonly code: string;
      readonly title: string;
    };

const MAX_WRONG_PER_CODE = 5;
const MAX_WRONG_A_MINUTE = {perAddress: 20, overall: 600};
/** Every refusal takes so long, whatever was wrong: how long it takes would tell what. */
const REFUSAL_MS: Millis = 500;
const KEEP_CODES_MS: Millis = 7 * DAY_MS;

const WRONG = refused(403, 'enrollment_refused', 'No such code, or a wrong one');
const BUSY = refused(429, 'too_many_tries', 'Too many wrong codes; wait a minute');

/** Makes one-time codes and turns them into certificates. @see sync.md 7, provisioning */
export class EnrolmentDesk {
  readonly #options: EnrolmentDeskOptions;
  readonly #tries: TryLimit;

  constructor(options: EnrolmentDeskOptions) {
    this.#options = options;
    this.#tries = new TryLimit(options.clock, MAX_WRONG_A_MINUTE);
  }

  /** A code with which one gateway may become `gateway`, good for 15 minutes. */
  async makeCode(gateway: string): Promise<{readonly code: string; readonly expiresMs: number}> {
    const {clock, entropy, store, codes, log} = this.#options;
    const code = enrolmentCode(entropy.bytes(CODE_RANDOM_BYTES));
    const key = enrolmentKey(code);
    const createdWall = clock.wallMs();
    const expiresWall = createdWall + ENROLMENT_CODE_LIFE_MS;
    await store.transaction(async tx => {
      await codes.prune(tx, createdWall - KEEP_CODES_MS);
      await codes.add(tx, {id: code.id, gateway, key, createdWall, expiresWall});
    });
    log.info('enrolment.code', {gateway, id: code.id});
    return {code: codeText(code), expiresMs: expiresWall};
  }

  async codes(gateway: string): Promise<readonly CodeView[]> {
    const {clock, store, codes} = this.#options;
    const rows = await store.read(db => codes.list(db, gateway));
    return rows.map(row => ({
      id: row.id,
      state: stateOf(row, clock.wallMs()),
      createdMs: row.createdWall,
      expiresMs: row.expiresWall,
      wrongTries: row.wrong,
    }));
  }

  /** The answer to a gateway's request from `address`. One key per code: a gateway whose answer got lost
   *  asks again. */
  async enrol(request: EnrolmentRequest, address: string): Promise<EnrolmentReply> {
    const {clock} = this.#options;
    const wasNone = this.#tries.begin(address);
    if (!wasNone) return BUSY;
    const untilMs = clock.nowMs() + REFUSAL_MS;
    let reply: EnrolmentReply | undefined;
    try {
      reply = await this.#answer(request);
    } finally {
      if (reply !== WRONG) wasNone();
    }
    if (reply === WRONG) await clock.sleep(Math.max(0, untilMs - clock.nowMs()));
    return reply;
  }

  async #answer(request: EnrolmentRequest): Promise<EnrolmentReply> {
    const {certificates, brokerUrl, store} = this.#options;
    const broker = brokerUrl();
    if (broker === undefined) {
      return refused(503, 'no_secure_broker', 'This cloud has no MQTT broker with TLS');
    }
    const checked = await certificates.check(request.csr);
    const reply = await store.transaction(tx => this.#decide(tx, request, checked, broker));
    if (reply.kind === 'granted') certificates.hangUp(reply.gateway);
    return reply;
  }

  async #decide(
    tx: CloudTransaction,
    request: EnrolmentRequest,
    checked: CheckedRequest | undefined,
    broker: string,
  ): Promise<EnrolmentReply> {
    const {codes, clock} = this.#options;
    const code = await codes.lock(tx, request.id);
    if (!code) return WRONG;
    const state = stateOf(code, clock.wallMs());
    if (state === 'locked') return WRONG;
    if (!sameMac(request.mac, requestMac(code.key, request.id, request.csr))) {
      await codes.countWrong(tx, code.id);
      return WRONG;
    }
    if (state === 'expired') return refused(410, 'enrollment_expired', 'The code is too old');
    if (!checked) return refused(422, 'invalid_csr', 'No sound request for a P-256 key');
    if (state === 'used' && code.usedKey !== checked.key) {
      return refused(409, 'enrollment_used', 'The code was used by another gateway');
    }
    await codes.use(tx, code.id, checked.key, clock.wallMs());
    return this.#grant(tx, request.csr, {...code, publicKey: checked.publicKey, broker});
  }

  async #grant(
    tx: CloudTransaction,
    csr: string,
    {
      key,
      gateway,
      publicKey,
      broker,
    }: EnrolmentRow & {
      readonly key: Uint8Array;
      readonly publicKey: CheckedRequest['publicKey'];
      readonly broker: string;
    },
  ): Promise<EnrolmentReply> {
    const {certificates, clock, tenant, publicKey: cloudKey} = this.#options;
    const certificate = await certificates.replace(tx, gateway, publicKey);
    const ca = certificates.authority;
    const grant: EnrolmentGrant = {
      ...{v: 1, tenant, gateway, broker, ca, certificate, cloudKey},
      utc: clock.wallMs(),
    };
    const body = JSON.stringify(grant);
    return {kind: 'granted', gateway, answer: {body, mac: answerMac(key, csr, body)}};
  }
}

function refused(
  status: Extract<EnrolmentReply, {kind: 'refused'}>['status'],
  code: string,
  title: string,
): EnrolmentReply {
  return {kind: 'refused', status, code, title};
}

function stateOf(row: EnrolmentRow, wallMs: number): CodeView['state'] {
  if (row.wrong >= MAX_WRONG_PER_CODE) return 'locked';
  if (wallMs > row.expiresWall) return 'expired';
  return row.usedKey === null ? 'open' : 'used';
}
