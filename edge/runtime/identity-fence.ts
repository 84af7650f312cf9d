import type {FenceCause} from '../../protocols/cloud/down-messages.js';
import type {Fence} from '../store/fence-file.js';

/** What a fence needs of the gateway. */
export interface FencedGateway {
  readonly file: {
    read(): Fence | undefined;
    write(fence: Fence): void;
    remove(): void;
  };
  startNewEpoch(why: string): void;
  /** Let nobody new in, or let them in again; `detail` is for the guard. */
  stopAdmission(isStanding: boolean, detail: string): void;
}

const DETAILS: Readonly<Record<FenceCause, string>> = {
  superseded:
    'the cloud has newer events of this gateway: another one, or a restored copy, runs under its identity; nobody new is let in until `latchkey enroll` gives it an identity of its own',
  two_lives:
    'another gateway runs at the same time under the identity of this one; nobody new is let in until `latchkey enroll` gives it an identity of its own',
};

/**
 * A gateway that was told that another one lives under its identity: it goes on for those inside, keeps
 * its journal, lets nobody new in and keeps away from the cloud, until it has another identity. Then it
 * numbers anew and sends what it kept. @see requirements E14
 */
export class IdentityFence {
  readonly #gateway: FencedGateway;
  readonly #credential: string;
  #cause: FenceCause | undefined;

  /** `credential` names the present identity; a fence of another is lifted here. */
  constructor(gateway: FencedGateway, credential: string) {
    this.#gateway = gateway;
    this.#credential = credential;
    const fence = gateway.file.read();
    if (fence === undefined) return;
    if (fence.credential === credential) {
      this.#cause = fence.cause;
      return;
    }
    gateway.startNewEpoch('enrolled');
    gateway.file.remove();
    gateway.stopAdmission(false, 'enrolled anew');
  }

  cause(): FenceCause | undefined {
    return this.#cause;
  }

  raise(cause: FenceCause): void {
    this.#gateway.file.write({cause, credential: this.#credential});
    this.#cause = cause;
    this.#gateway.stopAdmission(true, DETAILS[cause]);
  }
}

/** After a start: what stood before stands still. */
export function resumeFence(gateway: FencedGateway): void {
  const fence = gateway.file.read();
  if (fence) gateway.stopAdmission(true, DETAILS[fence.cause]);
}
