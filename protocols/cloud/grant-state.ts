import {createHash} from 'node:crypto';
import type {Credential, Grant, GrantBudget, TokenIssuer} from '../site/grant.js';

/** One row of the state that the cloud keeps at a gateway: what may open, who holds it, and whose tokens count. */
export type GrantStateRow =
  | {readonly table: 'grant'; readonly row: Grant}
  | {readonly table: 'credential'; readonly row: Credential}
  | {readonly table: 'issuer'; readonly row: TokenIssuer};

export type GrantStateTable = GrantStateRow['table'];

/** One change of that state; `put` replaces the row of the same table and id. */
export type GrantOp =
  | ({readonly op: 'put'} & GrantStateRow)
  | {readonly op: 'drop'; readonly table: GrantStateTable; readonly id: string};

/** Hash of the state without rows. */
export const EMPTY_STATE_HASH = '0'.repeat(64);

const MODULUS = 1n << 256n;

/**
 * The row as both ends hash it: a JSON array of the fields in the order of their declaration, behind
 * the table's name; an absent secret is `null`, a weekly window is `[days, fromMinute, toMinute]`.
 * A budget stands behind all else as `[fen, seconds]`, or with its hottest water as `[fen, seconds,
 * mostMilliCelsius]`, or with its most water as `[fen, seconds, mostMilliCelsius or null, mostMl]`, and
 * where there is none there is nothing; the plates of cars stand last, as
 * `{"plates": [...]}`, in the same way.
 * Arrays keep the order in which the cloud sent them. The digest of a code has no part in it: a gateway
 * keeps another one than it was sent, and each new digest is a new revision.
 */
export function canonicalRow(entry: GrantStateRow): string {
  if (entry.table === 'credential') {
    return JSON.stringify(['credential', ...credentialFields(entry.row)]);
  }
  if (entry.table === 'issuer') {
    const {id, kid, publicKeyHex, rev} = entry.row;
    return JSON.stringify(['issuer', id, kid, publicKeyHex, rev]);
  }
  const {id, number, kind, holder, holderMask, credentials, points} = entry.row;
  const {validFrom, validUntil, weekly, entries, budget, plates, state, rev, leaseUntil} =
    entry.row;
  const hours = weekly.map(window => [window.days, window.fromMinute, window.toMinute]);
  const identity = ['grant', id, number, kind, holder, holderMask, credentials, points];
  return JSON.stringify([
    ...identity,
    ...[validFrom, validUntil, hours, entries, state, rev, leaseUntil],
    ...(budget ? [budgetFields(budget)] : []),
    ...(plates ? [{plates}] : []),
  ]);
}

function budgetFields(budget: GrantBudget): readonly (number | null)[] {
  const {fen, seconds, mostMilliCelsius, mostMl} = budget;
  if (mostMl !== undefined) return [fen, seconds, mostMilliCelsius ?? null, mostMl];
  return mostMilliCelsius === undefined ? [fen, seconds] : [fen, seconds, mostMilliCelsius];
}

function credentialFields(row: Credential): readonly unknown[] {
  const {kind, id, holder, state, rev} = row;
  switch (kind) {
    case 'card':
      return [kind, id, holder, row.uid, row.secretHex ?? null, state, rev];
    case 'code':
      return [kind, id, holder, row.epoch, row.uses, state, rev];
    case 'qr':
      return [kind, id, holder, row.validFrom, row.secretHex ?? null, state, rev];
  }
}

function rowNumber(entry: GrantStateRow): bigint {
  return BigInt(`0x${createHash('sha256').update(canonicalRow(entry)).digest('hex')}`);
}

function shifted(hash: string, by: bigint): string {
  return ((BigInt(`0x${hash}`) + MODULUS + by) % MODULUS).toString(16).padStart(64, '0');
}

/**
 * State hash after `entry` was added: the sum modulo 2^256 of the SHA-256 of all canonical rows, 64
 * lower-case hex digits. A sum needs no order and no second look at the other rows.
 * @see sync.md 8, state
 */
export function hashWith(hash: string, entry: GrantStateRow): string {
  return shifted(hash, rowNumber(entry));
}

/** State hash after `entry`, as it stood, was taken away. */
export function hashWithout(hash: string, entry: GrantStateRow): string {
  return shifted(hash, -rowNumber(entry));
}

/** State hash of two sets of rows that have none in common, from theirs. */
export function hashOfBoth(left: string, right: string): string {
  return shifted(left, BigInt(`0x${right}`));
}

/** State hash of whole rows. */
export function hashOfState(rows: Iterable<GrantStateRow>): string {
  let hash = EMPTY_STATE_HASH;
  for (const entry of rows) hash = hashWith(hash, entry);
  return hash;
}
