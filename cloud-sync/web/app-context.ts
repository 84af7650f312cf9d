import {createContext} from 'preact';
import {useContext} from 'preact/hooks';
import type {Answer, CloudClient, Problem} from './ask.js';
import type {AppState, Session} from './state.js';
import type {Words} from './words/en.js';

/** What every view is given. */
export interface App {
  readonly state: AppState;
  readonly words: Words;
  /** Asks as whoever is signed in. */
  readonly client: CloudClient;
  /** Whose house the page is of. */
  readonly tenant: string;
  /** The bathhouse whose lobby this screen stands in; undefined: it is somebody's own screen. */
  readonly kiosk: string | undefined;
  go(path: readonly string[], query?: Readonly<Record<string, string>>): void;
  signIn(session: Pick<Session, 'token' | 'member'>, isKept: boolean): void;
  signOut(): void;
  /** A refusal that ends the session does so. */
  heard<Data>(answer: Answer<Data>): Answer<Data>;
}

const Context = createContext<App | undefined>(undefined);
export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  if (!app) throw new TypeError('no app around this view');
  return app;
}

/** Who is signed in: for views that nobody else sees. */
export function useSession(): Session {
  const {session} = useApp().state;
  if (!session) throw new TypeError('nobody is signed in');
  return session;
}

/** What to tell about a problem, and what to do. */
export function textOf(words: Words, {code, waitS}: Problem): string {
  const known: Readonly<Record<string, string | undefined>> = words.problems;
  const said = known[code] ?? words.problem;
  return waitS === undefined ? said : `${said} ${words.wait(waitS)}`;
}
