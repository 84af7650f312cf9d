import type {GrantOp, GrantStateRow} from '../../protocols/cloud/grant-state.js';
import type {StagedGrants} from '../../protocols/cloud/up-messages.js';

/** Version and hash of the grants a gateway holds. Version 0 = none ever arrived. */
export interface GrantVersion {
  readonly ver: number;
  readonly hash: string;
}

export interface GrantDelta {
  readonly from: number;
  readonly to: number;
  readonly ops: readonly GrantOp[];
  /** State hash (`protocols/cloud/grant-state`) that must result. */
  readonly hash: string;
}

/** One part of a whole state. */
export interface GrantPart {
  readonly ver: number;
  /** Hash of the whole. */
  readonly hash: string;
  /** Number of the part, from 0. */
  readonly i: number;
  readonly isLast: boolean;
  readonly rows: readonly GrantStateRow[];
}

/** `version`: the delta starts elsewhere. `hash`: the result would differ from what was promised.
 *  Nothing was changed in either case. */
export type ApplyResult = 'applied' | 'version' | 'hash';

/**
 * `applied`: it was the last one, and the whole is in force. `staged`: kept until the others are there.
 * `hash`: the whole is not what was promised, and all parts are gone. `part`: one of them was damaged on
 * the disk; it and those after it are gone. `ignored`: not the part that comes next.
 */
export type PartResult = 'applied' | 'staged' | 'hash' | 'part' | 'ignored';

/**
 * Where grants, cards and revocations land at the gateway. Every call is synchronous and one
 * transaction: applied whole and durable, or not at all. Signatures are checked before.
 */
export interface GrantStateSink {
  current(): GrantVersion;
  /** Version of the revocations applied; 0 = none. */
  revocations(): number;
  applyDelta(delta: GrantDelta): ApplyResult;
  /** Parts that wait for the others; undefined when there are none, or nobody can tell now. */
  staged(): StagedGrants | undefined;
  /** With the last part everything is replaced. Tombstones stay: what was revoked is not brought back by
   *  an older row. The first part of another version takes the place of what was staged. */
  takePart(part: GrantPart): PartResult;
  /** Withdraw grants and cards by id, for good and ahead of every version. Idempotent. */
  applyRevocations(ver: number, ids: readonly string[]): void;
  /** The cloud has just confirmed that `current()` is up to date: age and leases count from now. */
  touch(): void;
}
