declare const idBrand: unique symbol;
type Id<Kind extends string> = string & {readonly [idBrand]: Kind};

export type SiteId = Id<'site'>;
/** A point with a lock, as people call it: `A-012`. */
export type BayId = Id<'bay'>;
/** Reader + display + call button for a group of bays (集控器). */
export type CollectorId = Id<'collector'>;
/** A piece of hardware as the configuration names it. */
export type DeviceId = Id<'device'>;
/** An RS-485 line. */
export type LineId = Id<'line'>;
/** Canonical card number: upper-case hex, most significant byte first, no separators. */
export type CardUid = Id<'card'>;
export type CredentialId = Id<'credential'>;
export type GrantId = Id<'grant'>;
export type HolderId = Id<'holder'>;
/** A named member of the site's staff. */
export type PersonId = Id<'person'>;
export type AttemptId = Id<'attempt'>;
export type ActuationId = Id<'actuation'>;
export type SessionId = Id<'session'>;
export type AlarmId = Id<'alarm'>;
/** Cloud command id. */
export type CommandId = Id<'command'>;

/** Name a string as an id. Only for values that configuration, storage or the wire has checked. */
export function asId<Kind extends Id<string>>(text: string): Kind {
  return text as Kind;
}

const BY_NUMBER = 'number-';

/** Under which id a stay is told whose grant its gateway has not heard of: a token names it by its number alone. */
export function idOfNumber(number: string): GrantId {
  return asId(`${BY_NUMBER}${number}`);
}

/** The number in such an id; undefined: it is a grant's own. */
export function numberIn(id: string): string | undefined {
  return id.startsWith(BY_NUMBER) ? id.slice(BY_NUMBER.length) : undefined;
}
