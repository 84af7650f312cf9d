import type {GrantOp, GrantStateRow} from '../../protocols/cloud/grant-state.js';

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

export interface GrantSnapshot {
  readonly ver: number;
  readonly hash: string;
  readonly rows: readonly GrantStateRow[];
}

/** `version`: the delta starts elsewhere. `hash`: the result would differ from what was promised.
 *  Nothing was changed in either case. */
export type ApplyResult = 'applied' | 'version' | 'hash';

/**
 * Where grants, cards and revocations land at the gateway. Every call is synchronous and one
 * transaction: applied whole and durable, or not at all. Signatures are checked before.
 */
export interface GrantStateSink {
  current(): GrantVersion;
  /** Version of the revocations applied; 0 = none. */
  revocations(): number;
  applyDelta(delta: GrantDelta): ApplyResult;
  /** Replace everything. Tombstones stay: what was revoked is not brought back by an older row. */
  applySnapshot(snapshot: GrantSnapshot): ApplyResult;
  /** Withdraw grants and cards by id, for good and ahead of every version. Idempotent. */
  applyRevocations(ver: number, ids: readonly string[]): void;
  /** The cloud has just confirmed that `current()` is up to date: age and leases count from now. */
  touch(): void;
}
