/** What a member of the staff is on site for. */
export const ROLES = ['guard', 'supervisor', 'installer'] as const;
export type Role = (typeof ROLES)[number];

/**
 * What a request needs. `answer`: take a call, silence it, attend it. `see`: read what may tell of a person.
 * `settle`: end a call from the board. `operate`: move arms and devices. `maintain`: put a device out of service
 * for a while. `record`: read the log of calls. `staff`: give out codes for a first PIN.
 */
export const RIGHTS = [
  'answer',
  'see',
  'settle',
  'operate',
  'maintain',
  'record',
  'staff',
] as const;
export type Right = (typeof RIGHTS)[number];

const OF_ROLE: Readonly<Record<Role, readonly Right[]>> = {
  guard: ['answer', 'see', 'operate'],
  supervisor: RIGHTS,
  installer: ['operate', 'maintain', 'record'],
};

/** A shared account is nobody: it takes calls, and nothing that a name must stand for. */
const SHARED: readonly Right[] = ['answer'];

export function rightsOf({
  role,
  shared,
}: {
  readonly role: Role;
  readonly shared: boolean;
}): readonly Right[] {
  return shared ? SHARED : OF_ROLE[role];
}
