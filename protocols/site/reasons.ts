/** Why something was refused or guided elsewhere: one list for displays, tests, events and the API.
 *  Source: requirements 6.3. */
export const REASONS = [
  'NOT_FOUND',
  'NOT_YET_VALID',
  'EXPIRED',
  'REVOKED',
  'BLOCKED',
  'ALREADY_USED',
  'OTHER_POINT',
  'OTHER_SITE',
  'BAD_MAC',
  'REPLAY',
  'CLONE_SUSPECT',
  'READ_ERROR',
  'TIMEOUT',
  'NO_ANSWER',
  'LOW_BALANCE',
  'BAY_OCCUPIED',
  'CAR_PRESENT',
  'DEVICE_OFFLINE',
  'DEVICE_FAULT',
  'OBSTACLE',
  'OVERCURRENT',
  'LOCKED_OUT',
  'NEEDS_GUARD',
  'UNCOMMISSIONED',
] as const;
export type Reason = (typeof REASONS)[number];
