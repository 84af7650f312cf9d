/**
 * What the lamp on the box says, the same in status and on the page. `serving` green, `offline` green
 * slowly blinking: served all the same; `bus_fault` yellow; `not_serving` red; `enrolling` blue.
 */
export type LampState = 'serving' | 'offline' | 'bus_fault' | 'not_serving' | 'enrolling';

export interface LampSigns {
  /** Somebody new would be let in. */
  readonly isServing: boolean;
  readonly isEnrolling: boolean;
  readonly linesDown: number;
  readonly link: 'none' | 'online' | 'offline';
}

/** The worst first; a gateway that waits for its enrolment is being looked at by the one who does it. */
export function lampState({isServing, isEnrolling, linesDown, link}: LampSigns): LampState {
  if (!isServing) return 'not_serving';
  if (isEnrolling) return 'enrolling';
  if (linesDown > 0) return 'bus_fault';
  return link === 'offline' ? 'offline' : 'serving';
}

export const LAMP_COLOURS = ['green', 'yellow', 'red', 'blue'] as const;
export type LampColour = (typeof LAMP_COLOURS)[number];

export interface LampLight {
  readonly colour: LampColour;
  readonly blinks: boolean;
}

/** @see ecosystem.md I-15 */
export function lampLight(state: LampState): LampLight {
  switch (state) {
    case 'serving':
      return {colour: 'green', blinks: false};
    case 'offline':
      return {colour: 'green', blinks: true};
    case 'bus_fault':
      return {colour: 'yellow', blinks: false};
    case 'not_serving':
      return {colour: 'red', blinks: false};
    case 'enrolling':
      return {colour: 'blue', blinks: false};
  }
}
