import {html} from 'htm/preact';
import {useEffect, useMemo, useReducer} from 'preact/hooks';
import {type App, AppProvider} from './app-context.js';
import {clientOf, told} from './ask.js';
import {type Language, languageFrom} from './language.js';
import type {View} from './parts.js';
import {forget, keep, kept} from './platform.js';
import {addressOf, routeOf} from './route.js';
import {type AppState, type Session, step} from './state.js';
import {Kiosk} from './views/kiosk.js';
import {Shell} from './views/shell.js';
import {DICTIONARIES} from './words/dictionaries.js';

interface RootProps {
  readonly tenant: string;
  readonly kiosk: string | undefined;
}

/** Of a session nothing but the token and whose it is; all else is asked for. */
const SESSION = 'session';
/** What is wiped when somebody signs out. */
const OWN = 'own.';

/** The whole page: what it knows, and what views may do about it. */
export function AppRoot({tenant, kiosk}: RootProps): View {
  const [state, tell] = useReducer(step, kiosk, beginning);
  const {session, language} = state;
  const client = useMemo(() => clientOf(session?.token), [session?.token]);
  useEffect(() => listen(tell), []);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = DICTIONARIES[language].product;
  }, [language]);
  useEffect(() => {
    if (!session) return;
    void told(client.GET('/v1/me')).then(async me => {
      const asked = client.GET('/v1/listings', {params: {query: {limit: 1}}});
      const listed = await told(asked);
      if (!me.ok && me.problem.code === 'unauthorized') return signOut('session_ended');
      const mayPublish = listed.ok && listed.data.mayPublish;
      return tell({kind: 'known', mayPublish, name: me.ok ? me.data.displayMask : ''});
    });
  }, [client]);
  const signOut = (why: 'asked' | 'session_ended') => {
    forget(SESSION);
    forget(OWN);
    tell({kind: 'signed_out', why});
  };
  const app: App = {
    ...{state, client, tenant, kiosk, words: DICTIONARIES[language]},
    go: (path, query) => {
      location.hash = addressOf(path, query);
    },
    signIn: ({token, member}, isKept) => {
      if (kiosk === undefined) {
        keep(SESSION, JSON.stringify({token, member}), isKept ? 'device' : 'tab');
      }
      tell({kind: 'signed_in', session: {token, member, name: '', mayPublish: false}});
    },
    signOut: () => {
      void told(client.DELETE('/v1/sessions/current'));
      signOut('asked');
    },
    heard: answer => {
      if (!answer.ok && answer.problem.code === 'unauthorized') signOut('session_ended');
      return answer;
    },
  };
  const setLanguage = (chosen: Language) => {
    keep('language', chosen, kiosk === undefined ? 'device' : 'tab');
    tell({kind: 'language', language: chosen});
  };
  return html`<${AppProvider} value=${app}>
    ${
      kiosk === undefined
        ? html`<${Shell} setLanguage=${setLanguage} />`
        : html`<${Kiosk} setLanguage=${setLanguage} />`
    }
  <//>`;
}

function beginning(kiosk: string | undefined): AppState {
  const chosen = kept('language');
  return {
    language: languageFrom(chosen === undefined ? [document.documentElement.lang] : [chosen]),
    route: routeOf(location.hash),
    session: kiosk === undefined ? heldSession() : undefined,
    ...{isOnline: navigator.onLine, hasMoved: false, notice: undefined},
  };
}

function heldSession(): Session | undefined {
  try {
    const {token, member} = JSON.parse(kept(SESSION) ?? '{}');
    if (typeof token !== 'string' || typeof member !== 'string') return undefined;
    return {token, member, name: '', mayPublish: false};
  } catch {
    return undefined;
  }
}

function listen(tell: (input: Parameters<typeof step>[1]) => void): () => void {
  const went = () => tell({kind: 'went', hash: location.hash});
  const network = () => tell({kind: 'network', isOnline: navigator.onLine});
  const heard = [
    ['hashchange', went],
    ['online', network],
    ['offline', network],
  ] as const;
  for (const [name, hear] of heard) addEventListener(name, hear);
  return () => {
    for (const [name, hear] of heard) removeEventListener(name, hear);
  };
}
