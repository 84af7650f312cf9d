import type {UnixMillis} from '../base/clock.js';

/** Something that must happen once at an instant or, when the machine slept through it, as soon as it wakes. */
export interface Deadline {
  readonly id: string;
  readonly dueAt: UnixMillis;
}

export interface DeadlineStep<Item extends Deadline> {
  /** What is due, earliest first; equal instants in the order in which they were set. */
  readonly due: readonly Item[];
  /** What stays. Stored together with the effects of `due`, so that each happens exactly once. */
  readonly pending: readonly Item[];
}

/** Set a deadline; an older one of the same id is replaced. */
export function setDeadline<Item extends Deadline>(
  pending: readonly Item[],
  deadline: Item,
): readonly Item[] {
  return [...pending.filter(other => other.id !== deadline.id), deadline];
}

/** Take a deadline off the list; an unknown id changes nothing. */
export function cancelDeadline<Item extends Deadline>(
  pending: readonly Item[],
  id: string,
): readonly Item[] {
  return pending.filter(deadline => deadline.id !== id);
}

/**
 * Part the deadlines that have passed at `now` from those that have not. After a pause of any length
 * one call gives all that fell into it, in due order.
 * @see requirements E101
 */
export function takeDue<Item extends Deadline>(
  pending: readonly Item[],
  now: UnixMillis,
): DeadlineStep<Item> {
  const due = pending
    .filter(deadline => deadline.dueAt <= now)
    .toSorted((left, right) => left.dueAt - right.dueAt);
  return {due, pending: pending.filter(deadline => deadline.dueAt > now)};
}

/** The instant to wake at next; undefined when nothing waits. */
export function nextDueAt(pending: readonly Deadline[]): UnixMillis | undefined {
  return pending.reduce<UnixMillis | undefined>(
    (earliest, {dueAt}) => (earliest === undefined || dueAt < earliest ? dueAt : earliest),
    undefined,
  );
}
