import type {PersonId} from '../../protocols/site/ids.js';
import type {StoredPin, StoredSession} from '../store/staff-store.js';
import type {StaffShelf} from './staff/staff-desk.js';

/** What the staff left on the disk of a gateway, in memory. */
export function memoryShelf(): StaffShelf {
  const pins = new Map<PersonId, StoredPin>();
  const cards = new Map<string, PersonId>();
  const sessions: StoredSession[] = [];
  return {
    pinOf: person => pins.get(person),
    hasNoPin: () => pins.size === 0,
    putPin: (person, pin) => void pins.set(person, pin),
    ownerOf: digest => cards.get(String(digest)),
    putCard: (person, digest) => void (digest && cards.set(String(digest), person)),
    sessions: () => sessions,
    putSession: session => void sessions.push(session),
    endSession: () => {},
  };
}
