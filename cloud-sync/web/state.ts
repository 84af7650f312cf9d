import type {Language} from './language.js';
import {type Route, routeOf} from './route.js';

export interface Session {
  readonly token: string;
  readonly member: string;
  /** As others may see him. */
  readonly name: string;
  /** He has something to lend. */
  readonly mayPublish: boolean;
}

/** All that the page knows beside what its views have asked for. */
export interface AppState {
  readonly language: Language;
  readonly route: Route;
  readonly session: Session | undefined;
  readonly isOnline: boolean;
  /** He has gone from one view to another: from then on each new one takes the focus. */
  readonly hasMoved: boolean;
  /** Why the sign-in shows. */
  readonly notice: 'session_ended' | undefined;
}

export type AppInput =
  | {readonly kind: 'went'; readonly hash: string}
  | {readonly kind: 'language'; readonly language: Language}
  | {readonly kind: 'signed_in'; readonly session: Session}
  | {readonly kind: 'known'; readonly mayPublish: boolean; readonly name: string}
  | {readonly kind: 'signed_out'; readonly why: 'asked' | 'session_ended'}
  | {readonly kind: 'network'; readonly isOnline: boolean};

/** Whatever happens, as one step. Nothing of a person outlives his session. */
export function step(state: AppState, input: AppInput): AppState {
  switch (input.kind) {
    case 'went':
      return {...state, route: routeOf(input.hash), hasMoved: true};
    case 'language':
      return {...state, language: input.language};
    case 'signed_in':
      return {...state, session: input.session, notice: undefined, hasMoved: true};
    case 'known': {
      const {name, mayPublish} = input;
      return state.session ? {...state, session: {...state.session, name, mayPublish}} : state;
    }
    case 'signed_out': {
      const notice = input.why === 'session_ended' && state.session ? 'session_ended' : undefined;
      return {...state, session: undefined, notice};
    }
    case 'network':
      return {...state, isOnline: input.isOnline};
  }
}
